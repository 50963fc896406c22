/** Two directions of a space, one after the other [2 × width]. */
export type Directions = Float64Array<ArrayBuffer>;

/** The plane in which points differ most. */
export interface PrincipalPlane {
  readonly mean: Float64Array<ArrayBuffer>;
  readonly directions: Directions;
  /** Of the variance, how much lies in the plane. */
  readonly share: number;
}

/**
 * By orthogonal iteration (Golub & Van Loan, Matrix Computations, 7.3.2), from `start` where one is known: a plane that
 * moves a little from frame to frame needs few rounds. `points` is [n × width]. Costs 4·n·width for each round.
 */
export function principalPlane(
  points: Float32Array,
  width: number,
  { start, rounds = start ? 8 : 60 }: { readonly start?: Directions | undefined; readonly rounds?: number } = {},
): PrincipalPlane {
  const count = points.length / width;
  const mean = new Float64Array(width);
  for (let i = 0; i < points.length; i++) mean[i % width]! += points[i]! / count;
  const directions = new Float64Array(start ?? firstDirections(width));
  orthonormal(directions, width);
  let total = 0;
  for (let i = 0; i < points.length; i++) {
    const off = points[i]! - mean[i % width]!;
    total += off * off;
  }
  let within = 0;
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(2 * width);
    within = 0;
    for (let i = 0; i < count; i++) {
      const [p, q] = place(points, i, width, mean, directions);
      within += p * p + q * q;
      for (let j = 0; j < width; j++) {
        const off = points[i * width + j]! - mean[j]!;
        next[j]! += p * off;
        next[width + j]! += q * off;
      }
    }
    if (!orthonormal(next, width)) break;
    directions.set(next);
  }
  return { mean, directions, share: total > 0 ? Math.min(1, within / total) : 1 };
}

/** Where point `i` lies in the plane. */
export function place(
  points: Float32Array,
  i: number,
  width: number,
  mean: Float64Array,
  directions: Directions,
): readonly [number, number] {
  let p = 0;
  let q = 0;
  for (let j = 0; j < width; j++) {
    const off = points[i * width + j]! - mean[j]!;
    p += off * directions[j]!;
    q += off * directions[width + j]!;
  }
  return [p, q];
}

/** Not along an axis, and not along each other. */
function firstDirections(width: number): Directions {
  const out = new Float64Array(2 * width);
  for (let j = 0; j < width; j++) {
    out[j] = 1 + ((j * 7) % 5) / 5;
    out[width + j] = j % 2 === 0 ? 1 : -1 - ((j * 3) % 4) / 4;
  }
  return out;
}

/** Gram and Schmidt; false where a direction has no length, which then becomes an axis. */
function orthonormal(directions: Directions, width: number): boolean {
  const first = directions.subarray(0, width);
  const second = directions.subarray(width);
  const isFirst = normalized(first);
  if (!isFirst) first[0] = 1;
  let dot = 0;
  for (let j = 0; j < width; j++) dot += first[j]! * second[j]!;
  for (let j = 0; j < width; j++) second[j]! -= dot * first[j]!;
  const isSecond = normalized(second);
  if (!isSecond && width > 1) {
    // the axis that the first direction points along least
    let least = 0;
    for (let j = 1; j < width; j++) if (Math.abs(first[j]!) < Math.abs(first[least]!)) least = j;
    second.fill(0);
    for (let j = 0; j < width; j++) second[j] = (j === least ? 1 : 0) - first[least]! * first[j]!;
    normalized(second);
  }
  return isFirst && isSecond;
}

function normalized(vector: Float64Array): boolean {
  let size = 0;
  for (const value of vector) size += value * value;
  if (!(size > 1e-24)) {
    vector.fill(0);
    return false;
  }
  const by = 1 / Math.sqrt(size);
  for (let j = 0; j < vector.length; j++) vector[j]! *= by;
  return true;
}

/**
 * Turns and mirrors points of a plane [n × 2], about 0, so that they lie as near as they can to others (Schönemann 1966,
 * in two dimensions): of one picture to the next, nothing turns that need not. `upTo` points decide.
 */
export function alignPlane(points: Float32Array, others: Float32Array, upTo: number): void {
  let [a, b, c, d] = [0, 0, 0, 0]; // Σ point · otherᵀ
  for (let i = 0; i < upTo; i++) {
    const [x, y, u, v] = [points[2 * i]!, points[2 * i + 1]!, others[2 * i]!, others[2 * i + 1]!];
    a += x * u;
    b += x * v;
    c += y * u;
    d += y * v;
  }
  const turned = Math.hypot(a + d, b - c);
  const mirrored = Math.hypot(a - d, b + c);
  if (Math.max(turned, mirrored) < 1e-12) return;
  const isMirrored = mirrored > turned;
  const cos = isMirrored ? (a - d) / mirrored : (a + d) / turned;
  const sin = isMirrored ? (b + c) / mirrored : (b - c) / turned;
  for (let i = 0; i < points.length; i += 2) {
    const x = points[i]!;
    const y = isMirrored ? -points[i + 1]! : points[i + 1]!;
    points[i] = cos * x - sin * y;
    points[i + 1] = sin * x + cos * y;
  }
}
