import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { type NdArray, sizeOf } from "../../array/ndarray.ts";
import { type MapQuality, mapQuality, Pca, Tsne, type TsneEvent } from "../../classic/index.ts";
import { catalog, type Dataset, labelOf, sampleOf } from "../../data/index.ts";
import { NablaError, quoted } from "../../errors.ts";
import { activationsOf } from "../../explain/index.ts";
import type { Model } from "../../index.ts";
import { mapChart, toSvg } from "../../plot/index.ts";
import { escapeTerminal, formatCount, formatNumber, formatPercent, progressBar, slug } from "../../report/index.ts";
import { mapPage, type PageMap } from "../../report/map-page.ts";
import { makeThumbnails, type Thumbnails } from "../../report/map-thumbnails.ts";
import { writeBytes } from "../../train/save.ts";
import { type Flags, outputOf } from "../command-flags.ts";
import { dataSource, loadWhole } from "../data-source.ts";
import { openRun } from "../find-run.ts";
import { onInterrupt } from "../interrupt.ts";
import { mapCsv } from "../map-csv.ts";
import { guess } from "../nearest.ts";
import type { Output } from "../output.ts";
import { checkFree } from "../output-file.ts";
import { nameAmong, numberAboveZero, text, wholeNumber, words } from "../read-values.ts";
import { samplesOfRun } from "../run-samples.ts";
import { isTableName } from "../table-data.ts";

const formats = [".html", ".svg", ".csv"];
/** More samples than this are only projected when they are asked for: t-SNE of them takes minutes. */
const usualLimit = 10_000;
const fewest = 4;

/** `nabla project <data or run>`: a map of samples, and of what a layer makes of them. */
export async function project(given: readonly string[], flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const wishes = readWishes(flags);
  const names = words([1, 2], "a data set, two IDX files, or a run")(given, "<data or run>");
  const out = outFile(flags, names[0]!, wishes.method);
  const source = await openSource(names, wishes, output);
  const size = source.data.size;
  if (size < fewest)
    throw new NablaError("DATA", `a map of ${size} ${size === 1 ? "sample" : "samples"} shows nothing`, {
      expected: `at least ${fewest} samples`,
      received: `${size}`,
      hint: "Give more samples, or a larger --limit.",
    });
  output.line(
    `${formatCount(size)} samples of ${escapeTerminal(source.name, 100)}${size < source.all ? `, the first of ${formatCount(source.all)}; --limit changes that` : ""}`,
  );
  const maps: ProjectedMap[] = [await projected("The input", source.data, wishes, output)];
  if (source.layer) maps.push(await projected(`Layer ${source.layer.name}`, flat(source.layer.values), wishes, output));
  const thumbnails = extname(out) === ".html" ? thumbnailsOf(source.data) : undefined;
  await writeBytes(out, new TextEncoder().encode(drawn(extname(out), maps, source, thumbnails)));
  output.line();
  for (const { title, quality, facts } of maps) {
    const { trustworthiness, continuity } = quality;
    const found = [`trustworthiness ${formatNumber(trustworthiness)}`, `continuity ${formatNumber(continuity)}`];
    output.line(
      `${escapeTerminal(title, 100)}: ${[...found, ...facts.map(([term, value]) => `${inLine(term)} ${value}`)].join(", ")}`,
    );
  }
  output.line(`The ${maps.length > 1 ? "maps are" : "map is"} in ${escapeTerminal(out, 1000)}`);
  output.json({
    kind: "done",
    out,
    samples: size,
    method: wishes.method,
    maps: maps.map(({ title, quality, values }) => ({ title, ...quality, ...values })),
  });
}

interface Wishes {
  readonly method: "pca" | "tsne";
  readonly components: 2 | 3;
  readonly perplexity: number | undefined;
  readonly iterations: number | undefined;
  readonly limit: number | undefined;
  readonly seed: number;
  readonly layer: string | number | undefined;
  readonly runs: string;
}

function readWishes(flags: Flags): Wishes {
  const asked = <T>(name: string, read: (value: unknown, said: string) => T): T | undefined =>
    flags[name] === undefined ? undefined : read(flags[name], `--${name}`);
  const method = (asked("method", nameAmong("method", ["pca", "tsne"])) ?? "tsne") as "pca" | "tsne";
  const perplexity = asked("perplexity", numberAboveZero("30"));
  const iterations = asked("iterations", wholeNumber({ from: 1, to: 1_000_000 }));
  for (const [name, value] of Object.entries({ perplexity, iterations }))
    if (method === "pca" && value !== undefined)
      throw new NablaError("OPTION", `--${name} goes with --method tsne`, {
        expected: "--method tsne",
        received: "--method pca",
        hint: "Leave one of them out.",
      });
  const layer = asked("layer", text(100));
  return {
    method,
    components: (asked("components", wholeNumber({ from: 2, to: 3 })) ?? 2) as 2 | 3,
    perplexity,
    iterations,
    limit: asked("limit", wholeNumber({ from: 1 })),
    seed: asked("seed", wholeNumber({ from: -Number.MAX_SAFE_INTEGER })) ?? 0,
    layer: layer !== undefined && /^\d+$/.test(layer) ? Number(layer) : layer,
    runs: asked("runs", text(4096)) ?? "runs",
  };
}

