import type { Dataset } from "nabla/data";
import type { StudioData } from "./data.ts";

/** Samples as points of a plane, or of a curve: two numbers of each, as the net sees them. */
export interface Points {
  readonly size: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Class of each; −1 where the targets are values. */
  readonly labels: Int32Array;
  /** Target of each, where the targets are values; 0 else. */
  readonly values: Float32Array;
}

/** `output` is the target that is the height of a curve's points, for samples of one number. */
export function pointsOf(
  data: Dataset,
  [first, second]: readonly [number, number],
  { most = data.size, output = 0 }: { readonly most?: number; readonly output?: number } = {},
): Points {
  const width = data.shape.reduce((a, b) => a * b, 1);
  const size = Math.min(most, data.size);
  const points = {
    size,
    x: new Float32Array(size),
    y: new Float32Array(size),
    labels: new Int32Array(size).fill(-1),
    values: new Float32Array(size),
  };
  const { y: targets } = data;
  const outputs = targets?.kind === "values" ? targets.shape.reduce((a, b) => a * b, 1) : 1;
  for (let i = 0; i < size; i++) {
    const row = data.rows ? data.rows[i]! : i;
    points.x[i] = data.x.data[row * width + first]! * data.x.scale;
    if (width > 1) points.y[i] = data.x.data[row * width + second]! * data.x.scale;
    if (targets?.kind === "labels") points.labels[i] = targets.data[row]!;
    else if (targets?.kind === "values") {
      points.values[i] = targets.data[row * outputs + output]!;
      if (width === 1) points.y[i] = points.values[i]!;
    }
  }
  return points;
}

/** The number of a training sample as tables count: from 1, in the order of all samples. */
export const exampleNumber = (data: Pick<StudioData, "trainRows"> | undefined, example: number): number =>
  (data?.trainRows[example] ?? example) + 1;
