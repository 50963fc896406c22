// biome-ignore-all lint/suspicious/noApproximativeNumericConstant: tables of reference values
import { describe, expect, it } from "vitest";
import { cos, exp, expm1, log, log1p, pow, sigmoid, sin, softplus, tanh, wholePower } from "../../src/array/math64.ts";

const math = { cos, exp, expm1, log, log1p, pow, sigmoid, sin, softplus, tanh };

/** Correctly rounded values, computed with 2,200 bits (mpmath). The last entry of a row is the value. */
const rows: Record<Name, number[][]> = {
  exp: [
    [1, 2.718281828459045],
    [-1, 0.36787944117144233],
    [0.5, 1.6487212707001282],
    [1e-8, 1.00000001],
    [-30.25, 7.287724095819692e-14],
    [88.7, 3.325986980250579e38],
    [700.1, 1.120899771073261e304],
    [709.7827, 1.7976699566638014e308],
    [-700.3, 7.304228033645715e-305],
    [-708.9, 1.3447506992632944e-308],
    [-744.9, 5e-324],
  ],
  expm1: [
    [1e-300, 1e-300],
    [1e-10, 1.00000000005e-10],
    [-1e-10, -9.999999999500001e-11],
    [0.3465, 0.41410949383036244],
    [0.35, 0.41906754859325723],
    [-0.7, -0.5034146962085905],
    [1.5, 3.481689070338065],
    [-5, -0.9932620530009145],
    [-37, -0.9999999999999999],
    [40, 2.3538526683702e17],
    [700, 1.0142320547350045e304],
  ],
  log: [
    [2, 0.6931471805599453],
    [0.1, -2.3025850929940455],
    [10, 2.302585092994046],
    [0.9999999999999999, -1.1102230246251565e-16],
    [1.0000000000000002, 2.2204460492503128e-16],
    [0.7071067811865475, -0.34657359027997275],
    [1.4142135623730951, 0.3465735902799727],
    [5e-324, -744.4400719213812],
    [2.2e-308, -708.4077512818018],
    [1.7976931348623157e308, 709.782712893384],
  ],
  log1p: [
    [1e-300, 1e-300],
    [1e-16, 1e-16],
    [-1e-16, -1e-16],
    [-0.5, -0.6931471805599453],
    [-0.29, -0.3424903089467759],
    [0.41, 0.3435897043900769],
    [-0.9999999999999999, -36.7368005696771],
    [3, 1.3862943611198906],
    [1e16, 36.841361487904734],
    [1.7e308, 709.7268368932282],
  ],
  sin: [
    [1e-300, 1e-300],
    [0.5, 0.479425538604203],
    [0.7853981633974484, 0.7071067811865476],
    [3.141592653589793, 1.2246467991473532e-16],
    [-22, 0.008851309290403876],
    [100, -0.5063656411097588],
    [710, 6.0288706691585265e-5],
    [999999.5, -0.756251087561678],
    [1000000.0, -0.34999350217129294],
    [-1e22, 0.8522008497671888],
    [5.319372648326541e255, 1.0],
    [1.7976931348623157e308, 0.004961954789184062],
  ],
  cos: [
    [1e-300, 1.0],
    [0.5, 0.8775825618903728],
    [1.5707963267948966, 6.123233995736766e-17],
    [3.141592653589793, -1.0],
    [-22, -0.9999608263946371],
    [100, 0.8623188722876839],
    [710, 0.999999998182636],
    [999999.5, 0.654281508650351],
    [1000000.0, 0.9367521275331447],
    [-1e22, 0.523214785395139],
    [5.319372648326541e255, -4.687165924254628e-19],
    [1.7976931348623157e308, -0.9999876894265599],
  ],
  tanh: [
    [1e-300, 1e-300],
    [1e-9, 1e-9],
    [0.2, 0.197375320224904],
    [-0.5, -0.46211715726000974],
    [1, 0.7615941559557649],
    [-3, -0.9950547536867305],
    [10, 0.9999999958776927],
    [19.5, 1.0],
  ],
  sigmoid: [
    [0, 0.5],
    [1, 0.7310585786300049],
    [-1, 0.2689414213699951],
    [20, 0.9999999979388464],
    [-20, 2.0611536181902037e-9],
    [-100, 3.720075976020836e-44],
    [-700, 9.85967654375977e-305],
    [-744, 1e-323],
  ],
  softplus: [
    [0, 0.6931471805599453],
    [1, 1.3132616875182228],
    [-1, 0.3132616875182228],
    [20, 20.000000002061153],
    [-20, 2.061153620314381e-9],
    [-100, 3.720075976020836e-44],
    [-700, 9.85967654375977e-305],
    [-744, 1e-323],
  ],
  pow: [
    [0.9, 1, 0.9],
    [0.9, 2, 0.81],
    [0.9, 100, 2.6561398887587544e-5],
    [0.999, 100000, 3.5385276883431275e-44],
    [10, -300, 1e-300],
    [10, 308, 1e308],
    [2, 0.5, 1.4142135623730951],
    [1.0000000000000002, 1e18, 2.7086111089766717e96],
    [0.9999999999999999, -3e18, 4.45779387326829e144],
    [5e-324, 0.1, 4.6706622762338734e-33],
    [1.7e308, -1.03, 3.331485e-318],
    [3, 3, 27.0],
    [7, -2.5, 0.007713560673657699],
  ],
};