/** Where to write. A file that is there is only replaced with --force; without --out, a name that is free. */
function outFile(flags: Flags, name: string, method: string): string {
  if (flags["out"] !== undefined) {
    const out = text(4096)(flags["out"], "--out");
    if (!formats.includes(extname(out)))
      throw new NablaError("OPTION", `--out ${quoted(out)} does not say what to write`, {
        expected: `a name that ends in ${formats.join(", ")}`,
        received: quoted(extname(out)),
        hint: "Write for example --out map.html.",
      });
    checkFree(out, flags["force"] === true, "--out");
    return out;
  }
  for (let attempt = 1; ; attempt++) {
    const out = `${slug(basename(name))}-${method}${attempt === 1 ? "" : `-${attempt}`}.html`;
    if (!existsSync(out)) return out;
  }
}

/** A term of the page, within a line: "Variance kept" → "variance kept", but "KL divergence" as it is. */
const inLine = (term: string): string => term.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

interface Source {
  readonly name: string;
  readonly data: Dataset;
  /** Samples there are, used or not. */
  readonly all: number;
  readonly layer?: { readonly name: string; readonly values: NdArray };
}

/** The samples of a data set; or those that a run was not trained on, with what its layer makes of them. */
async function openSource(names: readonly string[], wishes: Wishes, output: Output): Promise<Source> {
  const { layer, limit = usualLimit, runs } = wishes;
  const isData = names.length === 2 || isTableName(names[0]!) || catalog.some(({ name }) => name === names[0]);
  if (isData) {
    if (layer !== undefined)
      throw new NablaError("OPTION", `--layer needs a run, and ${quoted(names[0]!)} is data`, {
        expected: "latest, the name of a run, or its folder",
        received: quoted(names[0]!),
        hint: "Write for example nabla project latest --layer 2.",
      });
    const source = dataSource(names);
    const whole = await loadWhole(source);
    return { name: source.name, data: whole.take(limit), all: whole.size };
  }
  const { folder, record, model } = await openRun(names[0]!, runs);
  const { name } = record.data;
  const found = layer === undefined ? undefined : layerOf(model, layer); // before data are read, which takes long
  const { data: whole, note } = await samplesOfRun({ record });
  if (note) output.note(note);
  const data = whole.take(limit);
  const title = `${name}, run ${basename(folder)}`;
  if (found === undefined) return { name: title, data, all: whole.size };
  const values = await activationsOf(model, found, data);
  return { name: title, data, all: whole.size, layer: { name: found, values } };
}

/** The name of a layer that is called by its number in `nabla summary` or by its name. Throws OPTION. */
function layerOf(model: Model, said: string | number): string {
  const names = model.summary().layers.map(({ name }) => name);
  const name = said === 0 || said === "input" ? "input" : typeof said === "number" ? names[said - 1] : said;
  if (name !== undefined && (name === "input" || names.includes(name))) return name;
  throw new NablaError("OPTION", `--layer: there is no layer ${typeof said === "string" ? quoted(said) : said}`, {
    expected: `a name, or a number from 1 to ${names.length}`,
    received: quoted(String(said)),
    hint:
      (typeof said === "string" ? guess(said, names) : "") +
      `The model has ${names
        .slice(0, 20)
        .map((known, i) => `${i + 1} (${known})`)
        .join(", ")}${names.length > 20 ? ", …" : ""}.`,
  });
}

interface ProjectedMap extends PageMap {
  readonly quality: MapQuality;
  readonly values: Readonly<Record<string, unknown>>;
}

async function projected(
  title: string,
  data: Dataset | NdArray,
  wishes: Wishes,
  output: Output,
): Promise<ProjectedMap> {
  const { positions, facts, values } = await (wishes.method === "pca" ? byPca : byTsne)(title, data, wishes, output);
  const count = positions.shape[0]!;
  const neighbors = Math.min(5, Math.max(1, Math.ceil(count / 2) - 1));
  const quality = await mapQuality(data, positions, { neighbors, seed: wishes.seed });
  return { title, positions, facts, quality, values };
}

interface Positions {
  readonly positions: NdArray;
  readonly facts: readonly (readonly [string, string])[];
  readonly values: Readonly<Record<string, unknown>>;
}

async function byPca(_: string, data: Dataset | NdArray, { components, seed }: Wishes): Promise<Positions> {
  const pca = new Pca({ nComponents: components, seed });
  const positions = await pca.fitTransform(data);
  const ratios = [...pca.explainedVarianceRatio];
  return {
    positions,
    facts: [
      [
        "Variance kept",
        formatPercent(
          ratios.reduce((sum, ratio) => sum + ratio, 0),
          1,
        ),
      ],
    ],
    values: { explainedVarianceRatio: ratios },
  };
}

