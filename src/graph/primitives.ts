import type { Machine } from "./machine.ts";

/**
 * The pointwise ops in float32, for every machine. The record of each op names the one that is its own, so a program
 * brings those of the ops it uses. Polynomials are those of the Cephes library (Moshier 1989), the rational tanh is
 * Eigen's; worst relative errors over their range are below 2e-7 (exp, log, sigmoid), 4e-7 (tanh, softplus). eˣ is
 * exactly 0 below −88, so that what decays ends; only between −88 and −87.3 can it be a denormal.
 *
 * Arguments that a primitive uses more than once arrive kept.
 */
export type Primitive = <V>(machine: Machine<V>, ...x: V[]) => V;

const log2e = Math.LOG2E;
// ln 2 in two parts: the first has few enough bits that n·ln2High is exact.
const ln2High = 0.693359375;
const ln2Low = -2.1219444e-4;
/** Above this, eˣ is infinite: 2¹²⁷·√2, a little under float32's largest number. */
const largestExponent = 88.3762626647949;

function polynomial<V>(m: Machine<V>, x: V, coefficients: readonly number[]): V {
  const [first, ...rest] = coefficients;
  return rest.reduce((sum, c) => m.mulAdd(sum, x, m.constant(c)), m.constant(first!));
}

/** x = n·ln 2 + r with |r| ≤ ½ ln 2; returns 2ⁿ and eʳ − 1. */
function reduceExponent<V>(m: Machine<V>, x: V): { power: V; rest: V } {
  const clamped = m.keep(m.smaller(m.larger(x, m.constant(-88)), m.constant(largestExponent)));
  const n = m.keep(m.nearest(m.mul(clamped, m.constant(log2e))));
  const high = m.sub(clamped, m.mul(n, m.constant(ln2High)));
  const r = m.keep(m.sub(high, m.mul(n, m.constant(ln2Low))));
  const p = polynomial(
    m,
    r,
    [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 0.16666665459, 0.50000001201],
  );
  return { power: m.powerOfTwo(n), rest: m.add(m.mul(p, m.mul(r, r)), r) };
}

const overflow = <V>(m: Machine<V>, x: V, y: V): V =>
  m.select(m.less(m.constant(largestExponent), x), m.constant(Infinity), y);

export const exp: Primitive = (m, x) => {
  const { power, rest } = reduceExponent(m, x!);
  return overflow(m, x!, m.mul(m.add(rest, m.constant(1)), power));
};

export const expm1: Primitive = (m, x) => {
  const { power, rest } = reduceExponent(m, x!);
  const scale = m.keep(power);
  return overflow(m, x!, m.add(m.mul(rest, scale), m.sub(scale, m.constant(1))));
};

export const log: Primitive = (m, x) => {
  const isTiny = m.keep(m.less(x!, m.constant(1.17549435e-38)));
  const normal = m.keep(m.select(isTiny, m.mul(x!, m.constant(8388608)), x!));
  const mantissa = m.keep(m.mantissa(normal));
  const isLow = m.keep(m.less(mantissa, m.constant(Math.SQRT1_2)));
  const shift = m.add(m.indicator(isLow), m.select(isTiny, m.constant(23), m.constant(0)));
  const e = m.keep(m.sub(m.exponent(normal), shift));
  const t = m.keep(m.sub(m.select(isLow, m.add(mantissa, mantissa), mantissa), m.constant(1)));
  const z = m.keep(m.mul(t, t));
  const p = polynomial(
    m,
    t,
    [
      7.0376836292e-2, -0.1151461031, 0.116769987, -0.12420140846, 0.14249322787, -0.16668057665, 0.20000714765,
      -0.24999993993, 0.33333331174,
    ],
  );
  const small = m.add(m.mul(m.mul(p, t), z), m.mul(e, m.constant(ln2Low)));
  const y = m.add(m.add(t, m.sub(small, m.mul(z, m.constant(0.5)))), m.mul(e, m.constant(ln2High)));
  const finite = m.select(m.equal(x!, m.constant(Infinity)), m.constant(Infinity), y);
  const positive = m.select(m.less(m.constant(0), x!), finite, m.constant(Number.NaN));
  return m.select(m.equal(x!, m.constant(0)), m.constant(-Infinity), positive);
};

/** log(1 + x), with the rounding of 1 + x made good (Kahan; see Goldberg 1991, theorem 4). */
export const log1p: Primitive = (m, x) => {
  const w = m.keep(m.add(x!, m.constant(1)));
  const d = m.keep(m.sub(w, m.constant(1)));
  const logW = m.keep(log(m, w));
  const corrected = m.select(m.less(m.constant(1e10), x!), logW, m.mul(logW, m.div(x!, d)));
  return m.select(m.equal(d, m.constant(0)), x!, corrected);
};

export const tanh: Primitive = (m, x) => {
  // Beyond the bound the quotient is 1 to the last bit.
  const bound = 7.905311107635498;
  const clamped = m.keep(m.smaller(m.larger(x!, m.constant(-bound)), m.constant(bound)));
  const z = m.keep(m.mul(clamped, clamped));
  const numerator = polynomial(
    m,
    z,
    [
      -2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
      6.37261928875436e-4, 4.89352455891786e-3,
    ],
  );
  const denominator = polynomial(
    m,
    z,
    [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3],
  );
  return m.div(m.mul(numerator, clamped), denominator);
};

