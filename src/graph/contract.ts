import { printShape, shapeError } from "./shape.ts";
import { type ContractOp, Tensor } from "./tensor.ts";
import { transpose } from "./view.ts";

const matmulOp: ContractOp = {
  name: "matmul",
  kind: "contract",
  vjp: (dC, _C, [A, B]) => [matmul(dC, transpose(B!)), matmul(transpose(A!), dC)], // dC·Bᵀ, Aᵀ·dC
};

/** C[m,n] = Σₖ A[m,k]·B[k,n], for A of shape [M,K] and B of shape [K,N]. Throws SHAPE. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  const [M, K] = a.shape;
  const [rows, N] = b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || K !== rows)
    throw shapeError(
      `matmul: ${printShape(a.shape)} · ${printShape(b.shape)}: the inner extents must agree`,
      "Transpose one if need be.",
    );
  return new Tensor(matmulOp, [a, b], [M!, N!]);
}
