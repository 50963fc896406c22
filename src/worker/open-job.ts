import type { Dataset } from "../data/index.ts";
import { NablaError, quoted } from "../errors.ts";
import { lossNamed } from "../nn/index.ts";
import { adam, type OptimizerSettings, optimizerNamed } from "../optim/index.ts";
import { load } from "../train/load.ts";
import { type Model, sequential } from "../train/model.ts";
import { isLayerRecord } from "../train/model-file.ts";
import { networkOf } from "../train/network-of.ts";
import { layerOf } from "../train/rebuild.ts";
import { type SessionOptions, TrainingSession } from "../train/session.ts";
import type { SessionStates } from "../train/session-states.ts";

/** More layers are no network but an attack. */
const mostLayers = 10_000;
/** Numbers of a model, 1 GiB: more do not fit in a page's memory with their moments. */
const mostParameters = 2 ** 28;

/**
 * A session of a job that came in a message, of which nothing is trusted. Throws FORMAT for what is no job, and what
 * opening a model, data and a session throws.
 */
export async function openJob(job: unknown, readData: (given: unknown) => Promise<Dataset>): Promise<TrainingSession> {
  const fields = fieldsOf(job);
  if (!fields) throw wrong("job", "a job: { model, data, … }");
  const { model: given, data, validation, keep, ...rest } = fields;
  const options = optionsOf(rest);
  const model = await modelOf(given);
  const [training, held] = [await readData(data), validation === undefined ? undefined : await readData(validation)];
  const session = await TrainingSession.open(model, training, { ...options, ...(held && { validation: held }) });
  try {
    if (keep !== undefined) await session.restore(keep as SessionStates); // checks it
  } catch (error) {
    session[Symbol.dispose]();
    throw error;
  }
  return session;
}

const optionNames = ["batchSize", "reduction", "seed", "shuffle", "clipNorm", "threads", "arithmetic"];

/** Values are checked by the session, as those of `fit`. */
function optionsOf(fields: Fields): SessionOptions {
  const { loss, optimizer, ...rest } = fields;
  for (const name of Object.keys(rest))
    if (!optionNames.includes(name))
      throw new NablaError("OPTION", `job: there is no ${quoted(name)}`, {
        expected: ["model, data, validation, loss, optimizer", ...optionNames, "keep"].join(", "),
        received: quoted(name),
        hint: "Leave it out.",
      });
  if (loss !== undefined && typeof loss !== "string") throw wrong("loss", "the name of a loss");
  return {
    ...(rest as SessionOptions),
    ...(loss !== undefined && { loss: lossNamed(loss) }),
    optimizer: optimizer === undefined ? adam() : optimizerOf(optimizer),
  };
}

function optimizerOf(given: unknown) {
  const { kind, ...settings } = fieldsOf(given) ?? {};
  if (typeof kind !== "string") throw wrong("optimizer", 'an optimizer such as { kind: "adam" }');
  return optimizerNamed(kind, settings as OptimizerSettings);
}

async function modelOf(given: unknown): Promise<Model> {
  if (given instanceof Uint8Array) return load(given);
  const { input, layers, seed = 0, weights } = fieldsOf(given) ?? {};
  if (!Array.isArray(layers) || layers.length === 0 || layers.length > mostLayers || !layers.every(isLayerRecord))
    throw wrong("model.layers", 'a list of layers such as { kind: "dense", settings: { units: 8 } }');
  const model = sequential(
    layers.map((record) => layerOf(record, [])),
    { input: input as number, seed: seed as number },
  );
  const { count } = networkOf(model, "job").parameters;
  if (count > mostParameters)
    throw new NablaError("LIMIT", `the model has ${count} parameters`, {
      expected: `at most ${mostParameters}`,
      received: `${count}`,
      hint: "Use fewer or narrower layers.",
    });
  if (weights !== undefined) {
    const values = fieldsOf(weights);
    if (!values) throw wrong("model.weights", "numbers by name of parameter");
    for (const [name, data] of Object.entries(values)) {
      if (!(data instanceof Float32Array)) throw wrong(`model.weights of ${quoted(name)}`, "a Float32Array");
      model.weights.set(name, data);
    }
  }
  return model;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const wrong = (field: string, expected: string): NablaError =>
  new NablaError("FORMAT", `job: ${field} is not what it should be`, {
    expected,
    received: "something else",
    hint: `Give ${expected}.`,
  });
