import type { Shape } from "../array/ndarray.ts";
import { NablaError } from "../errors.ts";
import { Tensor } from "../graph/index.ts";
import type { Layer } from "../nn/index.ts";
import type { Parameter, Parameters } from "./parameters.ts";

/** A layer with the name it goes by in its model. */
export interface NamedLayer {
  readonly name: string;
  readonly layer: Layer;
}

export interface TracedLayer {
  readonly name: string;
  readonly kind: string;
  readonly output: Tensor;
  readonly parameters: readonly Parameter[];
}

/** What the layers make of a batch. */
export interface Trace {
  /** [batch, …] */
  readonly output: Tensor;
  readonly layers: readonly TracedLayer[];
}

/**
 * Names for the layers of a model: the given one, or the kind and its number, `dense 1`. A custom layer used again is
 * numbered from 2. Throws OPTION for a name given twice, or one that could not be shown on a line.
 */
export function nameLayers(layers: readonly Layer[]): readonly NamedLayer[] {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new NablaError("OPTION", "a model needs at least one layer", {
      expected: "a list of layers",
      received: Array.isArray(layers) ? "an empty list" : `a ${typeof layers}`,
      hint: "Write for example sequential([dense(10), softmax], { input: 784 }).",
    });
  const used = new Map<string, number>();
  const counts = new Map<string, number>();
  return layers.map((layer, i) => {
    checkLayer(layer, i);
    const given = layer.kind === "custom" ? undefined : layer.name;
    const base = layer.kind === "custom" ? (layer.name ?? "custom") : layer.kind;
    const count = (counts.get(base) ?? 0) + 1;
    counts.set(base, count);
    const numbered = layer.kind === "custom" && count === 1 ? base : `${base} ${count}`;
    const name = given ?? numbered;
    checkName(name, i);
    const other = used.get(name);
    if (other !== undefined)
      throw new NablaError("OPTION", `layers ${other + 1} and ${i + 1} are both called "${name}"`, {
        where: { layer: name },
        expected: "a name of its own for each layer",
        received: `"${name}" twice`,
        hint: "Rename one of them, or leave the names out.",
      });
    used.set(name, i);
    return { name, layer };
  });
}

function checkLayer(layer: unknown, position: number): void {
  const isLayer =
    layer !== null &&
    (typeof layer === "object" || typeof layer === "function") &&
    "kind" in layer &&
    "apply" in layer &&
    typeof layer.apply === "function";
  if (isLayer) return;
  throw new NablaError("OPTION", `layer ${position + 1} of the model is no layer`, {
    expected: "dense(…), an activation, or layer(…)",
    received: typeof layer === "function" ? "a function" : layer === null ? "null" : typeof layer,
    hint:
      typeof layer === "function"
        ? "Call it if it makes a layer, as in leakyRelu(); wrap a function of your own in layer(name, apply)."
        : "Give a list of layers.",
  });
}

/** Names are shown on terminals and pages and become names of parameters, `name/weight`. */
function checkName(name: unknown, position: number): void {
  if (typeof name === "string" && name.length <= 100 && /^[^\p{C}\p{Zl}\p{Zp}/]+$/u.test(name)) return;
  throw new NablaError("OPTION", `layer ${position + 1} of the model has a name that cannot be used`, {
    expected: "1 to 100 visible characters without a slash",
    received: typeof name === "string" ? `${name.length} characters` : `a ${typeof name}`,
    hint: 'Give it a short name such as "hidden".',
  });
}

/** Applies the layers to `x` [batch, …]. An error of a layer says in which one. Throws SHAPE, OPTION. */
export function trace(layers: readonly NamedLayer[], x: Tensor, parameters: Parameters, isTraining: boolean): Trace {
  const traced: TracedLayer[] = [];
  let output = x;
  for (const { name, layer } of layers) {
    const used = new Set<Parameter>();
    output = applyLayer(name, layer, output, () => layer.apply(output, parameters.scope(name, isTraining, used)));
    traced.push({ name, kind: layer.kind, output, parameters: [...used] });
  }
  return { output, layers: traced };
}

function applyLayer(name: string, layer: Layer, x: Tensor, apply: () => Tensor): Tensor {
  const y: unknown = located(name, apply);
  if (!(y instanceof Tensor))
    throw new NablaError("OPTION", `layer "${name}": apply returned no tensor`, {
      where: { layer: name },
      expected: "a tensor",
      received: typeof y,
      hint: "Return the tensor that the ops gave.",
    });
  if (y.shape.length === 0 || y.shape[0] !== x.shape[0])
    throw new NablaError(
      "SHAPE",
      `layer "${name}" (${layer.kind}): made shape [${y.shape}] of a batch of shape [${x.shape}]`,
      {
        where: { layer: name },
        expected: `[${x.shape[0]}, …]`,
        received: `[${y.shape}]`,
        hint: "The first axis counts the samples of the batch and has to stay.",
      },
    );
  return y;
}

/** Runs `apply`; an error of ours that does not say where it arose gets the layer's name. */
function located<T>(name: string, apply: () => T): T {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof NablaError) || error.where.layer !== undefined) throw error;
    const { code, hint, expected, received } = error;
    const problem = hint ? error.message.slice(0, -`. ${hint}`.length) : error.message;
    throw new NablaError(code, `layer "${name}": ${problem}`, {
      where: { ...error.where, layer: name },
      ...(expected === undefined ? {} : { expected }),
      ...(received === undefined ? {} : { received }),
      hint,
      cause: error,
    });
  }
}

/** Shape of one sample of a batch. */
export const sampleShape = ({ shape }: Tensor): Shape => shape.slice(1);
