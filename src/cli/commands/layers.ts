import { basename, relative } from "node:path";
import picocolors from "picocolors";
import { NablaError, quoted } from "../../errors.ts";
import { type UnitLayer, unitLayers } from "../../explain/index.ts";
import type { Model } from "../../index.ts";
import { networkDiagram } from "../../plot/index.ts";
import {
  anotherUnit,
  escapeTerminal,
  fitText,
  formatCount,
  formatNumber,
  formatPercent,
  type LayersLayer,
  layersHtml,
  padText,
  progressBar,
  textWidth,
} from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { openRun } from "../find-run.ts";
import { lookAtLayers } from "../layers-data.ts";
import type { Output } from "../output.ts";
import { checkFree, unusedFile, writeTextFile } from "../output-file.ts";
import { text, wholeNumber } from "../read-values.ts";
import { samplesOfRun } from "../run-samples.ts";

const defaults = { units: 24, examples: 6 };
/** A card of pictures takes about 15 KB: 256 units a layer make a page of some megabytes. */
const most = { units: 256, examples: 24 };
/** Lines of a layer on the terminal: up to 12 units all, of more the first 8. */
const [mostListed, listedUnits] = [12, 8];

/** `nabla layers <run>`: a page, a short table, and with `--json` every figure. */
export async function layers(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const number = (name: "units" | "examples") =>
    flags[name] === undefined
      ? defaults[name]
      : wholeNumber({ from: name === "units" ? 1 : 0, to: most[name] })(flags[name], `--${name}`);
  const [units, examples] = [number("units"), number("examples")];
  const unit = flags["unit"] === undefined ? undefined : wholeNumber({ from: 0 })(flags["unit"], "--unit");
  const limit = flags["limit"] === undefined ? undefined : wholeNumber({ from: 1 })(flags["limit"], "--limit");
  const out = flags["out"] === undefined ? undefined : text(4096)(flags["out"], "--out");
  if (out !== undefined) checkFree(out, flags["force"] === true, "--out");
  const runs = runsFolder(flags);
  const { folder, record, model } = await openRun(said, runs);
  const chosen = chooseLayers(model, flags["layer"], unit);
  const dataDir = flags["dataDir"] === undefined ? undefined : text(4096)(flags["dataDir"], "--data-dir");
  const { name, classes, table, background } = record.data;
  const { data, note } = await samplesOfRun({ record }, { limit, dataDir });
  const shown = relative(process.cwd(), folder) || folder;
  const looked = await lookAtLayers(model, {
    layers: chosen,
    unit,
    units,
    examples,
    data,
    background,
    table,
    classes,
    seed: 0,
    tell: teller(output),
  });
  clearLine(output);

  const widths = unitLayers(model).map((layer) => layer.units);
  const title = `${[model.summary().input.join("×"), ...widths].join("-")} on ${name}`;
  const html = layersHtml({
    title,
    when: record.begun.slice(0, 19).replace("T", " "),
    diagram: networkDiagram(model),
    examples: { name, count: data.size },
    run: /^[\w.-]+$/.test(said) ? said : basename(folder),
    isStandardized: table !== undefined,
    layers: looked,
  });
  const file = out ?? unusedFile(folder, "layers", ".html");
  await writeTextFile(file, html);

  if (note) output.note(note);
  for (const layer of looked) tellLayer(layer, output);
  const page = relative(process.cwd(), file) || file;
  const { bold } = picocolors.createColors(output.color);
  output.line(`${bold("Page")}  ${escapeTerminal(page.startsWith("..") ? file : page, 1000)} (open it in a browser)`);
  output.json({ kind: "layers", run: shown, data: name, examples: data.size, page: file });
}

