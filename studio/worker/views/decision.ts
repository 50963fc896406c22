import type { Dataset } from "nabla/data";
import type { ServedSession } from "nabla/worker";
import { signedByte } from "../geometry/bytes.ts";
import { type Decision, decisionOf } from "../geometry/decision.ts";
import { zeroLine } from "../geometry/zero-line.ts";
import { inputsOf, labelAt, meansOf, outputsOf, planeSamples, spread, widthOf } from "./samples.ts";

export interface DecisionArgs {
  readonly plane: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
  /** The two numbers of a sample that are the axes. */
  readonly columns: readonly [number, number];
  /** The output that is shown, where they are values. */
  readonly output: number;
  readonly resolution: number;
  /** How many samples of each part are judged. */
  readonly most: number;
}

/** Whether the net is wrong about each of the first samples; undefined where there are no classes. */
export interface Judged {
  readonly training: Uint8Array<ArrayBuffer>;
  readonly validation: Uint8Array<ArrayBuffer>;
}

/** What the net says over the plane or the line. */
export type DecisionView =
  | (Decision & { readonly kind: "classes"; readonly judged: Judged })
  | {
      readonly kind: "values";
      readonly size: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly scale: number;
      readonly low: number;
      readonly high: number;
      /** Where the output is 0, as the boundary of classes. */
      readonly boundary: Float32Array<ArrayBuffer>;
    }
  | {
      readonly kind: "curves";
      readonly x: Float32Array<ArrayBuffer>;
      /** [outputs × points]. */
      readonly y: Float32Array<ArrayBuffer>;
      readonly outputs: number;
      readonly judged: Judged | undefined;
    };

const linePoints = 241;

export async function decision({ model, data, validation }: ServedSession, args: DecisionArgs): Promise<DecisionView> {
  const { plane, columns, output, resolution, most } = args;
  const width = widthOf(data);
  const isClasses = data.y?.kind === "labels";
  const judge = async (part: Dataset | undefined): Promise<Uint8Array<ArrayBuffer>> => {
    if (!part || !isClasses) return new Uint8Array(0);
    const inputs = inputsOf(part, most);
    const answers = await outputsOf(model, inputs, width);
    return wrongOf(answers, part, inputs.length / width);
  };
  const judged = isClasses ? { training: await judge(data), validation: await judge(validation) } : undefined;
  if (width === 1) {
    const x = Float32Array.from(spread(plane.x, linePoints));
    const answers = await outputsOf(model, x, 1);
    const outputs = answers.length / linePoints;
    const y = new Float32Array(answers.length);
    for (let i = 0; i < answers.length; i++) y[(i % outputs) * linePoints + Math.floor(i / outputs)] = answers[i]!;
    return { kind: "curves", x, y, outputs, judged };
  }
  const grid = { x: spread(plane.x, resolution), y: spread(plane.y, resolution).reverse() };
  const scores = await outputsOf(model, planeSamples(data, grid, columns), width);
  const outputs = scores.length / (resolution * resolution);
  if (judged) {
    const finer = outputs <= 4 ? 3 : outputs <= 12 ? 2 : 1;
    return { kind: "classes", ...decisionOf(scores, outputs, resolution, finer), judged };
  }
  return valuesOf(scores, outputs, Math.min(output, outputs - 1), resolution);
}

function wrongOf(answers: Float32Array, data: Dataset, count: number): Uint8Array<ArrayBuffer> {
  const outputs = answers.length / Math.max(1, count);
  return Uint8Array.from({ length: count }, (_, i) => {
    let best = 0;
    for (let k = 1; k < outputs; k++) if (answers[i * outputs + k]! > answers[i * outputs + best]!) best = k;
    return best === labelAt(data, i) ? 0 : 1;
  });
}

function valuesOf(scores: Float32Array, outputs: number, output: number, resolution: number): DecisionView {
  const field = Float32Array.from({ length: resolution * resolution }, (_, i) => scores[i * outputs + output]!);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of field) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const scale = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const bytes = Uint8Array.from(field, (value) => signedByte(value, scale));
  const boundary = Float32Array.from(zeroLine(field, resolution, resolution), (value) => value / (resolution - 1));
  return { kind: "values", size: resolution, bytes, scale, low, high, boundary };
}

export interface OutputsArgs {
  /** Two numbers of a sample, or one; the others are at their mean. */
  readonly columns: readonly [number, number];
  readonly at: readonly [number, number];
}

/** What the net says at one point of the plane. */
export async function outputs({ model, data }: ServedSession, { columns, at }: OutputsArgs): Promise<Float32Array> {
  const width = widthOf(data);
  const x = width > 2 ? meansOf(data).slice() : new Float32Array(width);
  x[columns[0]] = at[0];
  if (width > 1) x[columns[1]] = at[1];
  return outputsOf(model, x, width);
}
