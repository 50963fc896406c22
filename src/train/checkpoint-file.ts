import { Hash64 } from "../array/hash64.ts";
import type { Shape } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import type { Arithmetic, EpochEvent, History } from "./events.ts";
import type { HyperparameterChanges } from "./hyperparameters.ts";
import type { RunIdentity } from "./run-identity.ts";

/**
 * A run between two steps, in one file. docs/resume.md has the table of its bytes: a preamble of 20 bytes with a hash
 * of all that follows, a header of JSON, float64 numbers (clocks, sums, history), float32 numbers (states).
 */
export interface RunCheckpoint {
  /** Input shape, seed and layers of the model, as a model file has them. */
  readonly model: Readonly<Record<string, unknown>>;
  readonly run: RunIdentity;
  readonly arithmetic: Arithmetic;
  /** Steps done. */
  readonly step: number;
  /** How the run ended; undefined while it goes on. */
  readonly ended: History["stopped"] | undefined;
  /** Changes of numbers such as a dropout's rate while the run went on. */
  readonly hyperparameters: HyperparameterChanges;
  /** Of the run, and of its epoch so far. */
  readonly seconds: number;
  readonly epochSeconds: number;
  /** Sums of the epoch so far. */
  readonly loss: number;
  readonly metrics: readonly number[];
  readonly epochs: readonly EpochEvent[];
  /** Every state of the store, sorted by name: parameters, moments, what layers keep. */
  readonly states: readonly StateValues[];
  /** Parameters of the best epoch, where they are to be restored. */
  readonly best: readonly StateValues[];
}

export interface StateValues {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
}

const magic = "NABLA";
const version = 1;
/** Byte 6 tells a checkpoint from a model, where it is 0. */
const kind = 1;
const preamble = 20;
/** The hash stands in bytes 8–15 and is of all other bytes. */
const hashAt = 8;
const mostHeaderBytes = 16_777_216;
const mostNames = 1_000_000;

interface Header {
  readonly model: Readonly<Record<string, unknown>>;
  readonly run: RunIdentity;
  readonly arithmetic: Arithmetic;
  readonly step: number;
  readonly ended?: History["stopped"] | undefined;
  readonly hyperparameters: HyperparameterChanges;
  /** Number of epochs in the history. */
  readonly epochs: number;
  /** Names of what an epoch measured on the training data, and on validation data where there are some. */
  readonly metrics: readonly string[];
  readonly validation?: readonly string[] | undefined;
  readonly states: readonly { readonly name: string; readonly shape: Shape }[];
  readonly best: readonly { readonly name: string; readonly shape: Shape }[];
}

export function encodeCheckpoint(checkpoint: RunCheckpoint): Uint8Array<ArrayBuffer> {
  const { model, run, arithmetic, step, ended, hyperparameters, epochs, states, best } = checkpoint;
  const [first] = epochs;
  const header: Header = {
    model,
    run,
    arithmetic,
    step,
    ended,
    hyperparameters,
    epochs: epochs.length,
    metrics: run.metrics,
    validation: first?.validation && Object.keys(first.validation),
    states: states.map(({ name, shape }) => ({ name, shape })),
    best: best.map(({ name, shape }) => ({ name, shape })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = 4 * Math.ceil(json.length / 4);
  const numbers = [checkpoint.seconds, checkpoint.epochSeconds, checkpoint.loss, ...checkpoint.metrics];
  const columns = columnsOf(header);
  const values = [...states, ...best].map((state) => state.values);
  const floats = values.reduce((total, { length }) => total + length, 0);
  const start = preamble + headerBytes;
  const bytes = new Uint8Array(start + 8 * (numbers.length + columns * epochs.length) + 4 * floats);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  bytes.set([version, kind], 5);
  view.setUint32(16, headerBytes, true);
  bytes.fill(0x20, preamble, start);
  bytes.set(json, preamble);
  let offset = start;
  const write = (number: number): void => {
    view.setFloat64(offset, number, true);
    offset += 8;
  };
  numbers.forEach(write);
  for (const { loss, metrics, validation, samplesPerSecond, seconds } of epochs) {
    write(loss);
    for (const name of header.metrics) write(metrics[name] ?? Number.NaN);
    for (const name of header.validation ?? []) write(validation?.[name] ?? Number.NaN);
    write(samplesPerSecond);
    write(seconds);
  }
  for (const data of values) for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i]!, true);
  writeHash(bytes, hashOf(bytes));
  return bytes;
}

