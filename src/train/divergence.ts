import { sizeOf } from "../array/ndarray.ts";
import type { Snapshot, Store } from "../backend/backend.ts";
import { compile } from "../compile/index.ts";
import { NablaError } from "../errors.ts";
import type { Tensor } from "../graph/index.ts";
import type { Trainer } from "./trainer.ts";
import type { TrainingGraph } from "./training-graph.ts";

interface Suspect {
  readonly name: string;
  readonly value: Tensor;
  readonly layer?: string;
  readonly parameter?: string;
  /** "the output of layer …" */
  readonly what: string;
}

/**
 * Goes on from step `from`, whose states are in `snapshot`, as far as all stays finite. Returns the first step whose loss
 * or new states are not; the store is left as it was before that step.
 */
export function returnToLastFinite(
  store: Store,
  trainer: Trainer,
  snapshot: Snapshot,
  from: number,
  end: number,
): number {
  let bad = from;
  while (bad < end && Number.isFinite(trainer.run(bad, 1).losses[0]) && store.isFinite()) bad++;
  store.restore(snapshot);
  for (let step = from; step < bad; step++) trainer.run(step, 1);
  return bad;
}

/** The error for a step that gave NaN or infinity: where it began, and what to try. The step itself is not done. */
export const divergence = (store: Store, trainer: Trainer, step: number, learningRate: string): NablaError =>
  divergenceAt(store, trainer, step, learningRate, `The model stays as it was after step ${step}.`).error;

/** The same, with the parameter whose gradient or new values were the first that went wrong; `now` ends the hint. */
export function divergenceAt(
  store: Store,
  trainer: Trainer,
  step: number,
  learningRate: string,
  now: string,
): { readonly error: NablaError; readonly layer?: string | undefined; readonly parameter?: string | undefined } {
  const suspect = firstNotFinite(store, trainer, step);
  const epoch = trainer.epochOf(step) + 1;
  const where = { ...(suspect?.layer === undefined ? {} : { layer: suspect.layer }), epoch, step: step + 1 };
  const began = suspect ? `; it began in ${suspect.what}` : "";
  const error = new NablaError(
    "DIVERGED",
    `training became NaN or infinite at step ${step + 1}, in epoch ${epoch}${began}`,
    {
      where,
      expected: "finite numbers",
      received: suspect ? `NaN or infinity in ${suspect.what}` : "NaN or infinity",
      hint: `Try a smaller learning rate (it was ${learningRate}), and scale the inputs to about −1 … 1. ${now}`,
    },
  );
  return { error, layer: suspect?.layer, parameter: suspect?.parameter };
}

/** Runs the step once more with all its values kept, in the order in which they arise. */
function firstNotFinite(store: Store, trainer: Trainer, step: number): Suspect | undefined {
  const { graph, batch } = trainer.planOf(step);
  const suspects = suspectsOf(graph);
  const outputs = Object.fromEntries(suspects.map(({ name, value }) => [name, value]));
  const executable = store.loadNow(compile({ outputs }));
  try {
    trainer.write({ graph, executable, batch }, step, 1);
    executable.run(0, 1);
    return suspects.find(({ name, value }) => {
      const out = new Float32Array(sizeOf(value.shape));
      executable.getOutput(name, out);
      return !out.every(Number.isFinite);
    });
  } finally {
    executable[Symbol.dispose]();
  }
}

function suspectsOf({ trace, losses, gradients, next }: TrainingGraph): readonly Suspect[] {
  const list = (prefix: string, items: readonly Omit<Suspect, "name">[]): Suspect[] =>
    items.map((item, i) => ({ name: `${prefix} ${i}`, ...item }));
  const layerOf = (state: Tensor): string | undefined =>
    gradients.find(({ parameter }) => parameter.tensor === state)?.parameter.layer;
  const last = trace.layers.at(-1)!.name;
  return [
    ...list(
      "layer",
      trace.layers.map(({ name, output }) => ({ value: output, layer: name, what: `the output of layer "${name}"` })),
    ),
    ...list("loss", [{ value: losses, layer: last, what: `the loss of what layer "${last}" gave` }]),
    // Backwards, as gradients arise.
    ...list(
      "gradient",
      gradients
        .map(({ parameter, gradient }) => ({
          value: gradient,
          layer: parameter.layer,
          parameter: parameter.name,
          what: `the gradient of "${parameter.name}"`,
        }))
        .reverse(),
    ),
    ...list(
      "next",
      next.map(([state, value]) => {
        const layer = layerOf(state);
        return {
          value,
          ...(layer === undefined ? {} : { layer }),
          parameter: String(state.attributes["name"]),
          what: `the new values of "${String(state.attributes["name"])}"`,
        };
      }),
    ),
  ];
}
