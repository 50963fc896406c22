import type { NdArray, Samples } from "../array/ndarray.ts";
import { sizeOf } from "../array/ndarray.ts";
import { toBatch, toNdArray } from "../array/samples.ts";
import type { Executable, Store } from "../backend/backend.ts";
import { compile, type Program } from "../compile/index.ts";
import { NablaError, wrongOption } from "../errors.ts";
import { input, mean, sum } from "../graph/index.ts";
import { learningRateAt, type Optimizer } from "../optim/index.ts";
import { type Model, reserved } from "./model.ts";
import type { Network } from "./network.ts";
import type { LossFunction, Objective } from "./objective.ts";
import { type Rate, type Reduction, type TrainingGraph, trainingGraph } from "./training-graph.ts";

export interface StepperOptions {
  readonly loss: LossFunction;
  readonly optimizer: Optimizer;
  /** At most so many samples in a step. */
  readonly batchSize: number;
  /** Whether a step follows the mean of the losses of its batch (default) or their sum. */
  readonly reduction?: Reduction;
  /** Where an epoch ends and how long it all takes, for a schedule that asks; default one epoch without end. */
  readonly stepsPerEpoch?: number;
  readonly steps?: number;
  /** Of the random numbers that layers draw. Default: the model's. */
  readonly seed?: number;
}

/**
 * Training in the slide's phases, one call each: predict (forward, loss), then update (backward, step).
 * The model has its new weights after `update`; they may be read, and set, at any time.
 */
export interface Stepper extends Disposable {
  /**
   * The cost of a batch: mean or sum of its losses, without the penalties of `l2`. `y` has as many numbers a sample as the
   * model has outputs, or one class number. Throws SHAPE, DATA.
   */
  forward(x: Samples, y: Samples): number;
  /** The cost's gradient by name of parameter, each of the parameter's shape. Throws OPTION before `forward`. */
  backward(): Readonly<Record<string, NdArray>>;
  /** Takes the optimizer's step, with the very program that `fit` runs. Throws OPTION before `backward`. */
  update(): void;
}

/** The plans for batches of one size and kind of target. */
interface Plans {
  readonly graph: TrainingGraph;
  readonly forward: Loaded;
  readonly backward: Loaded;
  readonly update: Loaded;
}

interface Loaded {
  readonly executable: Executable;
  /** What the host writes for it before each step. */
  readonly rates: readonly Rate[];
}

const allOf = ({ forward, backward, update }: Plans): readonly Loaded[] => [forward, backward, update];

type Phase = "empty" | "forward" | "backward" | "disposed";

/**
 * A stepper for a model: the same numbers to the bit as `fit` gives for the same batches. While it is open, `fit` and
 * `reset` throw BUSY; dispose of it to go on. Nothing stops a step from diverging: numbers become what they become.
 * Throws OPTION, and BUSY while the model is being trained.
 */
export async function stepper(model: Model, options: StepperOptions): Promise<Stepper> {
  check(options);
  const { network, release } = reserved(model, "stepper");
  try {
    const store = await network.engine.open();
    await store.share();
    return new PhaseStepper(network, store, options, release);
  } catch (error) {
    release();
    throw error;
  }
}

class PhaseStepper implements Stepper {
  readonly #network: Network;
  readonly #store: Store;
  readonly #options: StepperOptions;
  readonly #release: () => void;
  readonly #plans = new Map<string, Plans>();
  #phase: Phase = "empty";
  #current: Plans | undefined;
  #step = 0;

  constructor(network: Network, store: Store, options: StepperOptions, release: () => void) {
    this.#network = network;
    this.#store = store;
    this.#options = options;
    this.#release = release;
  }

