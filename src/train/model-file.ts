import { type Shape, sizeOf } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import type { Use } from "./trace.ts";

/**
 * A model in one file.
 *
 * | bytes | content |
 * |---|---|
 * | 0–4 | `NABLA` in ASCII |
 * | 5 | version of the format, 1 |
 * | 6–7 | 0 |
 * | 8–11 | length of the header, unsigned 32-bit, little-endian, a multiple of 4 |
 * | 12 … | the header: JSON in UTF-8 (`ModelHeader`), filled up with spaces |
 * | … | the parameters in the header's order, float32, little-endian, row-major in their shape |
 */

export interface ModelHeader {
  /** Shape of one sample. */
  readonly input: Shape;
  readonly seed: number;
  readonly layers: readonly LayerRecord[];
  /** How the layers are applied, where it is not one after the other. */
  readonly uses?: readonly Use[];
  readonly parameters: readonly { readonly name: string; readonly shape: Shape }[];
  readonly classes?: readonly string[];
  /** The loss it was trained with. */
  readonly loss?: string;
}

export interface LayerRecord {
  readonly kind: string;
  readonly name?: string;
  readonly settings?: Readonly<Record<string, number | boolean | string>>;
}

const magic = "NABLA";
const version = 1;
/** Bytes before the header. */
const preamble = 12;
const mostHeaderBytes = 16_777_216;
const mostLayers = 10_000;
const mostClasses = 1_000_000;

