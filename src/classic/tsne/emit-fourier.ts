import { type FunctionBuilder, i32, type Local, type ModuleBuilder, v128 } from "../../backend/wasm/assembler.ts";
import { type Lanes, WasmMachine } from "../../backend/wasm/machine.ts";
import { cos72, cos144, halfRoot3, sin72, sin144 } from "./fourier.ts";

/**
 * The transforms of `fourier.ts` as machine code, four side by side in the lanes of a vector. A line of n complex
 * numbers takes 32n bytes: four real parts, then four imaginary ones. The plan of a length lies in memory as words:
 * the number of stages, then for each stage radix, groups, bytes of its stride, and bytes between twiddle numbers.
 */
export const elementBytes = 32;
export const stageWords = 4;

/** A complex number, four of them, each part an expression. */
interface Complex {
  readonly re: Lanes;
  readonly im: Lanes;
}

/** `fft(plan, twiddles, from, to)`: leaves the result in `from` after an even number of stages, else in `to`. */
export function emitTransform(module: ModuleBuilder): FunctionBuilder {
  const stages = new Map([2, 3, 4, 5].map((radix) => [radix, emitStage(module, radix)] as const));
  const f = module.function("fft", [i32, i32, i32, i32]);
  const [plan, twiddles, from, to] = [0, 1, 2, 3] as const;
  const [left, swap] = [f.local(i32), f.local(i32)];
  f.get(plan).loadI32(0).set(left);
  f.advance(plan, 4);
  f.loop(() => {
    for (const [radix, stage] of stages) {
      f.get(plan).loadI32(0).constant(radix).equals();
      f.when(() => {
        f.get(from).get(to).get(plan).loadI32(4).get(plan).loadI32(8).get(twiddles).get(plan).loadI32(12).call(stage);
      });
    }
    f.get(from).set(swap).get(to).set(from).get(swap).set(to);
    f.advance(plan, 4 * stageWords);
    f.get(left).constant(1).sub().tee(left);
  });
  return f;
}

/** One stage: groups × stride transforms of `radix` numbers. */
function emitStage(module: ModuleBuilder, radix: number): FunctionBuilder {
  const f = module.function(`stage ${radix}`, [i32, i32, i32, i32, i32, i32]);
  const [from, to, groups, strideBytes, twiddles, turnBytes] = [0, 1, 2, 3, 4, 5] as const;
  const m = new WasmMachine(f, false);
  const ins: Local[] = Array.from({ length: radix }, () => f.local(i32));
  const outs: Local[] = Array.from({ length: radix }, () => f.local(i32));
  const cosines: Local[] = Array.from({ length: radix - 1 }, () => f.local(v128));
  const sines: Local[] = Array.from({ length: radix - 1 }, () => f.local(v128));
  const [step, turn, at, end, group] = [f.local(i32), f.local(i32), f.local(i32), f.local(i32), f.local(i32)];
  f.get(groups).get(strideBytes).multiply().set(step);
  ins.forEach((local, r) => void f.get(from).constant(r).get(step).multiply().add().set(local));
  outs.forEach((local, r) => void f.get(to).constant(r).get(strideBytes).multiply().add().set(local));
  f.constant(0).set(turn);
  f.get(groups).set(group);
  f.loop(() => {
    for (let r = 1; r < radix; r++) {
      f.get(twiddles).get(turn).constant(r).multiply().add().tee(at);
      f.memory("loadSplat32", 0).set(cosines[r - 1]!);
      f.get(at)
        .memory("loadSplat32", 4)
        .set(sines[r - 1]!);
    }
    f.get(ins[0]!).get(strideBytes).add().set(end);
    f.loop(() => {
      m.scope(() => {
        const x = ins.map(
          (local): Complex => ({
            re: m.keep(() => void f.get(local).memory("load", 0)),
            im: m.keep(() => void f.get(local).memory("load", 16)),
          }),
        );
        const y = transforms[radix]!(m, x);
        y.forEach(({ re, im }, r) => {
          const store = (value: Lanes, offset: number) => {
            f.get(outs[r]!);
            value();
            f.memory("store", offset);
          };
          if (r === 0) {
            store(re, 0);
            store(im, 16);
            return;
          }
          const [c, s] = [() => void f.get(cosines[r - 1]!), () => void f.get(sines[r - 1]!)];
          const [a, b] = [m.keep(re), m.keep(im)];
          store(m.sub(m.mul(a, c), m.mul(b, s)), 0);
          store(m.add(m.mul(a, s), m.mul(b, c)), 16);
        });
      });
      for (const local of [...ins, ...outs]) f.advance(local, elementBytes);
      f.get(ins[0]!).get(end).lessThan();
    });
    for (const local of outs)
      f.get(local)
        .get(strideBytes)
        .constant(radix - 1)
        .multiply()
        .add()
        .set(local);
    f.get(turn).get(turnBytes).add().set(turn);
    f.get(group).constant(1).sub().tee(group);
  });
  return f;
}

