import { symmetricEigen } from "../array/symmetric-eigen.ts";
import { evaluate, type Feed, grad, input, sum, type Tensor } from "../graph/index.ts";

/**
 * A function to descend, for many starts at once: each parameter is a tensor [starts], and so is the value. Entry i of
 * the value depends on entry i of the parameters only.
 */
export type Objective = (parameters: readonly Tensor[]) => Tensor;

/** What stopped a start, by the gradient and the Hessian where it ended. */
export type Ending =
  | "minimum"
  | "maximum"
  | "saddle"
  | "plateau"
  | "degenerate, cannot tell"
  | "still moving"
  | "ran away";

/** Below these a number counts as zero. All are for float64; the ones for curvature are relative to its largest size. */
export const tolerances = {
  /** Length of the gradient at which a start stops. */
  gradient: 1e-8,
  /** Size of an eigenvalue of the Hessian, relative to the largest, or absolute where that is below 1. */
  curvature: 1e-6,
  /** A plateau changes by no more, relative to the value's size or 1 … */
  flat: 1e-5,
  /** … within this distance along each axis. */
  reach: 0.1,
  /** A start that is farther out has run away. */
  far: 1e6,
} as const;

export interface End {
  readonly start: readonly number[];
  readonly at: readonly number[];
  readonly value: number;
  readonly gradient: number;
  /** Of the Hessian, smallest first; none for a start that ran away. */
  readonly curvatures: readonly number[];
  readonly ending: Ending;
  readonly steps: number;
  /** Where it went: the start, some places on the way, the end. */
  readonly path: readonly (readonly number[])[];
}

export interface Descent {
  readonly objective: Objective;
  readonly starts: readonly (readonly number[])[];
  readonly learningRate: number;
  /** Most steps of a start. */
  readonly steps: number;
}

/** Starts that have stopped leave the computation after so many steps. */
const roundLength = 250;

/**
 * Gradient descent, w ← w − η∇, from every start, in float64 by the reference interpreter; then the Hessian at each end,
 * by differentiating the gradient once more, and what it says. A start stops where its gradient is below tolerance.
 */
export function descendFrom({ objective, starts, learningRate, steps }: Descent): readonly End[] {
  const ends: { at: number[]; steps: number; path: number[][] }[] = starts.map((start) => ({
    at: [...start],
    steps: 0,
    path: [[...start]],
  }));
  let active = ends.map((_, i) => i);
  for (let done = 0; done < steps && active.length > 0; done += roundLength) {
    const moving = active.map((i) => ends[i]!);
    const slopes = slopesOf(objective, moving.length, starts[0]!.length);
    const isMoving = moving.map(() => true);
    for (let step = 0; step < Math.min(roundLength, steps - done) && isMoving.includes(true); step += 1) {
      const gradients = slopes(moving.map(({ at }) => at));
      for (const [i, end] of moving.entries()) {
        if (!isMoving[i]) continue;
        const gradient = gradients[i]!;
        const size = lengthOf(gradient);
        if (!(size > tolerances.gradient) || lengthOf(end.at) > tolerances.far) {
          isMoving[i] = false;
          continue;
        }
        end.at = end.at.map((value, k) => value - learningRate * gradient[k]!);
        end.steps += 1;
        if (isKept(end.steps)) end.path.push(end.at);
      }
    }
    active = active.filter((_, i) => isMoving[i]);
  }
  const judged = judge(
    objective,
    ends.map(({ at }) => at),
  );
  return ends.map(({ at, steps: taken, path }, i) => ({
    start: starts[i]!,
    at,
    ...judged[i]!,
    steps: taken,
    path: [...path, at],
  }));
}

/** The first steps are long and each is kept, later ones thin out. */
const isKept = (step: number): boolean => step <= 40 || (step <= 400 && step % 10 === 0) || step % 200 === 0;

const lengthOf = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((total, value) => total + value * value, 0));

function slopesOf(objective: Objective, count: number, dimensions: number) {
  const parameters = inputsOf(count, dimensions);
  const gradients = grad(sum(objective(parameters)), parameters);
  return (points: readonly (readonly number[])[]): number[][] => {
    const values = evaluate(gradients, feedOf(parameters, points));
    return points.map((_, i) => values.map(({ data }) => data[i]!));
  };
}

const inputsOf = (count: number, dimensions: number): readonly Tensor[] =>
  Array.from({ length: dimensions }, (_, k) => input([count], `parameter ${k}`));

const feedOf = (parameters: readonly Tensor[], points: readonly (readonly number[])[]): Feed =>
  new Map(parameters.map((parameter, k) => [parameter, { data: points.map((point) => point[k]!) }]));

type Judged = Pick<End, "value" | "gradient" | "curvatures" | "ending">;

/** Value, gradient and Hessian at each point, and what they say. */
function judge(objective: Objective, points: readonly (readonly number[])[]): readonly Judged[] {
  const dimensions = points[0]!.length;
  const parameters = inputsOf(points.length, dimensions);
  const value = objective(parameters);
  const gradients = grad(sum(value), parameters);
  const second = gradients.map((gradient) => grad(sum(gradient), parameters));
  const at = (moved: readonly (readonly number[])[], outputs: readonly Tensor[]) =>
    evaluate(outputs, feedOf(parameters, moved)).map(({ data }) => data);
  const [values, ...others] = at(points, [value, ...gradients, ...second.flat()]) as [Float64Array, ...Float64Array[]];
  const probes = Array.from({ length: 2 * dimensions }, (_, probe) => {
    const step = probe % 2 === 0 ? tolerances.reach : -tolerances.reach;
    return at(
      points.map((point) => point.map((x, k) => (k === probe >> 1 ? x + step : x))),
      [value],
    )[0]!;
  });
  return points.map((point, i) => {
    const gradient = lengthOf(others.slice(0, dimensions).map((data) => data[i]!));
    const hessian = gradients.map((_, row) =>
      gradients.map((_, column) => others[dimensions + row * dimensions + column]![i]!),
    );
    const isUsable = [values[i]!, gradient, ...hessian.flat()].every(Number.isFinite);
    if (!isUsable || lengthOf(point) > tolerances.far)
      return { value: values[i]!, gradient, curvatures: [], ending: "ran away" };
    const curvatures = [...symmetricEigen(Float64Array.from(hessian.flat()), hessian.length).values].reverse();
    const change = Math.max(...probes.map((data) => Math.abs(data[i]! - values[i]!)));
    const isFlat = change <= tolerances.flat * Math.max(1, Math.abs(values[i]!));
    return { value: values[i]!, gradient, curvatures, ending: endingOf(gradient, curvatures, isFlat) };
  });
}

/**
 * The second-derivative test, with zeros told: a gradient of zero is a minimum where all curvatures are above zero, a
 * saddle where they differ in sign, a maximum where all are below. Where some are zero and none below, the test cannot
 * tell; where the function hardly changes all around, it is a plateau, also for a start that ran out of steps there.
 */
export function endingOf(gradient: number, curvatures: readonly number[], isFlat: boolean): Ending {
  const zero = tolerances.curvature * Math.max(1, ...curvatures.map(Math.abs));
  const [up, down] = [curvatures.filter((c) => c > zero).length, curvatures.filter((c) => c < -zero).length];
  if (!(gradient <= tolerances.gradient)) return isFlat ? "plateau" : "still moving";
  if (isFlat && up + down === 0) return "plateau";
  if (up === curvatures.length) return "minimum";
  if (down === curvatures.length) return "maximum";
  if (up > 0 && down > 0) return "saddle";
  return "degenerate, cannot tell";
}