type Name = "exp" | "expm1" | "log" | "log1p" | "sin" | "cos" | "tanh" | "sigmoid" | "softplus" | "pow";
const names = Object.keys(rows) as Name[];
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

const bits = new Float64Array(1);
const words = new BigInt64Array(bits.buffer);
/** Position of a number in the order of all numbers. */
function rank(x: number): bigint {
  bits[0] = x;
  return words[0]! < 0n ? -(words[0]! & 0x7fffffffffffffffn) : words[0]!;
}
/** How many numbers apart. */
function distance(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  if (Number.isNaN(a) || Number.isNaN(b)) return infinity;
  const apart = rank(a) - rank(b);
  return Number(apart < 0n ? -apart : apart);
}

/** A sequence that fills [0, 1) evenly; no randomness is needed here. */
const fraction = (i: number) => (i * 0.6180339887498949) % 1;

describe("math64", () => {
  for (const name of names)
    it(`${name} agrees with correctly rounded values`, () => {
      for (const row of rows[name]) {
        const [x, y] = row as [number, number];
        const value = name === "pow" ? math.pow(x, y) : math[name](x);
        const limit = name === "tanh" || name === "sigmoid" ? 2 : 1;
        expect(distance(value, row.at(-1)!), `${name}(${row.slice(0, -1)}) = ${value}`).toBeLessThanOrEqual(limit);
      }
    });

  // Math.* is within 1 of the truth in the engines at hand, so ours ± 1 more may differ by that much again.
  const twins = {
    exp: Math.exp,
    expm1: Math.expm1,
    log: Math.log,
    log1p: Math.log1p,
    sin: Math.sin,
    cos: Math.cos,
    tanh: Math.tanh,
  };
  const spans = { exp: 1490, expm1: 1490, log: 4, log1p: 4, sin: 4e6, cos: 4e6, tanh: 50 };
  for (const name of Object.keys(twins) as (keyof typeof twins)[])
    it(`${name} stays beside the engine's own over wide ranges`, () => {
      const wrong: number[] = [];
      for (let i = 1; i < 20_000; i += 1) {
        const x = (fraction(i) - 0.5) * spans[name];
        const tiny = x * 2 ** -(i % 500);
        for (const at of [x, tiny, Math.abs(x) * 2 ** (i % 900)])
          if (distance(math[name](at), twins[name](at)) > 4) wrong.push(at);
      }
      expect(wrong).toEqual([]);
    });

  it("pow stays beside the engine's own over wide ranges", () => {
    for (let i = 1; i < 20_000; i += 1) {
      const x = fraction(i) * 2 ** ((i % 600) - 300);
      const y = (fraction(7 * i) - 0.5) * (1400 / Math.abs(Math.log(x)));
      expect(distance(math.pow(x, y), x ** y), `${x} ** ${y}`).toBeLessThanOrEqual(3);
    }
  });

  it("wholePower is exact where that is possible, and beside pow within n units in the last place", () => {
    expect([0, 1, 2, 3, 10, 31].map((n) => wholePower(3, n))).toEqual([1, 3, 9, 27, 59049, 617673396283947]);
    expect(wholePower(0.9, 0)).toBe(1);
    for (const x of [0.5, 0.9, 0.99, 0.999])
      for (let n = 1; n <= 20_000; n += 7) {
        const power = pow(x, n);
        if (power < 1e-290) break;
        expect(Math.abs(wholePower(x, n) - power)).toBeLessThanOrEqual(power * n * 2 ** -52);
      }
  });

  it("has the limits of the field", () => {
    const cases: [number, number][] = [
      [math.exp(infinity), infinity],
      [math.exp(-infinity), 0],
      [math.exp(709.782712893384), 1.7976931348622732e308],
      [math.exp(709.7827128933841), infinity],
      [math.exp(-745.13), 5e-324],
      [math.exp(-745.2), 0],
      [math.exp(0), 1],
      [math.expm1(infinity), infinity],
      [math.expm1(-infinity), -1],
      [math.expm1(-0), -0],
      [math.log(0), -infinity],
      [math.log(-1), nan],
      [math.log(infinity), infinity],
      [math.log(1), 0],
      [math.log1p(-1), -infinity],
      [math.log1p(-1.1), nan],
      [math.log1p(-0), -0],
      [math.log1p(infinity), infinity],
      [math.sin(infinity), nan],
      [math.sin(-0), -0],
      [math.cos(-infinity), nan],
      [math.cos(0), 1],
      [math.tanh(infinity), 1],
      [math.tanh(-infinity), -1],
      [math.tanh(-0), -0],
      [math.sigmoid(infinity), 1],
      [math.sigmoid(-infinity), 0],
      [math.softplus(infinity), infinity],
      [math.softplus(-infinity), 0],
      [math.pow(0, 0), 1],
      [math.pow(nan, 0), 1],
      [math.pow(0, 2), 0],
      [math.pow(0, -2), infinity],
      [math.pow(-2, 3), -8],
      [math.pow(-2, 0.5), nan],
      [math.pow(-0, -3), -infinity],
      [math.pow(infinity, -1), 0],
      [math.pow(0.5, infinity), 0],
      [math.pow(0.5, -infinity), infinity],
      [math.pow(2, infinity), infinity],
      [math.pow(1e-200, 2), 0],
      [math.pow(1e200, 2), infinity],
    ];
    for (const [i, [got, expected]] of cases.entries()) expect(got, `case ${i}`).toBe(expected);
    for (const name of names) if (name !== "pow") expect(math[name](nan), name).toBeNaN();
    expect(math.pow(nan, 1)).toBeNaN();
    expect(math.pow(2, nan)).toBeNaN();
  });

  it("stays in range and in order where that is promised", () => {
    let last = -1;
    for (let x = -50; x <= 50; x += 0.01) {
      const y = math.tanh(x);
      expect(y).toBeGreaterThanOrEqual(last);
      expect(Math.abs(y)).toBeLessThanOrEqual(1);
      expect(math.tanh(-x)).toBe(-y);
      expect(math.sigmoid(x) + math.sigmoid(-x)).toBeCloseTo(1, 15);
      last = y;
    }
  });

  it("has the same bits in every engine (pinned)", () => {
    let hash = 0x811c9dc5;
    for (let i = 1; i < 2000; i += 1)
      for (const name of names) {
        const x = (fraction(i) - 0.5) * 40;
        bits[0] = name === "pow" ? math.pow(Math.abs(x), fraction(3 * i)) : math[name](x);
        const word = Number.isNaN(bits[0]) ? 0n : BigInt.asUintN(64, words[0]!);
        hash = Math.imul(hash ^ Number(word & 0xffffffffn), 0x01000193);
        hash = Math.imul(hash ^ Number(word >> 32n), 0x01000193);
      }
    expect(hash >>> 0).toBe(399778637);
  });
});
