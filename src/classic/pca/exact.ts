import { completeBasis, orthonormalize } from "../../array/orthonormal.ts";
import { symmetricEigen } from "../../array/symmetric-eigen.ts";
import type { Observations } from "../observations.ts";
import { crossProduct } from "../products.ts";
import type { Directions } from "./directions.ts";
import { flipSigns } from "./signs.ts";

/**
 * All min(count, features) principal directions of a centred table. The eigenvectors of XᵀX = VΣ²Vᵀ are the directions;
 * where samples are fewer than features, those of XXᵀ = UΣ²Uᵀ are found instead, and V = XᵀUΣ⁻¹. Sums are float64.
 */
export async function exactDirections(x: Observations): Promise<Directions> {
  const { data, count, features } = x;
  const isWide = count < features;
  const side = Math.min(count, features);
  const square = isWide
    ? await crossProduct(transposed(x), features, count)
    : await crossProduct(data, count, features);
  const { values, vectors } = symmetricEigen(square, side);
  const largest = Math.max(values[0]!, 0);
  // an eigenvalue below the rounding of the sums is none
  const isReal = (value: number) => value > largest * 1e-14 * side;
  const singularValues = values.map((value) => (isReal(value) ? Math.sqrt(value) : 0));
  const components = isWide ? new Float64Array(side * features) : vectors;
  if (isWide)
    for (let c = 0; c < side; c++) {
      if (singularValues[c] === 0) continue;
      for (let i = 0; i < count; i++) {
        const weight = vectors[c * side + i]! / singularValues[c]!;
        for (let k = 0; k < features; k++) components[c * features + k]! += weight * data[i * features + k]!;
      }
    }
  if (isWide) {
    orthonormalize(components, side, features);
    completeBasis(components, side, features);
  }
  await flipSigns(components, side, x);
  return { components, singularValues };
}

function transposed({ data, count, features }: Observations): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < count; i++) for (let k = 0; k < features; k++) out[k * count + i] = data[i * features + k]!;
  return out;
}
