import { standardNormal } from "../../array/distributions.ts";
import { orthonormalize } from "../../array/orthonormal.ts";
import { Random } from "../../array/random.ts";
import { symmetricEigen } from "../../array/symmetric-eigen.ts";
import type { Observations } from "../observations.ts";
import { MatrixProducts } from "../products.ts";
import type { Directions } from "./directions.ts";
import { flipSigns } from "./signs.ts";

/** Directions beyond those asked for, at least: they catch what the random start missed. */
const oversampling = 6;
/** The kernels multiply eight columns at a time. */
const panel = 8;
/** Times that XᵀX is applied. */
const applications = 6;

/**
 * The first `kept` principal directions of a table whose columns have these means. Random directions Ω are drawn towards the largest by
 * XᵀX (Halko, Martinsson & Tropp 2011); all the steps Ω, XᵀXΩ, (XᵀX)²Ω … are kept, as in Musco & Musco 2015, which
 * reaches with six applications what the last step alone reaches with twice as many. In the space that they span the
 * directions are found exactly. Each application reads the table once, for two products with
 * `kept` + 6 columns or a few more.
 */
export async function randomizedDirections(
  x: Observations,
  mean: Float64Array,
  kept: number,
  seed: number,
): Promise<Directions> {
  const { features } = x;
  const width = Math.min(panel * Math.ceil((kept + oversampling) / panel), features);
  const blocks = Math.max(1, Math.min(applications, Math.floor(features / width)));
  const random = new Random(seed, "principal components");
  const size = blocks * width;
  const basis = new Float64Array(size * features); // rows V
  const images = new Float64Array(size * features); // rows XᵀXV
  for (let i = 0; i < width * features; i++) basis[i] = standardNormal(random, 0, i);
  const products = await MatrixProducts.open(x, mean);
  try {
    for (let block = 0; block < blocks; block++) {
      const [first, last] = [block * width * features, (block + 1) * width * features];
      orthonormalize(basis, (block + 1) * width, features, block * width);
      const right = rowsToColumns(basis.subarray(first, last), width, features);
      const image = await products.gramTimes(right, width);
      for (let c = 0; c < width; c++)
        for (let k = 0; k < features; k++) images[first + c * features + k] = image[k * width + c]!;
      if (block + 1 < blocks) basis.set(images.subarray(first, last), last);
    }
    const { values, vectors } = symmetricEigen(restricted(basis, images, size, features), size);
    const components = new Float64Array(kept * features);
    for (let c = 0; c < kept; c++)
      for (let i = 0; i < size; i++)
        for (let k = 0; k < features; k++)
          components[c * features + k]! += vectors[c * size + i]! * basis[i * features + k]!;
    await flipSigns(components, kept, x, products);
    const singularValues = Float64Array.from({ length: kept }, (_, i) => Math.sqrt(Math.max(0, values[i]!)));
    return { components, singularValues };
  } finally {
    products[Symbol.dispose]();
  }
}

/** V(XᵀX)Vᵀ for rows V: the matrix as it acts within their span; the mean of both triangles, to be symmetric. */
function restricted(basis: Float64Array, images: Float64Array, size: number, features: number): Float64Array {
  const small = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < features; k++) sum += basis[i * features + k]! * images[j * features + k]!;
      small[i * size + j]! += 0.5 * sum;
      small[j * size + i]! += 0.5 * sum;
    }
  return small;
}

/** Rows [width, n] as the columns of a float32 matrix [n, width]. */
function rowsToColumns(rows: Float64Array, width: number, n: number): Float32Array {
  const columns = new Float32Array(n * width);
  for (let c = 0; c < width; c++) for (let i = 0; i < n; i++) columns[i * width + c] = rows[c * n + i]!;
  return columns;
}