async function byTsne(title: string, data: Dataset | NdArray, wishes: Wishes, output: Output): Promise<Positions> {
  const { components, perplexity, iterations, seed } = wishes;
  const run = new Tsne({ components, perplexity, iterations, seed, every: 25 }).fit(data);
  const show = progressWriter(title, output);
  const restore = onInterrupt({ stop: () => run.stop(), beforeExit: () => show(undefined) });
  try {
    for await (const event of run) {
      show(event);
      if (event.kind === "iteration") {
        const { iteration, divergence } = event;
        output.json({ kind: "iteration", map: title, iteration, divergence });
      }
    }
  } finally {
    show(undefined);
    restore();
  }
  const { positions, divergence, method, neighbors, stopped, iterations: done } = await run.done;
  if (stopped === "stopped") output.note(`stopped after ${done} iterations; the map is drawn as it is`);
  return {
    positions,
    facts: [
      ["KL divergence", formatNumber(divergence)],
      ["Iterations", formatCount(done)],
    ],
    values: { divergence, iterations: done, repulsion: method, neighborSearch: neighbors },
  };
}

/** A live bar on a terminal; elsewhere a line every 250 iterations. */
function progressWriter(title: string, output: Output): (event: TsneEvent | undefined) => void {
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) output.write("\r\u001b[2K");
    isDrawn = false;
  };
  const name = escapeTerminal(title, 60);
  return (event) => {
    clear();
    if (!event || output.isJson) return;
    const live = (done: number, total: number, words: string) => {
      isDrawn = true;
      const bar = progressBar({ done, total, width: 24, characters: output.characters });
      output.write(`${name} ${bar}  ${words}`.slice(0, Math.max(20, output.columns() - 1)));
    };
    if (event.kind === "neighbors" && output.isLive) live(event.share, 1, "finding neighbours");
    if (event.kind !== "iteration") return;
    const { iteration, iterations, divergence } = event;
    const words = `iteration ${formatCount(iteration)}/${formatCount(iterations)}  KL ${formatNumber(divergence)}`;
    if (output.isLive) live(iteration, iterations, words);
    else if (iteration % 250 === 0 || iteration === iterations) output.line(`${name}: ${words}`);
  };
}

/** [n, …] as rows. */
const flat = ({ shape: [count = 0, ...rest], data }: NdArray): NdArray => ({ shape: [count, sizeOf(rest)], data });

function drawn(
  format: string,
  maps: readonly ProjectedMap[],
  { data, name }: Source,
  thumbnails: Thumbnails | undefined,
): string {
  const labels = labelsOf(data);
  const classes = labels ? (data.classes ?? []) : undefined;
  if (format === ".csv") return mapCsv(maps, labels, classes);
  const qualities = maps.map(
    ({ title, quality }) =>
      `${title}: trustworthiness ${formatNumber(quality.trustworthiness)}, continuity ${formatNumber(quality.continuity)}.`,
  );
  const title = `Map of ${name}`;
  if (format === ".svg") {
    const panels = maps.map((map) => ({ title: map.title, groups: groupsOf(map.positions, labels, classes) }));
    const description = `${formatCount(data.size)} samples${classes ? `, named by class: ${classes.join(", ")}` : ""}. ${qualities.join(" ")}`;
    return toSvg(mapChart({ panels, title, description }));
  }
  return mapPage({
    title,
    description: `${formatCount(data.size)} samples, each a point. Points near each other are samples that are alike; how far apart groups lie, and how large they are, says little.`,
    command: `nabla ${process.argv.slice(2).join(" ")}`,
    maps: maps.map((map) => ({
      ...map,
      facts: [
        ...map.facts,
        ["Trustworthiness", formatNumber(map.quality.trustworthiness)],
        ["Continuity", formatNumber(map.quality.continuity)],
        ["Judged by", `${map.quality.neighbors} neighbours of ${formatCount(map.quality.samples)} samples`],
      ],
    })),
    labels,
    classes,
    thumbnails,
  });
}

function labelsOf(data: Dataset): Int32Array | undefined {
  if (data.y?.kind !== "labels") return undefined;
  return Int32Array.from({ length: data.size }, (_, i) => labelOf(data, i) ?? 0);
}

function groupsOf(positions: NdArray, labels: Int32Array | undefined, classes: readonly string[] | undefined) {
  const width = positions.shape[1]!;
  const groups = (classes && classes.length > 0 ? classes : [""]).map((name) => ({
    name,
    points: [] as [number, number][],
  }));
  for (let i = 0; i < positions.shape[0]!; i++)
    groups[labels?.[i] ?? 0]!.points.push([positions.data[i * width]!, positions.data[i * width + 1]!]);
  return groups;
}

/** Samples of shape [height, width] with 1 or 3 channels are pictures. */
function thumbnailsOf(data: Dataset): Thumbnails | undefined {
  const [height = 0, width = 0, channels = 1] = data.shape;
  if (data.shape.length < 2 || data.shape.length > 3 || (channels !== 1 && channels !== 3)) return undefined;
  if (height * width > 1 << 16) return undefined;
  return makeThumbnails({ count: data.size, width, height, channels, pixelsOf: (i) => sampleOf(data, i).data });
}
