import { evaluate, type Tensor } from "nabla/graph";

/** Values of leaves, in float64. */
export type Point = ReadonlyMap<Tensor, { readonly data: ArrayLike<number> }>;

/** ∂(Σ weights·y)/∂x by central differences, for each number of x. */
export function slopes(y: Tensor, weights: ArrayLike<number>, x: Tensor, point: Point): Float64Array {
  const data = Float64Array.from(point.get(x)!.data);
  return data.map((value, i) => {
    const size = Math.abs(value);
    return steepness(weights, size === 0 || size === 1 ? [1] : [1, size], (step) => {
      const moved = data.slice();
      moved[i] = value + step;
      return { y: evaluate([y], new Map([...point, [x, { data: moved }]]))[0]!.data, step: moved[i]! - value };
    });
  });
}

/** The slope of the number `y` where all leaves move in a direction at once. */
export function slopeAlong(y: Tensor, direction: Point, point: Point): number {
  return steepness([1], [1], (step) => {
    const moved = [...point].map(([x, { data }]) => {
      const towards = direction.get(x)!.data;
      return [x, { data: Float64Array.from(data, (value, i) => value + step * towards[i]!) }] as const;
    });
    return { y: evaluate([y], new Map(moved))[0]!.data, step };
  });
}

/**
 * Central differences of fourth order. The step is chosen from several, as the one where formulas of second and fourth
 * order agree best and rounding can hide least; the gradient under test has no say in it.
 */
function steepness(
  weights: ArrayLike<number>,
  scales: readonly number[],
  run: (step: number) => { y: Float64Array; step: number },
): number {
  // Differences are taken before the sum: large numbers that do not change must not drown a small slope.
  const difference = (h: number): { slope: number; rounding: number } => {
    const [high, low] = [run(h), run(-h)];
    let slope = 0;
    let rounding = 0;
    high.y.forEach((value, j) => {
      slope += weights[j]! * (value - low.y[j]!);
      if (value !== low.y[j]) rounding += Math.abs(weights[j]! * value) * 2 ** -52;
    });
    return { slope: slope / (high.step - low.step), rounding: rounding / h };
  };
  let best = { slope: Number.NaN, doubt: Infinity };
  for (const h of scales.flatMap((scale) => [3e-3, 1e-3, 1e-4, 1e-5, 1e-6].map((relative) => relative * scale))) {
    const [one, two] = [difference(h), difference(2 * h)];
    const doubt = Math.abs(one.slope - two.slope) + one.rounding;
    if (doubt < best.doubt) best = { slope: (4 * one.slope - two.slope) / 3, doubt };
    if (doubt <= 1e-10 * Math.max(1, Math.abs(best.slope))) break;
  }
  return best.slope;
}