export const sigmoid: Primitive = (m, x) => m.div(m.constant(1), m.add(exp(m, m.keep(m.neg(x!))), m.constant(1)));

/** max(x, 0) + log(1 + e^−|x|) */
export const softplus: Primitive = (m, x) => {
  const u = m.keep(exp(m, m.keep(m.neg(m.abs(x!)))));
  return m.add(m.larger(x!, m.constant(0)), log1p(m, u));
};

/** sin of x + quarters·π/2. π/2 in three parts: good to |x| = 8,192, beyond which float32 says little of x mod 2π. */
function sine<V>(m: Machine<V>, x: V, quarters: number): V {
  const n = m.keep(m.nearest(m.mul(x, m.constant(0.6366197723675814))));
  const reduced = m.sub(
    m.sub(m.sub(x, m.mul(n, m.constant(1.5703125))), m.mul(n, m.constant(4.837512969970703e-4))),
    m.mul(n, m.constant(7.549789954891882e-8)),
  );
  // at most π/4, but for huge x, where the result is to stay in [−1, 1] at least
  const r = m.keep(m.smaller(m.larger(reduced, m.constant(-0.8)), m.constant(0.8)));
  const z = m.keep(m.mul(r, r));
  const quadrant = m.keep(m.add(n, m.constant(quarters)));
  const turn = m.keep(m.sub(quadrant, m.mul(m.floor(m.mul(quadrant, m.constant(0.25))), m.constant(4))));
  const sinPart = m.add(m.mul(m.mul(polynomial(m, z, [-1.9515295891e-4, 8.3321608736e-3, -0.16666654611]), z), r), r);
  const cosPolynomial = polynomial(m, z, [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2]);
  const cosPart = m.add(m.sub(m.mul(m.mul(cosPolynomial, z), z), m.mul(z, m.constant(0.5))), m.constant(1));
  const isOdd = m.add(m.indicator(m.equal(turn, m.constant(1))), m.indicator(m.equal(turn, m.constant(3))));
  const y = m.keep(m.select(m.equal(isOdd, m.constant(1)), cosPart, sinPart));
  return m.select(m.less(m.constant(1.5), turn), m.neg(y), y);
}

export const sin: Primitive = (m, x) => sine(m, x!, 0);
export const cos: Primitive = (m, x) => sine(m, x!, 1);

/** −1, 0 or 1; a NaN passes. */
export const sign: Primitive = (m, x) => {
  const direction = m.sub(m.indicator(m.less(m.constant(0), x!)), m.indicator(m.less(x!, m.constant(0))));
  return m.select(m.equal(x!, x!), direction, x!);
};

export const flushTiny: Primitive = (m, x) => m.select(m.less(m.abs(x!), m.constant(1e-30)), m.constant(0), x!);

/** The larger of two, with a NaN in either passing. */
export const maximum: Primitive = (m, a, b) => m.select(m.equal(b!, b!), m.larger(a!, b!), b!);
export const minimum: Primitive = (m, a, b) => m.select(m.equal(b!, b!), m.smaller(a!, b!), b!);

/** Threefry-2×32, 20 rounds, of the counter (step, index): see `random.ts`, whose operands these are. */
export const random: Primitive = (m, ...x) => {
  const [stepHigh, stepLow, index, ...halves] = x.map((operand) => m.toWord(operand));
  type V = (typeof x)[number];
  const join = (high: V, low: V): V => m.keep(m.addWords(m.rotateWord(m.keep(high), 16), low));
  const [first, second] = [join(halves[0]!, halves[1]!), join(halves[2]!, halves[3]!)];
  const parity = m.keep(m.xorWords(m.word(0x1bd11bda), m.xorWords(first, second)));
  const key = [first, second, parity];
  let a = m.addWords(join(stepHigh!, stepLow!), first);
  let b = m.keep(m.addWords(index!, second));
  for (let group = 1; group <= 5; group++) {
    for (const by of group % 2 === 1 ? [13, 15, 26, 6] : [17, 29, 16, 24]) {
      a = m.keep(m.addWords(a, b));
      b = m.keep(m.xorWords(m.rotateWord(b, by), a));
    }
    a = m.keep(m.addWords(a, key[group % 3]!));
    b = m.keep(m.addWords(b, m.addWords(key[(group + 1) % 3]!, m.word(group))));
  }
  return m.mul(m.upperBits(a), m.constant(1 / 16_777_216));
};

// ---- what a machine has at once ---------------------------------------------------------------------------------

export const neg: Primitive = (m, x) => m.neg(x!);
export const abs: Primitive = (m, x) => m.abs(x!);
export const sqrt: Primitive = (m, x) => m.sqrt(x!);
export const itself: Primitive = (_m, x) => x!;
export const add: Primitive = (m, a, b) => m.add(a!, b!);
export const sub: Primitive = (m, a, b) => m.sub(a!, b!);
export const mul: Primitive = (m, a, b) => m.mul(a!, b!);
export const div: Primitive = (m, a, b) => m.div(a!, b!);
export const less: Primitive = (m, a, b) => m.indicator(m.less(a!, b!));
export const equal: Primitive = (m, a, b) => m.indicator(m.equal(a!, b!));
export const where: Primitive = (m, condition, yes, no) => m.select(m.equal(condition!, m.constant(0)), no!, yes!);