type Machine = WasmMachine;
type Transform = (m: Machine, x: readonly Complex[]) => readonly Complex[];

const sum = (m: Machine, a: Complex, b: Complex): Complex => ({ re: m.add(a.re, b.re), im: m.add(a.im, b.im) });
const difference = (m: Machine, a: Complex, b: Complex): Complex => ({ re: m.sub(a.re, b.re), im: m.sub(a.im, b.im) });
const kept = (m: Machine, a: Complex): Complex => ({ re: m.keep(a.re), im: m.keep(a.im) });
const scaled = (m: Machine, a: Complex, c: number): Complex => ({
  re: m.mul(m.constant(c), a.re),
  im: m.mul(m.constant(c), a.im),
});
/** a − ib and a + ib */
const minusTurned = (m: Machine, a: Complex, b: Complex): Complex => ({ re: m.add(a.re, b.im), im: m.sub(a.im, b.re) });
const plusTurned = (m: Machine, a: Complex, b: Complex): Complex => ({ re: m.sub(a.re, b.im), im: m.add(a.im, b.re) });

/** In the order of operations of `fourier.ts`. */
const transforms: Readonly<Record<number, Transform>> = {
  2: (m, [a, b]) => [sum(m, a!, b!), difference(m, a!, b!)],
  3: (m, [x0, x1, x2]) => {
    const t = kept(m, sum(m, x1!, x2!));
    const s = kept(m, scaled(m, difference(m, x1!, x2!), halfRoot3));
    const middle = kept(m, difference(m, x0!, scaled(m, t, 0.5)));
    return [sum(m, x0!, t), minusTurned(m, middle, s), plusTurned(m, middle, s)];
  },
  4: (m, [x0, x1, x2, x3]) => {
    const a = kept(m, sum(m, x0!, x2!));
    const b = kept(m, difference(m, x0!, x2!));
    const c = kept(m, sum(m, x1!, x3!));
    const d = kept(m, difference(m, x1!, x3!));
    return [sum(m, a, c), minusTurned(m, b, d), difference(m, a, c), plusTurned(m, b, d)];
  },
  5: (m, [x0, x1, x2, x3, x4]) => {
    const a = kept(m, sum(m, x1!, x4!));
    const b = kept(m, sum(m, x2!, x3!));
    const c = kept(m, difference(m, x1!, x4!));
    const d = kept(m, difference(m, x2!, x3!));
    const blend = (ca: number, cb: number) => kept(m, sum(m, x0!, sum(m, scaled(m, a, ca), scaled(m, b, cb))));
    const near = blend(cos72, cos144);
    const far = blend(cos144, cos72);
    const u = kept(m, sum(m, scaled(m, c, sin72), scaled(m, d, sin144)));
    const v = kept(m, difference(m, scaled(m, c, sin144), scaled(m, d, sin72)));
    return [
      sum(m, x0!, sum(m, a, b)),
      minusTurned(m, near, u),
      minusTurned(m, far, v),
      plusTurned(m, far, v),
      plusTurned(m, near, u),
    ];
  },
};