/** The layers of units that are asked for: all, or the one that a name or a number belongs to. */
function chooseLayers(model: Model, said: unknown, unit: number | undefined): readonly UnitLayer[] {
  const all = unitLayers(model);
  const word = said === undefined ? undefined : text(200)(said, "--layer");
  const isMeant = ({ layer, name, followers }: UnitLayer): boolean =>
    [{ layer, name }, ...followers].some((part) => part.name === word || String(part.layer) === word);
  const chosen = word === undefined ? all : all.filter(isMeant);
  const list = all.map(({ layer, name }) => `${layer} (${quoted(name).slice(1, -1)})`).join(", ");
  if (chosen.length === 0)
    throw new NablaError("OPTION", `--layer: there is no layer ${quoted(word ?? "")}`, {
      expected: list,
      received: quoted(word ?? ""),
      hint: `Layers of units are ${list}.`,
    });
  const first = chosen[0]!;
  if (unit !== undefined && word === undefined && all.length > 1)
    throw new NablaError("OPTION", "--unit needs a layer", {
      expected: list,
      received: "none",
      hint: `Say of which layer, such as --layer ${all[0]!.layer} --unit ${unit}.`,
    });
  if (unit !== undefined && unit >= first.units)
    throw new NablaError("OPTION", `--unit: layer ${quoted(first.name)} has no unit ${unit}`, {
      where: { layer: first.name },
      expected: `a whole number from 0 to ${first.units - 1}`,
      received: String(unit),
      hint: `Its units are numbered from 0 to ${first.units - 1}.`,
    });
  return chosen;
}

const eraseLine = "\r\u001b[2K";

/** A line that is drawn over; where lines cannot be drawn over, nothing: the whole takes seconds. */
const teller =
  (output: Output) =>
  (words: string, done: number): void => {
    if (!output.isLive) return;
    const bar = progressBar({ done: Math.round(done * 100), total: 100, width: 20, characters: output.characters });
    output.write(`${eraseLine}${bar} ${fitText(escapeTerminal(words, 60), Math.max(10, output.columns() - 23))}`);
  };

function clearLine(output: Output): void {
  if (output.isLive) output.write(eraseLine);
}

/** A layer as a short table, and with `--json` each of its units as a line. */
function tellLayer(layer: LayersLayer, output: Output): void {
  const { bold, dim } = picocolors.createColors(output.color);
  const { name, followers, units, dead, shown, hasActive } = layer;
  const called = [name, ...followers].map((word) => escapeTerminal(word, 60)).join(", ");
  output.line(
    `${bold(called)}: ${formatCount(units)} units${dead.length > 0 ? `, ${formatCount(dead.length)} dead` : ""}`,
  );
  const hasMaximum = shown.some(({ maximum }) => maximum);
  const listed = shown.length <= mostListed ? shown : shown.slice(0, listedUnits);
  const rows = [
    [
      "unit",
      ...(hasActive ? ["active"] : []),
      "mean",
      "largest sum",
      ...(hasMaximum ? ["driven to"] : []),
      "excited most by",
    ],
    ...listed.map(({ unit, stands, active, mean, largest, isDead, maximum, examples }) => [
      stands === undefined ? String(unit) : fitText(escapeTerminal(stands, 40), 12),
      ...(hasActive ? [isDead ? "dead" : formatPercent(active, 1)] : []),
      formatNumber(mean, 3),
      formatNumber(largest, 3),
      ...(hasMaximum ? [maximum ? formatNumber(maximum.activation, 3) : "–"] : []),
      examples.map(({ label, index }) => fitText(escapeTerminal(label ?? String(index + 1), 40), 10)).join(" "),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  for (const [i, row] of rows.entries()) {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : padText(cell, widths[column]!, column === 0 ? "end" : "start"),
    );
    const line = fitText(cells.join("  "), Math.max(40, output.columns() - 1));
    output.line(i === 0 ? dim(line) : line);
  }
  if (listed.length < units) {
    const another = shown.length < units ? `. Another: --layer ${layer.layer} --unit ${anotherUnit(layer)}` : "";
    const onPage = shown.length === 1 ? "1 is on the page" : `${formatCount(shown.length)} are on the page`;
    output.line(dim(`${formatCount(listed.length)} of ${formatCount(units)} units; ${onPage}${another}`));
  }
  output.line();
  output.json({
    kind: "layer",
    layer: layer.layer,
    name,
    type: layer.kind,
    followers,
    units,
    dead,
    weights: layer.weights,
  });
  for (const { weights, map, maximum, examples, stands, ...figures } of shown)
    output.json({
      kind: "unit",
      layer: layer.layer,
      ...figures,
      ...(stands === undefined ? {} : { class: stands }),
      ...(maximum ? { maximum: { activation: maximum.activation, start: maximum.start, ending: maximum.ending } } : {}),
      examples: examples.map(({ index, value, label }) => ({
        index,
        value,
        ...(label === undefined ? {} : { label }),
      })),
    });
}
