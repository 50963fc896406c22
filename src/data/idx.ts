import type { Shape } from "../array/ndarray.ts";
import { NablaError, quoted } from "../errors.ts";
import { MAX_BYTES, type ReadOptions, readBytes } from "./bytes.ts";
import { type Dataset, fromTable } from "./dataset.ts";
import { checkClasses, labelOutOfRange, numberedClasses } from "./targets.ts";

/** An array of bytes with its shape. */
export interface IdxArray {
  readonly shape: Shape;
  /** A view of the bytes that were parsed, not a copy. */
  readonly data: Uint8Array;
}

/** Element types of IDX other than unsigned bytes, by their code. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: "int8",
  11: "int16",
  12: "int32",
  13: "float32",
  14: "float64",
};
const UNSIGNED_BYTE = 8;
const MAX_AXES = 4;

function malformed(file: string, problem: string, expected: string, received: string): NablaError {
  return new NablaError("FORMAT", `${quoted(file)} ${problem}`, {
    where: { file },
    expected,
    received,
    hint: "Check that it is an IDX file and complete; fetch it again.",
  });
}

/**
 * The array in an IDX file of unsigned bytes, as MNIST uses: 0, 0, type, number of axes, then each extent as a big-endian
 * 32-bit integer, then the elements (LeCun, Cortes & Burges, "The MNIST database", file formats). Allocates nothing.
 * Throws FORMAT for a wrong magic number, missing or trailing bytes (with both sizes), UNSUPPORTED for other element
 * types or more than 4 axes, LIMIT where the header claims more than `maxBytes`. `file` names the source in errors.
 */
export function parseIdx(bytes: Uint8Array, options: { file?: string; maxBytes?: number } = {}): IdxArray {
  const { file = "IDX data", maxBytes = MAX_BYTES } = options;
  if (bytes.length < 4)
    throw malformed(file, "is too short for an IDX file", "at least 4 bytes", `${bytes.length} bytes`);
  const [first, second, type, axes] = bytes as Uint8Array & [number, number, number, number];
  const otherType = OTHER_TYPES[type];
  if (first !== 0 || second !== 0 || (type !== UNSIGNED_BYTE && otherType === undefined) || axes === 0) {
    const magic = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw malformed(file, `does not begin as an IDX file: ${magic}`, "00 00 08 and the number of axes", magic);
  }
  if (otherType !== undefined || axes > MAX_AXES) {
    const received = otherType ?? `${axes} axes`;
    throw new NablaError("UNSUPPORTED", `${quoted(file)} is an IDX file of ${received}`, {
      where: { file },
      expected: `unsigned bytes in at most ${MAX_AXES} axes`,
      received,
      hint: "Convert it to unsigned bytes.",
    });
  }
  const header = 4 + 4 * axes;
  if (bytes.length < header)
    throw malformed(file, "ends within its header", `${header} bytes of header`, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  // In float64: up to 2¹²⁸, rounded, but never below a limit it exceeds.
  const size = shape.reduce((product, extent) => product * extent, 1);
  if (size > maxBytes || shape.some((extent) => extent > maxBytes))
    throw new NablaError("LIMIT", `the header of ${quoted(file)} claims ${shape.join(" × ")} bytes`, {
      where: { file },
      expected: `at most ${maxBytes} bytes`,
      received: shape.join(" × "),
      hint: "Check that it is the right file, or raise maxBytes.",
    });
  const expected = header + size;
  if (bytes.length !== expected) {
    const problem = bytes.length < expected ? "is cut short" : "has more bytes than its header says";
    const sizes = `${expected} bytes by its header, ${bytes.length} in the file`;
    throw malformed(file, `${problem}: ${sizes}`, `${expected} bytes`, `${bytes.length} bytes`);
  }
  return { shape, data: bytes.subarray(header) };
}

/**
 * Pictures and labels of two IDX arrays as a data set. The pixels stay bytes; the network sees byte · `scale`, without it
 * 0 … 1 of bytes to 255. `classes` names the classes; without it they are "0" … "largest label". `files` name the sources
 * in errors. Throws FORMAT for arrays that are no pictures or labels, DATA for counts that differ, no samples, or labels
 * outside the classes (row from 1), OPTION for a scale that is not a number above 0.
 */
export function fromIdx(
  images: IdxArray,
  labels: IdxArray,
  options: { classes?: readonly string[]; scale?: number; files?: readonly [string, string] } = {},
): Dataset {
  const { classes, scale = 1 / 255, files: [imagesFile, labelsFile] = ["images", "labels"] } = options;
  if (classes) checkClasses(classes);
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY))
    throw new NablaError("OPTION", `fromIdx: scale is ${String(scale)}`, {
      expected: "a number above 0",
      received: String(scale),
      hint: "Give what a byte of 1 counts for: 1/255, or 1 for pixels of 0 and 1.",
    });
  const [count = 0, ...shape] = images.shape;
  if (shape.length === 0) throw malformed(imagesFile, "holds no pictures", "2 axes or more", "1 axis");
  if (labels.shape.length !== 1)
    throw malformed(labelsFile, "holds no labels", "1 axis", `${labels.shape.length} axes`);
  const labelCount = labels.data.length;
  if (count !== labelCount)
    throw new NablaError(
      "DATA",
      `${quoted(imagesFile)} has ${count} pictures, ${quoted(labelsFile)} ${labelCount} labels`,
      {
        where: { file: labelsFile },
        expected: `${count} labels`,
        received: `${labelCount} labels`,
        hint: "Give the two files that belong together.",
      },
    );
  if (images.data.length === 0)
    throw new NablaError("DATA", `${quoted(imagesFile)} holds no samples`, {
      where: { file: imagesFile },
      expected: "at least one picture of at least one pixel",
      received: images.shape.join(" × "),
      hint: "Check that it is the right file.",
    });
  let largest = 0;
  for (let i = 0; i < labelCount; i += 1) {
    const label = labels.data[i]!;
    if (classes && label >= classes.length) throw labelOutOfRange(label, i + 1, classes.length, labelsFile);
    if (label > largest) largest = label;
  }
  const names = classes ?? numberedClasses(largest + 1);
  return fromTable({
    shape,
    x: { data: images.data, scale },
    y: { kind: "labels", data: Int32Array.from(labels.data), classes: names.length },
    classes: names,
  });
}

/**
 * The data set of two IDX files, gzip or not. In a browser the paths are URLs.
 * Throws what `readBytes`, `parseIdx` and `fromIdx` throw; `where.file` says which file.
 */
export async function idxDataset(
  imagesPath: string,
  labelsPath: string,
  options: ReadOptions & { classes?: readonly string[] } = {},
): Promise<Dataset> {
  const read = async (file: string) => parseIdx(await readBytes(file, options), { ...options, file });
  const images = await read(imagesPath);
  const labels = await read(labelsPath);
  const classes = options.classes ? { classes: options.classes } : {};
  return fromIdx(images, labels, { ...classes, files: [imagesPath, labelsPath] });
}
