import { NablaError } from "../errors.ts";
import {
  add,
  equal,
  index,
  matmul,
  mul,
  reshape,
  type Shape,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
} from "../graph/index.ts";

export interface Penalties {
  readonly l2: number;
  readonly totalVariation: number;
  /** The value that `l2` pulls towards. */
  readonly neutral: number;
}

/**
 * What pictures cost, in all: ½·l2·‖x − neutral‖² + ½·totalVariation·Σ (difference of neighbours)².
 *
 * The second term is the total variation of Mahendran & Vedaldi 2015, eq. 3 with β = 2, without its constants: it makes
 * neighbours alike. x is [rows, …shape]; `shape` is [height, width] or [height, width, channels].
 */
export function penalty(x: Tensor, shape: Shape, { l2, totalVariation, neutral }: Penalties): Tensor | undefined {
  const terms: Tensor[] = [];
  if (l2 > 0) terms.push(mul(l2 / 2, sum(square(sub(x, neutral)))));
  if (totalVariation > 0)
    for (const differences of neighbourDifferences(x, shape))
      terms.push(mul(totalVariation / 2, sum(square(differences))));
  return terms.reduce<Tensor | undefined>((total, term) => (total ? add(total, term) : term), undefined);
}

/** Down and across: each axis of an extent above 1 is brought last and multiplied with a matrix of ones and minus ones. */
function neighbourDifferences(x: Tensor, shape: Shape): readonly Tensor[] {
  const [rows = 1] = x.shape;
  const [height = 1, width = 1, channels = 1] = shape;
  const pictures = reshape(x, [rows, height, width, channels]);
  return [
    { extent: height, order: [0, 2, 3, 1] },
    { extent: width, order: [0, 1, 3, 2] },
  ]
    .filter(({ extent }) => extent > 1)
    .map(({ extent, order }) => {
      const lines = reshape(transpose(pictures, order), [-1, extent]);
      return matmul(lines, differenceMatrix(extent));
    });
}

/** [extent, extent − 1]: column j has 1 at row j + 1 and −1 at row j. */
function differenceMatrix(extent: number): Tensor {
  const [row, column] = [index([extent, extent - 1], 0), index([extent, extent - 1], 1)];
  return sub(equal(row, add(column, 1)), equal(row, column));
}

/**
 * A step of size η against these penalties multiplies the roughest part of a picture by 1 − η·(l2 + 8·totalVariation),
 * since 8 bounds the eigenvalues of the grid's Laplacian. From −1 on it would grow for ever. Throws OPTION.
 */
export function checkStability(learningRate: number, { l2, totalVariation }: Penalties, asking: string): void {
  const factor = learningRate * (l2 + 8 * totalVariation);
  if (factor < 2) return;
  throw new NablaError(
    "OPTION",
    `${asking}: with these penalties a learningRate of ${learningRate} swings without end`,
    {
      expected: "learningRate · (l2 + 8 · totalVariation) below 2",
      received: String(Number(factor.toPrecision(4))),
      hint: `Give a learningRate below ${Number((2 / (l2 + 8 * totalVariation)).toPrecision(2))}, or smaller penalties.`,
    },
  );
}