/**
 * Reads a checkpoint. Nothing in it is trusted: a changed or missing byte is found by the hash, and sizes are compared
 * with the bytes that are there before anything is made of them. Throws FORMAT, LIMIT; `file` names it in errors.
 */
export function decodeCheckpoint(bytes: Uint8Array, file: string): RunCheckpoint {
  const fail = (problem: string, expected: string, received: string, code: "FORMAT" | "LIMIT" = "FORMAT"): NablaError =>
    new NablaError(code, `${quoted(file)}: ${problem}`, {
      where: { file },
      expected,
      received,
      hint: "Give a whole file that the checkpoint option of fit made.",
    });
  if (bytes.length < preamble || magic !== String.fromCharCode(...bytes.subarray(0, 5)))
    throw fail(
      "it is no checkpoint of nabla",
      `a file that begins with ${magic}`,
      `${bytes.length} bytes of something else`,
    );
  if (bytes[6] === 0) throw fail("it is a model, from which no run can go on", "a checkpoint", "a model");
  if (bytes[5] !== version || bytes[6] !== kind || bytes[7] !== 0)
    throw fail(`its format has version ${bytes[5]}.${bytes[6]}.${bytes[7]}`, `version ${version}.${kind}.0`, "another");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(16, true);
  if (headerBytes > mostHeaderBytes)
    throw fail(`its header claims ${headerBytes} bytes`, `at most ${mostHeaderBytes}`, `${headerBytes}`, "LIMIT");
  const start = preamble + headerBytes;
  if (start > bytes.length || headerBytes % 4 !== 0)
    throw fail("its header is cut off", `${start} bytes or more`, `${bytes.length}`);
  const [high, low] = hashOf(bytes);
  if (view.getUint32(hashAt, true) !== high || view.getUint32(hashAt + 4, true) !== low)
    throw fail("it is damaged or cut off", "bytes with the hash that stands in it", "other bytes");
  const header = parseHeader(bytes.subarray(preamble, start), fail);
  const counts = { numbers: 3 + header.metrics.length, columns: columnsOf(header), floats: 0 };
  for (const { shape } of [...header.states, ...header.best]) counts.floats += sizeOf(shape);
  const size = start + 8 * (counts.numbers + counts.columns * header.epochs) + 4 * counts.floats;
  if (size !== bytes.length) throw fail(`it should have ${size} bytes`, `${size} bytes`, `${bytes.length} bytes`);
  return readNumbers(header, view, start, fail);
}

type Fail = (problem: string, expected: string, received: string, code?: "FORMAT" | "LIMIT") => NablaError;

function readNumbers(header: Header, view: DataView, start: number, fail: Fail): RunCheckpoint {
  let offset = start;
  const read = (): number => {
    offset += 8;
    return view.getFloat64(offset - 8, true);
  };
  const readNamed = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, read()]));
  const [seconds, epochSeconds, loss] = [read(), read(), read()];
  const metrics = header.metrics.map(read);
  const epochs = Array.from(
    { length: header.epochs },
    (_, i): EpochEvent => ({
      kind: "epoch",
      epoch: i + 1,
      loss: read(),
      metrics: readNamed(header.metrics),
      ...(header.validation && { validation: readNamed(header.validation) }),
      samplesPerSecond: read(),
      seconds: read(),
    }),
  );
  const readState = ({ name, shape }: Header["states"][number]): StateValues => {
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => view.getFloat32(offset + 4 * i, true));
    if (!values.every(Number.isFinite))
      throw fail(`state ${quoted(name)} holds NaN or infinity`, "finite numbers", "NaN or infinity");
    offset += 4 * values.length;
    return { name, shape, values };
  };
  const { model, run, arithmetic, step, ended, hyperparameters } = header;
  const [states, best] = [header.states.map(readState), header.best.map(readState)];
  const sums = { seconds, epochSeconds, loss, metrics };
  return { model, run, arithmetic, step, ended, hyperparameters, ...sums, epochs, states, best };
}

