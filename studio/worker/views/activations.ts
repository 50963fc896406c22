import { lossNamed } from "nabla";
import { activationsOf, explain } from "nabla/explain";
import type { ServedSession } from "nabla/worker";
import { inputAt, targetAt } from "./samples.ts";

export interface ActivationsArgs {
  /** Layers of the model, 0 the input. */
  readonly places: readonly number[];
  readonly example: number;
}

/** What each layer gives on one example of the training data. */
export async function activations(
  { model, data }: ServedSession,
  { places, example }: ActivationsArgs,
): Promise<readonly Float32Array[]> {
  const x = { shape: data.shape, data: inputAt(data, example) };
  const out: Float32Array[] = [];
  for (const place of places) out.push(Float32Array.from((await activationsOf(model, place, x)).data));
  return out;
}

export interface GradientArgs {
  /** The dense layer, and its parameters; without a bias undefined. */
  readonly name: string;
  readonly weight: string;
  readonly bias: string | undefined;
  /** A unit that gives the larger of two sums has no one z. */
  readonly isMaxout: boolean;
  readonly unit: number;
  readonly inputs: number;
  readonly example: number;
  readonly loss: string;
}

/** How one neuron counts on one example: δ = ∂L/∂z, by `explain`. */
export interface Gradient {
  readonly delta: number;
}

/**
 * δ is the gradient of the bias, which enters z with factor 1. Without a bias it is the gradient of the weight of the
 * largest input, divided by that input. Undefined where nothing tells.
 */
export async function gradient(
  { model, data }: ServedSession,
  { name, weight, bias, isMaxout, unit, inputs, example, loss }: GradientArgs,
): Promise<Gradient | undefined> {
  const y = targetAt(data, example);
  if (y === undefined || isMaxout) return undefined;
  const told = explain(model, { x: inputAt(data, example), y, loss: lossNamed(loss), mostScalars: 0 });
  if (bias !== undefined) return { delta: told.scalar(bias, [unit]).parameters[0]!.gradient };
  const before = await activationsOf(model, layerBefore(model.summary(), name), {
    shape: data.shape,
    data: inputAt(data, example),
  });
  let largest = 0;
  for (let j = 1; j < inputs; j++) if (Math.abs(before.data[j]!) > Math.abs(before.data[largest]!)) largest = j;
  const by = before.data[largest]!;
  if (by === 0) return undefined;
  return { delta: told.scalar(weight, [unit, largest]).parameters[0]!.gradient / by };
}

function layerBefore({ layers }: { readonly layers: readonly { readonly name: string }[] }, name: string): number {
  return layers.findIndex((layer) => layer.name === name);
}
