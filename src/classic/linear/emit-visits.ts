import { type FunctionBuilder, f64, i32, type Local, type ModuleBuilder, v128 } from "../../backend/wasm/assembler.ts";
import { flat, relaxation } from "./coordinate-descent.ts";
import { register, registers } from "./descent-state.ts";
import { Doubles } from "./doubles.ts";

/** Where things lie, in bytes. Float32: weights and values; float64: bounds, norms, alpha and registers. */
export interface VisitPlaces {
  /** Weights of each machine, `weightBytes` each. */
  readonly weights: number;
  readonly weightBytes: number;
  /** Blocks of four, and for each the place of its weights in bytes. */
  readonly values: number;
  readonly positions: number;
  /** Row i has the blocks starts[i] to starts[i + 1]. */
  readonly starts: number;
  readonly labels: number;
  readonly positives: number;
  readonly bounds: number;
  readonly norms: number;
  readonly alpha: number;
  readonly registers: number;
  /** For each group a word for each sample, `takingBytes` a group. */
  readonly taking: number;
  readonly takingBytes: number;
  readonly order: number;
  readonly machines: number;
  readonly groups: number;
}

type Place = keyof VisitPlaces;

/**
 * Visits samples number `first` to before `last` of the order, each for all machines in which it takes part: what
 * `CoordinateDescent.visit` does, with the same operations in the same order, and so the same bits. Groups of machines
 * are shared out to the threads, which meet in the end.
 */
export function emitVisits(
  module: ModuleBuilder,
  places: VisitPlaces,
  isSquared: boolean,
  barrier: FunctionBuilder | undefined,
): FunctionBuilder {
  const [first, last, , thread, threads] = [0, 1, 2, 3, 4] as const;
  const f = module.function("run", [i32, i32, i32, i32, i32]);
  const visit = new VisitWriter(f, places, isSquared);
  const local = (): Local => f.local(i32);
  const [group, groups, taking, at, end, bits] = [local(), local(), local(), local(), local(), local()];
  f.get(thread).set(group);
  f.constant(places.groups).set(groups);
  f.whileLess(group, groups, () => {
    f.constant(places.taking).get(group).constant(places.takingBytes).multiply().add().set(taking);
    f.constant(places.order).get(first).constant(4).multiply().add().set(at);
    f.constant(places.order).get(last).constant(4).multiply().add().set(end);
    f.whileLess(at, end, () => {
      f.get(at).loadI32(0).set(visit.sample);
      f.get(taking).get(visit.sample).constant(4).multiply().add().tee(visit.word).loadI32(0).tee(bits);
      f.when(() => {
        visit.readSample();
        f.loop(() => {
          f.get(bits);
          visit.doubles.do("trailingZeros");
          f.set(visit.machine);
          visit.write();
          // the lowest bit is done; whether one is left
          f.get(bits).get(bits).constant(1).sub();
          visit.doubles.do("and");
          f.tee(bits);
        });
      });
      f.advance(at, 4);
    });
    f.get(group).get(threads).add().set(group);
  });
  if (barrier) f.get(threads).call(barrier);
  return f;
}

class VisitWriter {
  readonly doubles: Doubles;
  readonly sample: Local;
  readonly machine: Local;
  /** Address of the word of bits. */
  readonly word: Local;
  readonly #f: FunctionBuilder;
  readonly #places: VisitPlaces;
  readonly #isSquared: boolean;
  readonly #own: Local;
  readonly #alphaAt: Local;
  readonly #from: Local;
  readonly #to: Local;
  readonly #bound: Local;
  readonly #norm: Local;
  readonly #damping: Local;
  readonly #sign: Local;
  readonly #old: Local;
  readonly #margin: Local;
  readonly #slope: Local;
  readonly #value: Local;