export function encodeModel(header: ModelHeader, values: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 4) * 4;
  const start = preamble + headerBytes;
  const bytes = new Uint8Array(start + 4 * values.reduce((total, { length }) => total + length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  bytes[5] = version;
  view.setUint32(8, headerBytes, true);
  bytes.fill(0x20, preamble, start);
  bytes.set(json, preamble);
  let offset = start;
  for (const data of values) for (let i = 0; i < data.length; i++, offset += 4) view.setFloat32(offset, data[i]!, true);
  return bytes;
}

export interface DecodedModel {
  readonly header: ModelHeader;
  readonly values: readonly Float32Array[];
}

/**
 * Reads a model file. Nothing in it is trusted: sizes are compared with the bytes that are there before anything is
 * made of them. Throws FORMAT, LIMIT; `file` names it in errors.
 */
export function decodeModel(bytes: Uint8Array, file?: string): DecodedModel {
  const where = file === undefined ? {} : { file };
  const fail = (problem: string, expected: string, received: string): NablaError =>
    new NablaError("FORMAT", `${file === undefined ? "the model" : quoted(file)}: ${problem}`, {
      where,
      expected,
      received,
      hint: "Give a whole file that model.save or model.toBytes made.",
    });
  if (bytes.length < preamble || magic !== String.fromCharCode(...bytes.subarray(0, 5)))
    throw fail(
      "it is no model of nabla",
      `a file that begins with ${magic}`,
      `${bytes.length} bytes of something else`,
    );
  if (bytes[5] !== version)
    throw new NablaError(
      "FORMAT",
      `${file === undefined ? "the model" : quoted(file)}: its format has version ${bytes[5]}`,
      {
        where,
        expected: `version ${version}`,
        received: `${bytes[5]}`,
        hint: "Read it with the version of nabla that made it, or a newer one.",
      },
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = view.getUint32(8, true);
  if (headerBytes > mostHeaderBytes)
    throw new NablaError(
      "LIMIT",
      `${file === undefined ? "the model" : quoted(file)}: its header claims ${headerBytes} bytes`,
      {
        where,
        expected: `at most ${mostHeaderBytes}`,
        received: `${headerBytes}`,
        hint: "The file is broken.",
      },
    );
  const start = preamble + headerBytes;
  if (start > bytes.length || headerBytes % 4 !== 0)
    throw fail("its header is cut off", `${start} bytes or more`, `${bytes.length}`);
  const header = parseHeader(bytes.subarray(preamble, start), fail);
  const numbers = header.parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
  if (start + 4 * numbers !== bytes.length)
    throw fail(`it should hold ${numbers} numbers`, `${start + 4 * numbers} bytes`, `${bytes.length} bytes`);
  let offset = start;
  const values = header.parameters.map(({ name, shape }) => {
    const data = Float32Array.from({ length: sizeOf(shape) }, (_, i) => view.getFloat32(offset + 4 * i, true));
    if (!data.every(Number.isFinite))
      throw fail(`parameter ${quoted(name)} holds NaN or infinity`, "finite numbers", "NaN or infinity");
    offset += 4 * data.length;
    return data;
  });
  return { header, values };
}

type Fail = (problem: string, expected: string, received: string) => NablaError;
type Fields = Readonly<Record<string, unknown>>;

function parseHeader(bytes: Uint8Array, fail: Fail): ModelHeader {
  const wrong = (what: string): NablaError =>
    fail(`${what} in its header is not what it should be`, `a valid ${what}`, "something else");
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw fail("its header cannot be read", "JSON in UTF-8", "something else");
  }
  const { input, seed, layers, uses, parameters, classes, loss } = fieldsOf(json) ?? {};
  if (!isShape(input) || input.length === 0) throw wrong("input");
  if (!Number.isSafeInteger(seed)) throw wrong("seed");
  if (!Array.isArray(layers) || layers.length === 0 || layers.length > mostLayers || !layers.every(isLayerRecord))
    throw wrong("layers");
  if (uses !== undefined && !areUses(uses, layers.length)) throw wrong("uses");
  if (!Array.isArray(parameters) || parameters.length > 100 * mostLayers || !parameters.every(isParameter))
    throw wrong("parameters");
  if (classes !== undefined && !(Array.isArray(classes) && classes.length <= mostClasses && classes.every(isText)))
    throw wrong("classes");
  if (loss !== undefined && !isText(loss)) throw wrong("loss");
  return {
    input,
    seed: seed as number,
    layers,
    ...(uses && { uses }),
    parameters,
    ...(classes && { classes }),
    ...(loss === undefined ? {} : { loss }),
  };
}

const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

const isText = (value: unknown): value is string => typeof value === "string";

const isShape = (value: unknown): value is Shape =>
  Array.isArray(value) &&
  value.length <= 8 &&
  value.every((extent) => Number.isSafeInteger(extent) && extent >= 1) &&
  sizeOf(value as number[]) < 2 ** 32;

export function isLayerRecord(value: unknown): value is LayerRecord {
  const { kind, name, settings } = fieldsOf(value) ?? {};
  const isSetting = (x: unknown): boolean =>
    typeof x === "boolean" || typeof x === "string" || (typeof x === "number" && Number.isFinite(x));
  const fields = settings === undefined ? {} : fieldsOf(settings);
  return (
    isText(kind) &&
    (name === undefined || isText(name)) &&
    fields !== undefined &&
    Object.values(fields).every(isSetting)
  );
}

/** Every use takes values that are there before it, every value but the last is taken, and every layer is used. */
function areUses(value: unknown, layers: number): value is readonly Use[] {
  if (!Array.isArray(value) || value.length < layers || value.length > mostLayers) return false;
  const [taken, used] = [new Set<number>(), new Set<number>()];
  const isPlace = (x: unknown, below: number): x is number =>
    Number.isSafeInteger(x) && (x as number) >= 0 && (x as number) < below;
  for (const [i, use] of value.entries()) {
    const { layer, inputs } = fieldsOf(use) ?? {};
    const areInputs = Array.isArray(inputs) && inputs.length > 0 && inputs.length <= mostLayers;
    if (!isPlace(layer, layers) || !areInputs || !inputs.every((input) => isPlace(input, i + 1))) return false;
    for (const input of inputs) taken.add(input);
    used.add(layer);
  }
  return used.size === layers && taken.size === value.length; // the input and all results but the last
}

function isParameter(value: unknown): value is ModelHeader["parameters"][number] {
  const { name, shape } = fieldsOf(value) ?? {};
  return isText(name) && isShape(shape);
}
