import { describe, expect, it } from "vitest";
import { cos, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh } from "../../src/array/math64.ts";
import { plainMachine } from "../../src/backend/plain/machine.ts";
import * as float32 from "../../src/graph/primitives.ts";

const rounded = {
  cos: float32.cos,
  exp: float32.exp,
  expm1: float32.expm1,
  log: float32.log,
  log1p: float32.log1p,
  sigmoid: float32.sigmoid,
  sin: float32.sin,
  softplus: float32.softplus,
  tanh: float32.tanh,
};
const exactly = { cos, exp, expm1, log, log1p, sigmoid, sin, softplus, tanh };

/** A dense sweep of one op, and the worst relative error that it may show against float64. */
interface Sweep {
  readonly op: keyof typeof exactly;
  readonly from: number;
  readonly to: number;
  readonly worst: number;
  /** Errors are relative to numbers of at least this size: near their zeros at multiples of π, sin and cos lose digits. */
  readonly floor?: number;
}

const sweeps: readonly Sweep[] = [
  { op: "exp", from: -87.3, to: 88.37, worst: 1e-7 },
  { op: "exp", from: -1, to: 1, worst: 1e-7 },
  { op: "expm1", from: -90, to: 88.37, worst: 1.5e-7 },
  { op: "expm1", from: -1e-3, to: 1e-3, worst: 1e-7 },
  { op: "log", from: 1e-6, to: 2, worst: 1e-7 },
  { op: "log", from: 0.99, to: 1.01, worst: 1e-7 },
  { op: "log", from: 1, to: 1e4, worst: 1e-7 },
  { op: "log1p", from: -0.9999, to: 1, worst: 2e-7 },
  { op: "log1p", from: -1e-3, to: 1e-3, worst: 2e-7 },
  { op: "log1p", from: 1, to: 1e4, worst: 2e-7 },
  { op: "tanh", from: -10, to: 10, worst: 4e-7 },
  { op: "tanh", from: -1e-3, to: 1e-3, worst: 3e-7 },
  { op: "sigmoid", from: -87, to: 20, worst: 2e-7 },
  { op: "softplus", from: -87, to: 20, worst: 2.5e-7 },
  { op: "sin", from: -10, to: 10, worst: 1.5e-7, floor: 1e-2 },
  { op: "sin", from: -0.01, to: 0.01, worst: 1e-7 },
  { op: "sin", from: -8192, to: 8192, worst: 1e-7, floor: 1 },
  { op: "cos", from: -8192, to: 8192, worst: 1e-7, floor: 1 },
];

const points = 100_000;
const apply = (op: keyof typeof exactly, x: number): number => rounded[op](plainMachine, Math.fround(x));

describe("float32 primitives against float64", () => {
  for (const { op, from, to, worst, floor = 0 } of sweeps)
    it(`${op} on [${from}, ${to}] is within ${worst}`, () => {
      let largest = { error: 0, x: 0 };
      for (let i = 0; i <= points; i++) {
        const x = Math.fround(from + ((to - from) * i) / points);
        const exact = exactly[op](x);
        const error = Math.abs(apply(op, x) - exact) / Math.max(Math.abs(exact), floor, 1.2e-38);
        if (!(error <= largest.error)) largest = { error, x };
      }
      expect(largest.error, `at ${largest.x}`).toBeLessThan(worst);
    });

  it("log of a denormal is right, though they are never made here", () => {
    for (const x of [1e-40, 3e-39, 1.1e-38].map(Math.fround)) expect(apply("log", x) / log(x)).toBeCloseTo(1, 6);
  });

  it("eˣ is exactly 0 below −88, never a denormal", () => {
    for (let x = -120; x < -88; x += 1e-3) {
      expect(apply("exp", x)).toBe(0);
      expect(apply("softplus", x)).toBe(0);
    }
  });

  it("sin and cos stay in [−1, 1] for any finite number", () => {
    for (let x = 8192; Number.isFinite(Math.fround(x)); x *= 1.37)
      for (const op of ["sin", "cos"] as const) expect(Math.abs(apply(op, x))).toBeLessThanOrEqual(1);
  });

  it("nearest rounds ties to even and keeps the sign of a zero", () => {
    const cases = [
      0,
      -0,
      0.5,
      -0.5,
      1.5,
      -1.5,
      2.5,
      -2.5,
      0.49,
      -0.49,
      -0.51,
      8388607.5,
      8388609,
      -8388607.5,
      Infinity,
    ];
    const rounded = [0, -0, 0, -0, 2, -2, 2, -2, 0, -0, -1, 8388608, 8388609, -8388608, Infinity];
    expect(cases.map((x) => plainMachine.nearest(x))).toEqual(rounded);
    expect(plainMachine.nearest(Number.NaN)).toBeNaN();
  });

  it("powers of two, exponents and mantissas are exact", () => {
    expect(plainMachine.powerOfTwo(-127)).toBe(0);
    for (let n = -126; n <= 127; n++) {
      const power = plainMachine.powerOfTwo(n);
      expect(power).toBe(2 ** n);
      expect([plainMachine.exponent(power * 1.5), plainMachine.mantissa(power * 1.5)]).toEqual([n + 1, 0.75]);
    }
  });
});