  constructor(f: FunctionBuilder, places: VisitPlaces, isSquared: boolean) {
    this.#f = f;
    this.#places = places;
    this.#isSquared = isSquared;
    this.doubles = new Doubles(f);
    const [int, double] = [(): Local => f.local(i32), (): Local => f.local(f64)];
    [this.sample, this.machine, this.word, this.#own] = [int(), int(), int(), int()];
    [this.#alphaAt, this.#from, this.#to] = [int(), int(), int()];
    [this.#bound, this.#norm, this.#damping, this.#sign] = [double(), double(), double(), double()];
    [this.#old, this.#margin, this.#slope, this.#value] = [double(), double(), double(), double()];
  }

  /** What all machines read of a sample. */
  readSample(): void {
    const [f, d] = [this.#f, this.doubles];
    this.#at("starts", this.sample, 4).loadI32(0).set(this.#from);
    this.#at("starts", this.sample, 4).loadI32(4).set(this.#to);
    this.#at("bounds", this.sample, 8);
    d.load().set(this.#bound);
    this.#at("norms", this.sample, 8);
    d.load().set(this.#norm);
    if (this.#isSquared) d.constant(1).constant(2).get(this.#bound).do("mul", "div");
    else d.constant(0);
    f.set(this.#damping);
  }

  /** The visit for one machine. */
  write(): void {
    const [f, d, places] = [this.#f, this.doubles, this.#places];
    const [old, margin, slope, damping, bound] = [this.#old, this.#margin, this.#slope, this.#damping, this.#bound];
    this.#at("registers", this.machine, 8 * registers).set(this.#own);
    f.constant(places.alpha).get(this.sample).constant(places.machines).multiply().get(this.machine).add();
    f.constant(8).multiply().add().tee(this.#alphaAt);
    d.load().set(old);
    d.constant(1).constant(-1);
    this.#at("labels", this.sample, 4).loadI32(0);
    this.#at("positives", this.machine, 4).loadI32(0);
    d.do("isEqualI32").select().set(this.#sign);
    d.get(this.#sign);
    this.#dot();
    d.do("mul").constant(1).do("sub").set(margin);
    d.get(margin).get(damping).get(old).do("mul", "add").set(slope);

    d.get(old).constant(0).do("isEqual").get(slope).constant(0).do("isAtLeast", "and");
    f.when(
      () => {
        this.#register("steepestBefore");
        d.get(slope).do("isLess");
        this.#settle();
      },
      () => {
        // gap += old · margin + ½ damping · old²
        this.#change("gap", () => {
          d.get(old).get(margin).do("mul").get(damping).get(old).do("mul").get(old).do("mul").constant(2);
          d.do("div", "add", "add");
        });
        d.get(margin).constant(0).do("isLess");
        f.when(() =>
          this.#change("gap", () => {
            d.get(bound);
            if (this.#isSquared) d.get(margin).do("mul");
            else d.do("neg");
            d.get(margin).do("mul", "add");
          }),
        );
        if (this.#isSquared) this.#move();
        else {
          d.get(old).get(bound).do("isEqual").get(slope).constant(0).do("isAtMost", "and");
          f.when(
            () => {
              d.get(slope);
              this.#register("lowestBefore");
              d.do("isLess");
              this.#settle();
            },
            () => this.#move(),
          );
        }
      },
    );
  }

  /** If the i32 on the stack says so, the sample takes no part in this machine any more. No slope is seen. */
  #settle(): void {
    const [f, d] = [this.#f, this.doubles];
    f.when(() => {
      f.get(this.word).get(this.word).loadI32(0).constant(1).get(this.machine);
      d.do("shiftLeft", "xor"); // the bit is set
      f.storeI32(0);
    });
    this.#seen(() => void d.constant(0));
  }

  #move(): void {
    const [f, d] = [this.#f, this.doubles];
    const [old, value, damping] = [this.#old, this.#value, this.#damping];
    this.#seen(() => void d.get(this.#slope));
    d.get(this.#slope).do("abs").constant(flat).do("isGreater");
    f.when(() => {
      d.get(old).constant(relaxation).get(this.#slope).do("mul");
      d.get(this.#norm).get(damping).do("add", "div", "sub").constant(0).do("max");
      if (!this.#isSquared) d.get(this.#bound).do("min");
      d.set(value);
      f.get(this.#alphaAt);
      d.get(value).store();
      this.#change("sum", () => void d.get(value).get(old).do("sub", "add"));
      this.#change("penalty", () => {
        d.get(damping).get(value).get(value).do("mul").get(old).get(old).do("mul", "sub", "mul").constant(2);
        d.do("div", "add");
      });
      this.#add();
    });
  }

  #seen(slope: () => void): void {
    for (const [name, choose] of [
      ["steepest", "max"],
      ["lowest", "min"],
    ] as const)
      this.#change(name, () => {
        slope();
        this.doubles.do(choose);
      });
  }

  #register(name: keyof typeof register): void {
    this.#f.get(this.#own);
    this.doubles.load(8 * register[name]);
  }

  /** register = what `change` makes of it */
  #change(name: keyof typeof register, change: () => void): void {
    this.#f.get(this.#own);
    this.#register(name);
    change();
    this.doubles.store(8 * register[name]);
  }

  /** Pushes w·(xᵢ, s): four accumulators in turn, their lanes added in float64. */
  #dot(): void {
    const [f, d] = [this.#f, this.doubles];
    f.borrow(v128, 4, (...accumulators) => {
      for (const accumulator of accumulators) f.vectorConstant(0).set(accumulator);
      this.#blocks((values, weightsOf) => {
        for (const [step, accumulator] of accumulators.entries()) {
          f.get(values).memory("load", 16 * step);
          weightsOf(step).memory("load", 0);
          f.vector("mul").get(accumulator).vector("add").set(accumulator);
        }
      });
      const [a, b, c, e] = accumulators as [Local, Local, Local, Local];
      f.get(a).get(b).vector("add").get(c).get(e).vector("add").vector("add").set(a);
      d.get(a).lane(0).get(a).lane(1).do("add").get(a).lane(2).get(a).lane(3).do("add", "add");
    });
  }

  /** w += sign · (value − old) · (xᵢ, s) */
  #add(): void {
    const [f, d] = [this.#f, this.doubles];
    f.borrow(v128, 1, (share) =>
      f.borrow(i32, 1, (at) => {
        d.get(this.#sign).get(this.#value).get(this.#old).do("sub", "mul", "toFloat32");
        f.vector("splat").set(share);
        this.#blocks((values, weightsOf) => {
          for (let step = 0; step < 4; step++) {
            weightsOf(step).set(at);
            f.get(at).get(at).memory("load", 0);
            f.get(values)
              .memory("load", 16 * step)
              .get(share)
              .vector("mul")
              .vector("add")
              .memory("store", 0);
          }
        });
      }),
    );
  }

  /** For each four blocks of the sample; `weightsOf` pushes the address of a block's weights. */
  #blocks(body: (values: Local, weightsOf: (step: number) => FunctionBuilder) => void): void {
    const [f, { weights, weightBytes, values: allValues, positions: allPositions }] = [this.#f, this.#places];
    f.borrow(i32, 4, (values, positions, end, own) => {
      f.constant(weights).get(this.machine).constant(weightBytes).multiply().add().set(own);
      f.constant(allValues).get(this.#from).constant(16).multiply().add().set(values);
      f.constant(allPositions).get(this.#from).constant(4).multiply().add().set(positions);
      f.constant(allPositions).get(this.#to).constant(4).multiply().add().set(end);
      f.whileLess(positions, end, () => {
        body(values, (step) =>
          f
            .get(own)
            .get(positions)
            .loadI32(4 * step)
            .add(),
        );
        f.advance(values, 64).advance(positions, 16);
      });
    });
  }

  /** Pushes the address of an element. */
  #at(place: Place, index: Local, bytes: number): FunctionBuilder {
    return this.#f.constant(this.#places[place]).get(index).constant(bytes).multiply().add();
  }
}
