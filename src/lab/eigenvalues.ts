/**
 * Eigenvalues of a symmetric matrix [n, n], smallest first. Jacobi's rotations (1846), cyclic, in float64: for the few
 * rows of a Hessian; the largest entry beside the diagonal ends below 1e-15 of the matrix's size.
 */
export function eigenvalues(matrix: readonly (readonly number[])[]): number[] {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const size = Math.sqrt(a.flat().reduce((sum, value) => sum + value * value, 0));
  for (let sweep = 0; sweep < 60 && offDiagonal(a) > 1e-15 * size; sweep += 1)
    for (let p = 0; p < n; p += 1)
      for (let q = p + 1; q < n; q += 1) {
        if (a[p]![q] === 0) continue;
        // Golub & Van Loan, Matrix Computations, 4th ed., algorithm 8.5.1: the smaller of the two angles.
        const tau = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        const cosine = 1 / Math.sqrt(1 + t * t);
        const sine = t * cosine;
        for (let k = 0; k < n; k += 1) {
          const [kp, kq] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = cosine * kp - sine * kq;
          a[k]![q] = sine * kp + cosine * kq;
        }
        for (let k = 0; k < n; k += 1) {
          const [pk, qk] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = cosine * pk - sine * qk;
          a[q]![k] = sine * pk + cosine * qk;
        }
      }
  return a.map((row, i) => row[i]!).sort((x, y) => x - y);
}

function offDiagonal(a: readonly (readonly number[])[]): number {
  let largest = 0;
  for (const [i, row] of a.entries())
    for (const [j, value] of row.entries()) if (i !== j) largest = Math.max(largest, Math.abs(value));
  return largest;
}