/** Numbers that the history has for each epoch. */
const columnsOf = ({ metrics, validation = [] }: Header): number => 3 + metrics.length + validation.length;

function hashOf(bytes: Uint8Array): readonly [number, number] {
  return new Hash64().bytes(bytes.subarray(0, hashAt)).bytes(bytes.subarray(hashAt + 8)).digest;
}

function writeHash(bytes: Uint8Array, [high, low]: readonly [number, number]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(hashAt, high, true);
  view.setUint32(hashAt + 4, low, true);
}

function parseHeader(bytes: Uint8Array, fail: Fail): Header {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw fail("its header cannot be read", "JSON in UTF-8", "something else");
  }
  const header = fieldsOf(json) ?? {};
  const { model, run, arithmetic, step, ended, hyperparameters, epochs, metrics, validation, states, best } = header;
  const check = (what: string, isGood: boolean): void => {
    if (!isGood) throw fail(`${what} in its header is not what it should be`, `a valid ${what}`, "something else");
  };
  check("model", fieldsOf(model) !== undefined);
  check("run", isIdentity(run));
  check("arithmetic", arithmetic === "portable" || arithmetic === "fma");
  check("step", isCount(step));
  check("end", ended === undefined || ended === "finished" || ended === "early");
  check("hyperparameters", areChanges(hyperparameters));
  check("number of epochs", isCount(epochs));
  check("metrics", isNames(metrics));
  check("validation", validation === undefined || isNames(validation));
  check("states", isStates(states));
  check("best states", isStates(best));
  return header as unknown as Header;
}

const sizeOf = (shape: Shape): number => shape.reduce((size, extent) => size * extent, 1);

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === "string";
const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length <= mostNames && value.every(isText);

const isShape = (value: unknown): value is Shape =>
  Array.isArray(value) &&
  value.length <= 8 &&
  value.every((extent) => isCount(extent) && extent >= 1) &&
  sizeOf(value as number[]) < 2 ** 32;

function isStates(value: unknown): value is Header["states"] {
  const isState = (state: unknown): boolean => isText(fieldsOf(state)?.["name"]) && isShape(fieldsOf(state)?.["shape"]);
  return Array.isArray(value) && value.length <= mostNames && value.every(isState);
}

function areChanges(value: unknown): value is HyperparameterChanges {
  const isChange = (change: unknown): boolean => {
    const { from, value } = fieldsOf(change) ?? {};
    return isCount(from) && typeof value === "number" && Number.isFinite(value);
  };
  return Object.values(fieldsOf(value) ?? { none: undefined }).every(
    (list) => Array.isArray(list) && list.every(isChange),
  );
}

function isFingerprint(value: unknown): boolean {
  const { size, shape, targets, hash } = fieldsOf(value) ?? {};
  return isCount(size) && isShape(shape) && isText(targets) && isText(hash);
}

function isIdentity(value: unknown): value is RunIdentity {
  const { data, validation, validationData, loss, metrics, optimizer, learningRates, settings } = fieldsOf(value) ?? {};
  const isRates = Array.isArray(learningRates) && learningRates.every((rate) => typeof rate === "number");
  const { batchSize, epochs } = fieldsOf(settings) ?? {};
  return (
    isFingerprint(data) &&
    (validation === "data" || validation === "none" || typeof validation === "number") &&
    (validationData === "none" || isFingerprint(validationData)) &&
    isText(loss) &&
    isNames(metrics) &&
    isText(fieldsOf(optimizer)?.["name"]) &&
    isRates &&
    isCount(batchSize) &&
    isCount(epochs)
  );
}
