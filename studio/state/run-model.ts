import { NablaError } from "nabla";
import { limits } from "./limits.ts";
import { type ActivationChoice, activationChoices, type LayerState } from "./workbench.ts";

/** A model file of a run, as the studio can go on with it: layers of its own kind, and their weights. */
export interface RunModel {
  /** How many numbers go in. */
  readonly inputs: number;
  readonly layers: readonly LayerState[];
  readonly seed: number;
  readonly l2: number;
  /** By the studio's names ("dense 1/weight"), [units, features]. */
  readonly weights: Readonly<Record<string, Float32Array>>;
  readonly classes: readonly string[];
  /** The loss it was trained with. */
  readonly loss: string | undefined;
  /** Whether it has layers that only act in training, which are left out. */
  readonly hasDropout: boolean;
}

/** Of a model file: `NABLA`, its version, and the length of its header (docs of `nabla`'s model files). */
const preamble = 12;
const mostHeaderBytes = 1_048_576;

/**
 * Reads a model file without the engine, for the page: its header and its float32 numbers. Throws FORMAT for what is no
 * model file, LIMIT for one that is larger than the studio's nets, UNSUPPORTED for layers the studio cannot build.
 */
export function readRunModel(bytes: Uint8Array): RunModel {
  const header = headerOf(bytes);
  const seed = isCount(header["seed"], 0, 4_294_967_295) ? header["seed"] : 0;
  const shape = listOf(header["input"], 8);
  if (!shape?.every((extent) => isCount(extent, 1, 1 << 24))) throw broken("its input has no shape");
  const inputs = shape.reduce((product: number, extent) => product * (extent as number), 1);
  if (header["uses"] !== undefined) throw unsupported("layers that are not applied one after the other");
  const records = listOf(header["layers"], limits.layers * 4)?.map(fieldsOf);
  const parameters = listOf(header["parameters"], limits.layers * 4)?.map(fieldsOf);
  if (!records || !parameters) throw broken("its layers cannot be read");
  const loss = typeof header["loss"] === "string" ? header["loss"].slice(0, limits.name) : undefined;
  const { layers, l2, hasDropout } = layersOf(records, loss);
  const names = listOf(header["classes"], limits.classes) ?? [];
  return {
    inputs,
    layers,
    seed,
    l2,
    hasDropout,
    loss: loss === "crossEntropyWithLogits" ? "crossEntropy" : loss,
    classes: names.filter((name) => typeof name === "string").map((name) => name.slice(0, limits.name)),
    weights: weightsOf(bytes, inputs, layers),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function headerOf(bytes: Uint8Array): Fields {
  const isModel =
    bytes.length >= preamble && String.fromCharCode(...bytes.subarray(0, 5)) === "NABLA" && bytes[5] === 1;
  if (!isModel) throw broken("it does not begin as one");
  const length = viewOf(bytes).getUint32(8, true);
  if (length > mostHeaderBytes || preamble + length > bytes.length) throw broken("its header is cut off");
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(preamble, preamble + length));
    const header: unknown = JSON.parse(text);
    return fieldsOf(header);
  } catch {
    throw broken("its header is no JSON");
  }
}

function layersOf(records: readonly Fields[], loss: string | undefined) {
  const layers: LayerState[] = [];
  let [l2, hasDropout, isOpen] = [0, false, false];
  for (const { kind, settings } of records) {
    const { units, bias, l2: decay } = fieldsOf(settings);
    if (kind === "dense") {
      if (!isCount(units, 1, limits.units)) throw unsupported(`a layer of ${String(units).slice(0, 20)} units`);
      layers.push({ units, activation: "linear", ...(bias === false && { hasBias: false }) });
      if (typeof decay === "number" && Number.isFinite(decay)) l2 = Math.max(l2, decay);
      isOpen = true;
    } else if (kind === "dropout") hasDropout = true;
    else if (isActivation(kind) && isOpen) {
      layers[layers.length - 1] = { ...layers.at(-1)!, activation: kind };
      isOpen = false;
    } else if (kind !== "flatten" && kind !== "linear") throw unsupported(`“${String(kind).slice(0, 40)}”`);
  }
  if (layers.length === 0) throw unsupported("no dense layer");
  if (layers.length > limits.layers) throw unsupported(`${layers.length} layers`);
  // scores that a loss with a softmax inside was trained on are probabilities behind one
  if (isOpen && loss === "crossEntropyWithLogits")
    layers[layers.length - 1] = { ...layers.at(-1)!, activation: "softmax" };
  return { layers, l2, hasDropout };
}

/** The numbers behind the header: of each layer its weights and its biases, in order. */
function weightsOf(bytes: Uint8Array, inputs: number, layers: readonly LayerState[]): Record<string, Float32Array> {
  const view = viewOf(bytes);
  let at = preamble + view.getUint32(8, true);
  const sizes = layers.flatMap(({ units, hasBias = true }, i) => {
    const from = i === 0 ? inputs : layers[i - 1]!.units;
    const weight = [`dense ${i + 1}/weight`, from * units] as const;
    return hasBias ? [weight, [`dense ${i + 1}/bias`, units] as const] : [weight];
  });
  const count = sizes.reduce((sum, [, size]) => sum + size, 0);
  if (count > limits.parameters)
    throw new NablaError("LIMIT", `this model has ${count} weights`, {
      expected: `at most ${limits.parameters}`,
      received: `${count}`,
      hint: "Look at it with nabla summary.",
    });
  if (at + 4 * count !== bytes.length) throw broken(`it should hold ${count} numbers`);
  const weights: Record<string, Float32Array> = {};
  for (const [name, size] of sizes) {
    const values = Float32Array.from({ length: size }, (_, i) => view.getFloat32(at + 4 * i, true));
    if (!values.every(Number.isFinite)) throw broken("it holds NaN or infinity");
    weights[name] = values;
    at += 4 * size;
  }
  return weights;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const listOf = (value: unknown, most: number): readonly unknown[] | undefined =>
  Array.isArray(value) && value.length <= most ? value : undefined;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const isCount = (value: unknown, from: number, to: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;

const isActivation = (kind: unknown): kind is ActivationChoice =>
  kind !== "linear" && kind !== "maxout" && (activationChoices as readonly unknown[]).includes(kind);

function broken(why: string): NablaError {
  return new NablaError("FORMAT", `the run's model cannot be read: ${why}`, {
    expected: "a whole file that nabla train wrote",
    received: why,
    hint: "Train the run again.",
  });
}

function unsupported(what: string): NablaError {
  return new NablaError("UNSUPPORTED", `the studio cannot build the net of this run: it has ${what}`, {
    expected: "dense layers and their activations",
    received: what,
    hint: "Its report and nabla summary show it.",
  });
}
