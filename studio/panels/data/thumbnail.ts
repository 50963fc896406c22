import { draw, generators } from "../../state/generators.ts";
import { type GeneratorName, generatorNames } from "../../state/workbench.ts";
import { boundsOf } from "../../view/plane.ts";

/** A small picture of a generated set, made of its real points: for each class a path of dots, in a box of 100 × 100. */
export interface Thumbnail {
  readonly name: GeneratorName;
  /** One path of round dots for each class; a single one, along the curve, for values. */
  readonly paths: readonly string[];
  readonly isCurve: boolean;
}

/** As many as are told apart at this size. */
const samples = 78;

let made: readonly Thumbnail[] | undefined;

export const thumbnails = (): readonly Thumbnail[] => (made ??= generatorNames.map(thumbnail));

function thumbnail(name: GeneratorName): Thumbnail {
  const { classes, noise } = generators[name];
  const isCurve = classes === 0;
  const { x, y, size } = draw({
    kind: "drawn",
    generator: name,
    size: samples,
    noise: isCurve ? 0 : noise,
    seed: 7,
    validation: 0,
  });
  const flat: number[] = [];
  for (let i = 0; i < size; i++)
    flat.push(...(isCurve ? [x.data[i]!, y!.data[i]!] : [x.data[2 * i]!, x.data[2 * i + 1]!]));
  const bounds = boundsOf(flat);
  const place = (i: number): string => {
    const across = (100 * (flat[2 * i]! - bounds.x[0])) / (bounds.x[1] - bounds.x[0]);
    const down = (100 * (bounds.y[1] - flat[2 * i + 1]!)) / (bounds.y[1] - bounds.y[0]);
    return `M${across.toFixed(1)} ${down.toFixed(1)}h0`; // a line of no length with round ends is a dot
  };
  const labels = y?.kind === "labels" ? y.data : undefined;
  const paths = Array.from({ length: Math.max(1, classes) }, (_, label) => {
    const rows = Array.from({ length: size }, (_, i) => i).filter((i) => !labels || labels[i] === label);
    return rows.map(place).join("");
  });
  return { name, paths, isCurve };
}
