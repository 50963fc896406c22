/**
 * Makes the `count` rows of length n orthonormal, in place: Gram & Schmidt with each projection taken off twice, which
 * is enough (Giraud, Langou & Rozložník 2005). A row that depends on those before it becomes zeros; the number of rows
 * that do not is returned. The rows before `first` are orthonormal already. Costs 4·n for each pair of rows.
 */
export function orthonormalize(rows: Float64Array, count: number, n: number, first = 0): number {
  let rank = first;
  for (let i = first; i < count; i++) {
    const before = Math.sqrt(dot(rows, i, i, n));
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const share = dot(rows, i, j, n);
        for (let k = 0; k < n; k++) rows[i * n + k]! -= share * rows[j * n + k]!;
      }
    const length = Math.sqrt(dot(rows, i, i, n));
    const scale = length > 1e-12 * before && length > 0 ? 1 / length : 0;
    if (scale > 0) rank++;
    for (let k = 0; k < n; k++) rows[i * n + k]! *= scale;
  }
  return rank;
}

function dot(rows: Float64Array, i: number, j: number, n: number): number {
  let sum = 0;
  for (let k = 0; k < n; k++) sum += rows[i * n + k]! * rows[j * n + k]!;
  return sum;
}

/** Fills rows of zeros up with unit vectors that are orthogonal to all others, the first axis that serves each time. */
export function completeBasis(rows: Float64Array, count: number, n: number): void {
  let axis = 0;
  for (let i = 0; i < count; i++) {
    if (dot(rows, i, i, n) > 0) continue;
    for (; axis < n; axis++) {
      const candidate = new Float64Array((count + 1) * n);
      candidate.set(rows);
      candidate[count * n + axis] = 1;
      for (let pass = 0; pass < 2; pass++)
        for (let j = 0; j < count; j++) {
          const share = dot(candidate, count, j, n);
          for (let k = 0; k < n; k++) candidate[count * n + k]! -= share * rows[j * n + k]!;
        }
      const length = Math.sqrt(dot(candidate, count, count, n));
      if (length < 1e-6) continue;
      for (let k = 0; k < n; k++) rows[i * n + k] = candidate[count * n + k]! / length;
      break;
    }
  }
}