  forward(x: Samples, y: Samples): number {
    this.#checkOpen("forward");
    const { inputShape, outputShape } = this.#network;
    const samples = toBatch(x, inputShape, "x");
    if (samples.count > this.#options.batchSize) throw tooMany(samples.count, this.#options.batchSize);
    const targets = targetsFor(y, samples.count, sizeOf(outputShape));
    const plans = this.#load(samples.count, targets.classes);
    const rate = this.#learningRate();
    for (const { executable, rates } of allOf(plans)) {
      executable.setInput("samples", samples.data);
      executable.setInput("targets", targets.data);
      for (const { name, value } of rates) executable.setSteps(name, 0, Float32Array.of(value(rate, this.#step + 1)));
    }
    plans.forward.executable.run(0, 1);
    const cost = new Float32Array(1);
    plans.forward.executable.getOutput("cost", cost);
    [this.#current, this.#phase] = [plans, "forward"];
    return cost[0]!;
  }

  backward(): Readonly<Record<string, NdArray>> {
    this.#checkOpen("backward");
    if (this.#phase === "empty") throw outOfOrder("backward", "forward(x, y)");
    const {
      graph,
      backward: { executable },
    } = this.#current!;
    executable.run(0, 1);
    this.#phase = "backward";
    return Object.fromEntries(
      graph.gradients.map(({ parameter: { name }, gradient: { shape } }) => {
        const data = new Float32Array(sizeOf(shape));
        executable.getOutput(name, data);
        return [name, { shape, data }];
      }),
    );
  }

  update(): void {
    this.#checkOpen("update");
    if (this.#phase !== "backward")
      throw outOfOrder("update", this.#phase === "empty" ? "forward(x, y)" : "backward()");
    this.#current!.update.executable.run(0, 1);
    this.#step += 1;
    this.#phase = "empty";
  }

  [Symbol.dispose](): void {
    if (this.#phase === "disposed") return;
    this.#phase = "disposed";
    const moments = new Set<string>();
    for (const plans of this.#plans.values()) {
      for (const { executable } of allOf(plans)) executable[Symbol.dispose]();
      for (const { attributes } of plans.graph.moments) moments.add(attributes["name"] as string);
    }
    this.#store.remove([...moments]);
    this.#release();
  }

  #checkOpen(phase: string): void {
    if (this.#phase !== "disposed") return;
    throw new NablaError("OPTION", `${phase}: this stepper has been disposed of`, {
      hint: "Make another with stepper.",
    });
  }

  #learningRate(): number {
    const { optimizer, stepsPerEpoch = Infinity, steps = Infinity } = this.#options;
    return learningRateAt(optimizer, { step: this.#step, epoch: Math.floor(this.#step / stepsPerEpoch), steps });
  }

  #load(batch: number, classes: number | undefined): Plans {
    const key = `${batch} ${classes}`;
    const known = this.#plans.get(key);
    if (known) return known;
    const { inputShape } = this.#network;
    const { loss, optimizer, reduction = "mean" } = this.#options;
    const objective: Objective = { loss, metrics: [], ...(classes === undefined ? {} : { classes }) };
    const trace = this.#network.trace(input([batch, ...inputShape], "samples"), true, this.#options.seed);
    const target = input(classes === undefined ? trace.output.shape : [batch], "targets");
    const graph = trainingGraph(trace, target, objective, optimizer, { reduction });
    const cost = reduction === "mean" ? mean(graph.losses) : sum(graph.losses);
    const gradients = graph.gradients.map(({ parameter, gradient }) => [parameter.name, gradient] as const);
    const loaded = (program: Program): Loaded => {
      const plan = compile(program);
      const names = new Set(plan.buffers.map(({ role, name }) => (role === "perStep" ? name : undefined)));
      return { executable: this.#store.loadNow(plan), rates: graph.rates.filter(({ name }) => names.has(name)) };
    };
    const plans = {
      graph,
      forward: loaded({ outputs: { cost } }),
      backward: loaded({ outputs: Object.fromEntries(gradients) }),
      update: loaded(graph.program),
    };
    this.#plans.set(key, plans);
    return plans;
  }
}

/** Values like the outputs where there are as many numbers, else one class number a sample. */
function targetsFor(y: Samples, count: number, outputs: number): { data: Float32Array; classes: number | undefined } {
  const { data } = toNdArray(y, "y");
  if (data.length === count * outputs) return { data, classes: undefined };
  if (data.length !== count)
    throw new NablaError(
      "SHAPE",
      `forward: y has ${data.length} numbers for ${count} ${count === 1 ? "sample" : "samples"}`,
      {
        expected: outputs === 1 ? `${count}` : `${count * outputs}, or ${count} class numbers`,
        received: `${data.length}`,
        hint: `Give ${outputs === 1 ? "one number" : `${outputs} numbers, or the number of a class,`} for each sample.`,
      },
    );
  const row = data.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= outputs);
  if (row < 0) return { data, classes: outputs };
  throw new NablaError("DATA", `forward: y has the class ${data[row]} in row ${row + 1}, of ${outputs}`, {
    where: { row: row + 1 },
    expected: `a whole number from 0 to ${outputs - 1}`,
    received: `${data[row]}`,
    hint: `Give class numbers, or ${outputs} values a sample.`,
  });
}

function check(options: StepperOptions): void {
  const { loss, optimizer, batchSize, reduction = "mean", stepsPerEpoch = 1, steps = 1, seed = 0 } = { ...options };
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
  if (typeof loss !== "function") throw wrong("loss", loss, "a loss such as crossEntropy, or a function of your own");
  if (typeof optimizer?.update !== "function")
    throw wrong("optimizer", optimizer, "an optimizer such as adam() or sgd({ learningRate: 0.1 })");
  for (const [name, value] of Object.entries({ batchSize, stepsPerEpoch, steps }))
    if (!isCount(value)) throw wrong(name, value, "a whole number of at least 1");
  if (!Number.isSafeInteger(seed)) throw wrong("seed", seed, "a whole number");
  if (reduction !== "mean" && reduction !== "sum") throw wrong("reduction", reduction, '"mean" or "sum"');
}

const wrong = (option: string, value: unknown, expected: string): NablaError =>
  wrongOption("stepper", option, value, expected);

const outOfOrder = (phase: string, before: string): NablaError =>
  new NablaError("OPTION", `${phase} has nothing to work on: ${before} has to come first`, {
    expected: "forward(x, y), then backward(), then update()",
    received: `${phase}()`,
    hint: `Call ${before} before it, for every step anew.`,
  });

const tooMany = (count: number, batchSize: number): NablaError =>
  new NablaError("SHAPE", `forward: ${count} samples for batches of ${batchSize}`, {
    expected: `at most ${batchSize} samples`,
    received: `${count}`,
    hint: "Give fewer samples, or open the stepper with a larger batchSize.",
  });
