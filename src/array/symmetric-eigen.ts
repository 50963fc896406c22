/** All eigenvalues of a symmetric matrix with their vectors. */
export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** [n, n]; row i is the unit vector of value i. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix [n, n], row-major, which is left as it was.
 * Householder's reduction to three diagonals, then the QL method with implicit shifts (Bowdler, Martin, Reinsch &
 * Wilkinson 1968; the form of EISPACK's tql2). About 4n³ multiplications and 2n² numbers of memory.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  // scaled to 1, so that squares neither overflow nor vanish; a matrix of subnormal numbers counts as 0
  const size = matrix.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const scale = size > 1e-300 ? size : 0;
  const work = matrix.map((value) => (scale > 0 ? value / scale : 0));
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n); // beside[i] lies between i and i + 1
  const basis = tridiagonalize(work, n, diagonal, beside);
  implicitQl(diagonal, beside, basis, n);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => diagonal[b]! - diagonal[a]! || a - b);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => void vectors.set(basis.subarray(from * n, (from + 1) * n), to * n));
  return { values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors };
}

/** Makes A = QTQᵀ; returns Qᵀ row-major, T in two diagonals. A is used up. */
function tridiagonalize(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array {
  const mirrors: (Float64Array | undefined)[] = [];
  const product = new Float64Array(n);
  for (let k = 0; k + 2 < n; k++) {
    const first = k + 1;
    let tail = 0;
    for (let j = first + 1; j < n; j++) tail += a[k * n + j]! * a[k * n + j]!;
    if (tail <= 1e-40) {
      // below the rounding of the matrix, whose largest number is 1
      beside[k] = a[k * n + first]!;
      mirrors.push(undefined);
      continue;
    }
    // v = x − αe, with α of the other sign than x, so that nothing cancels; scaled so that H = 1 − vvᵀ
    const head = a[k * n + first]!;
    const length = Math.sqrt(head * head + tail);
    const alpha = head > 0 ? -length : length;
    const scale = 1 / Math.sqrt(length * (length + Math.abs(head)));
    const v = new Float64Array(n);
    for (let j = first; j < n; j++) v[j] = a[k * n + j]! * scale;
    v[first] = (head - alpha) * scale;
    beside[k] = alpha;
    let dot = 0;
    for (let i = first; i < n; i++) {
      let sum = 0;
      for (let j = first; j < n; j++) sum += a[i * n + j]! * v[j]!;
      product[i] = sum;
      dot += sum * v[i]!;
    }
    for (let i = first; i < n; i++) product[i]! -= 0.5 * dot * v[i]!;
    for (let i = first; i < n; i++) {
      const vi = v[i]!;
      const wi = product[i]!;
      for (let j = first; j < n; j++) a[i * n + j]! -= vi * product[j]! + wi * v[j]!;
    }
    mirrors.push(v);
  }
  if (n > 1) beside[n - 2] = a[(n - 2) * n + n - 1]!;
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  return transposedProduct(mirrors, n, a);
}

/** (H₀H₁…)ᵀ of the mirrors H = 1 − vvᵀ; `memory` is overwritten. */
function transposedProduct(mirrors: readonly (Float64Array | undefined)[], n: number, memory: Float64Array) {
  const q = memory.fill(0);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  const row = new Float64Array(n);
  for (let k = mirrors.length - 1; k >= 0; k--) {
    const v = mirrors[k];
    if (!v) continue;
    row.fill(0);
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) row[j]! += v[i]! * q[i * n + j]!;
    for (let i = k + 1; i < n; i++) for (let j = k + 1; j < n; j++) q[i * n + j]! -= v[i]! * row[j]!;
  }
  const transposed = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) transposed[j * n + i] = q[i * n + j]!;
  return transposed;
}

/** Diagonalises T in place; the rows of `basis` are turned along and become the eigenvectors. */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array, n: number): void {
  const epsilon = 2 ** -52;
  let shift = 0;
  let largest = 0; // what is far below it beside the diagonal counts as 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(d[i]!) + Math.abs(e[i]!));
  for (let l = 0; l < n; l++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > epsilon * largest) m++;
    while (m > l && Math.abs(e[l]!) > epsilon * largest) {
      const g = d[l]!;
      const half = (d[l + 1]! - g) / (2 * e[l]!);
      const root = Math.sqrt(half * half + 1);
      const r = half < 0 ? half - root : half + root;
      d[l] = e[l]! / r;
      d[l + 1] = e[l]! * r;
      const [next, beyond] = [d[l + 1]!, e[l + 1]!];
      const h = g - d[l]!;
      for (let i = l + 2; i < n; i++) d[i]! -= h;
      shift += h;
      let p = d[m]!;
      let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
      for (let i = m - 1; i >= l; i--) {
        c3 = c2;
        c2 = c;
        s2 = s;
        const ge = c * e[i]!;
        const he = c * p;
        const length = Math.sqrt(p * p + e[i]! * e[i]!);
        e[i + 1] = s * length;
        s = e[i]! / length;
        c = p / length;
        p = c * d[i]! - s * ge;
        d[i + 1] = he + s * (c * ge + s * d[i]!);
        turn(basis, i * n, (i + 1) * n, n, c, s);
      }
      p = (-s * s2 * c3 * beyond * e[l]!) / next;
      e[l] = s * p;
      d[l] = c * p;
    }
    d[l]! += shift;
    e[l] = 0;
  }
}

/** Two rows turned in their plane. */
function turn(rows: Float64Array, first: number, second: number, n: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const a = rows[first + k]!;
    const b = rows[second + k]!;
    rows[second + k] = s * a + c * b;
    rows[first + k] = c * a - s * b;
  }
}
