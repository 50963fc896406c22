import { sizeOf } from "../array/ndarray.ts";
import { Random } from "../array/random.ts";
import { compile } from "../compile/index.ts";
import {
  add,
  div,
  grad,
  maximum,
  minimum,
  mul,
  reshape,
  sqrt,
  square,
  state,
  sub,
  sum,
  type Tensor,
  topologicalOrder,
} from "../graph/index.ts";
import { now } from "../train/clock.ts";
import type { Network } from "../train/network.ts";
import { Pace } from "../train/pace.ts";
import type { AscentSettings } from "./ascent-options.ts";
import { nameAt, unitsAt } from "./find-layer.ts";
import { penalty } from "./penalties.ts";
import { chosenUnits, inParts, oneHot, unitRows } from "./unit-rows.ts";

/** What came of the search for one unit. */
export interface Ascent {
  readonly unit: number;
  readonly start: Float32Array;
  readonly picture: Float32Array;
  /** What the unit gave before each step and after the last. */
  readonly history: readonly number[];
  /** Whether the gradient at the start was 0. */
  readonly isFlat: boolean;
  /** How far one more step would take the number that it moves most, as a share of the step's length. */
  readonly lastMove: number;
}

/** Parameters are called "layer/name"; a name without a slash is nobody's. */
const pictures = "pictures";

/** Half the width of the noise at the start, as a share of the bounds' distance (1 where there are none). */
const noise = 0.05;

/**
 * Searches for all `units` of the layer at a place, a part of them at a time. The pictures are state of a store of their
 * own, beside a copy of the parameters: whoever trains the model meanwhile neither disturbs the search nor notices it.
 */
export async function ascend(
  network: Network,
  place: number,
  units: readonly number[],
  settings: AscentSettings,
): Promise<readonly Ascent[]> {
  const found: Ascent[] = [];
  for (const part of inParts(units)) found.push(...(await ascendPart(network, place, part, settings)));
  return found;
}

async function ascendPart(
  network: Network,
  place: number,
  units: readonly number[],
  settings: AscentSettings,
): Promise<readonly Ascent[]> {
  const rows = units.length;
  const size = sizeOf(network.inputShape);
  const { x, next, values, lengths } = stepGraph(network, place, rows, settings);
  const lasting = await network.engine.open();
  const store = network.engine.backend.open();
  try {
    for (const leaf of topologicalOrder([next, values])) {
      if (leaf.op !== x.op || leaf === x) continue;
      const name = leaf.attributes["name"] as string;
      store.declare(leaf);
      store.write(name, lasting.read(name));
    }
    const executable = await store.load(compile({ outputs: { values, lengths }, next: [[x, next]] }));
    executable.setInput(chosenUnits, oneHot(units, rows, unitsAt(network, place)));
    const starts = startPictures(nameAt(network, place), units, size, settings);
    store.write(pictures, starts);

    const perStep: Float32Array[] = [];
    const read = (output: string): Float32Array => {
      const out = new Float32Array(rows);
      executable.getOutput(output, out);
      return out;
    };
    const pace = new Pace();
    const run = async (): Promise<void> => {
      const began = now();
      executable.run(0, 1);
      perStep.push(read("values"));
      pace.ran(1, now() - began);
      if (pace.isDue) await pace.pause();
    };
    await run();
    const firstLengths = read("lengths");
    for (let step = 1; step < settings.steps; step++) await run();
    const last = store.read(pictures);
    await run(); // what the last pictures give, and where one more step would take them
    const beyond = store.read(pictures);
    executable[Symbol.dispose]();
    return units.map((unit, row): Ascent => {
      const [from, to] = [row * size, (row + 1) * size];
      return {
        unit,
        start: starts.slice(from, to),
        picture: last.slice(from, to),
        history: perStep.map((step) => step[row]!),
        isFlat: !(firstLengths[row]! > 0),
        lastMove: largestDifference(last, beyond, from, to) / settings.learningRate,
      };
    });
  } finally {
    store[Symbol.dispose]();
  }
}

/** One step for all rows: what the units give, how long their gradients are, and the pictures after the step. */
function stepGraph(network: Network, place: number, rows: number, settings: AscentSettings) {
  const { learningRate, bounds, shape } = settings;
  const x = state(pictures, [rows, ...network.inputShape]);
  const output = place === 0 ? x : network.trace(x, false).layers[place - 1]!.output;
  const { values, total } = unitRows(output);
  const [gradient] = grad(total, [x]);
  const lengths = sqrt(sum(square(gradient!), x.shape.map((_, axis) => axis).slice(1), { keepDims: true }));
  const uphill = div(gradient!, maximum(lengths, tiny)); // of length 1, or 0 where there is no slope
  const cost = penalty(x, shape, settings);
  const direction = cost ? sub(uphill, grad(cost, [x])[0]!) : uphill;
  const next = clip(add(x, mul(learningRate, direction)), bounds);
  return { x, next, values, lengths: reshape(lengths, [rows]) };
}

/** Below this a gradient counts as none; its square is still a float32. */
const tiny = 1e-18;

function clip(x: Tensor, [low, high]: readonly [number, number]): Tensor {
  return Number.isFinite(low) ? minimum(maximum(x, low), high) : x;
}

/** `neutral` and a little noise, which depends on seed, layer, unit and pixel alone. */
function startPictures(
  layer: string,
  units: readonly number[],
  size: number,
  { neutral, bounds: [low, high], seed }: AscentSettings,
): Float32Array {
  const random = new Random(seed, `picture for ${layer}`);
  const width = noise * (Number.isFinite(low) ? high - low : 1);
  const starts = new Float32Array(units.length * size);
  for (const [row, unit] of units.entries())
    for (let i = 0; i < size; i++) {
      const value = neutral + width * (2 * random.uniform(unit, i) - 1);
      starts[row * size + i] = Math.min(high, Math.max(low, value));
    }
  return starts;
}

function largestDifference(a: Float32Array, b: Float32Array, from: number, to: number): number {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
