import { inflateSync } from "node:zlib";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { NablaError, quoted } from "../errors.ts";

/** A picture as light and cover: both row by row from the top, from 0 to 1. */
export interface PngPicture {
  readonly width: number;
  readonly height: number;
  /** 0 is black, 1 is white. */
  readonly light: Float32Array;
  /** Red, green and blue, each from 0 to 1; only where they are asked for. */
  readonly colors?: readonly [red: Float32Array, green: Float32Array, blue: Float32Array];
  /** 0 is clear, 1 is opaque; absent where all is opaque. */
  readonly cover?: Float32Array;
  readonly isColored: boolean;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const mostPixels = 1 << 24;

export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte);

/**
 * The picture in a PNG file of any kind of colour, as grey (luma of Rec. 709), and in its colours with `keepsColors`.
 * Its size is bounded before anything is unpacked. Throws FORMAT for a broken file, LIMIT above 2²⁴ pixels, UNSUPPORTED
 * for interlaced pictures of less than 8 bits.
 */
export function readPng(
  bytes: Uint8Array,
  file: string,
  { keepsColors = false }: { readonly keepsColors?: boolean } = {},
): PngPicture {
  const chunks = readChunks(bytes, file);
  const header = readHeader(chunks, file);
  checkPixelData(chunks, header, file);
  let png: DecodedPng;
  let pixels: ArrayLike<number>;
  try {
    png = decode(joinChunks(chunks));
    pixels = png.palette ? convertIndexedToRgb(png) : unpackBits(png);
  } catch (cause) {
    throw broken(file, "its pixels cannot be read", cause);
  }
  return toPicture(png, pixels, keepsColors);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

const needed = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);

/** The chunks that make the picture: colour profiles and texts are left unread (PNG specification, 5.3). */
function readChunks(bytes: Uint8Array, file: string): readonly Chunk[] {
  if (!isPng(bytes)) throw broken(file, "it does not begin as a PNG file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; chunks.at(-1)?.type !== "IEND"; ) {
    if (at + 12 > bytes.length) throw broken(file, "it is cut short");
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw broken(file, "it is cut short");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (needed.has(type)) chunks.push({ type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

interface Header {
  readonly width: number;
  readonly height: number;
  /** Bits of a pixel. */
  readonly bits: number;
}

const samplesOfColorType: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function readHeader(chunks: readonly Chunk[], file: string): Header {
  const data = chunks[0]?.type === "IHDR" ? chunks[0].data : undefined;
  const samples = samplesOfColorType[data?.[9] ?? -1];
  if (data?.length !== 13 || samples === undefined) throw broken(file, "its header is damaged");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [width, height, depth, isInterlaced] = [view.getUint32(0), view.getUint32(4), data[8]!, data[12] !== 0];
  if (width < 1 || height < 1 || width * height > mostPixels)
    throw new NablaError("LIMIT", `${quoted(file)} is a picture of ${width} × ${height} pixels`, {
      where: { file },
      expected: `1 to ${mostPixels} pixels`,
      received: `${width} × ${height}`,
      hint: "Make it smaller first.",
    });
  if (isInterlaced && depth < 8)
    throw new NablaError("UNSUPPORTED", `${quoted(file)} is an interlaced picture of ${depth} bits`, {
      where: { file },
      expected: "8 or 16 bits, or no interlacing",
      received: `interlaced, ${depth} bits`,
      hint: "Save it again without interlacing.",
    });
  return { width, height, bits: samples * depth };
}

/** Unpacks once with a limit, so that a small file cannot ask for all memory, and checks that all rows are there. */
function checkPixelData(chunks: readonly Chunk[], { width, height, bits }: Header, file: string): void {
  const packed = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  const rows = height * (1 + Math.ceil((width * bits) / 8));
  const most = rows + 14 * height + 64; // interlacing begins up to 7 rows for one, and fills up bytes
  let size: number;
  try {
    size = inflateSync(packed, { maxOutputLength: most }).length;
  } catch (cause) {
    throw broken(file, "its pixels cannot be unpacked", cause);
  }
  if (size < rows) throw broken(file, "it has fewer pixels than its header says");
}

function joinChunks(chunks: readonly Chunk[]): Uint8Array {
  return new Uint8Array(Buffer.concat([Uint8Array.from(signature), ...chunks.map(({ whole }) => whole)]));
}

/** Rows of 1, 2 or 4 bits a pixel are packed, each row from a new byte on. */
function unpackBits({ data, width, height, depth, channels }: DecodedPng): ArrayLike<number> {
  if (depth >= 8) return data;
  const rowBytes = Math.ceil((width * depth) / 8);
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const byte = data[y * rowBytes + ((x * depth) >> 3)]!;
    return (byte >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
  });
}

function toPicture(
  { width, height, depth, channels: stored, palette, transparency }: DecodedPng,
  pixels: ArrayLike<number>,
  keepsColors: boolean,
): PngPicture {
  const size = width * height;
  const channels = palette ? palette[0]!.length : stored;
  const full = palette ? 255 : (1 << depth) - 1;
  const hasColor = channels >= 3;
  const hasCover = channels === 2 || channels === 4;
  const light = new Float32Array(size);
  const plane = () => new Float32Array(keepsColors ? size : 0);
  const colors = [plane(), plane(), plane()] as const;
  const cover = hasCover || (transparency && !palette) ? new Float32Array(size).fill(1) : undefined;
  let isColored = false;
  for (let i = 0; i < size; i += 1) {
    const at = i * channels;
    const [red, green, blue] = hasColor
      ? [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
      : [pixels[at]!, pixels[at]!, pixels[at]!];
    light[i] = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / full;
    if (keepsColors) for (const [c, value] of [red, green, blue].entries()) colors[c]![i] = value / full;
    isColored ||= red !== green || green !== blue;
    if (hasCover) cover![i] = pixels[at + channels - 1]! / full;
    // One colour may stand for clear.
    else if (cover && [red, green, blue].slice(0, channels).every((value, c) => value === transparency![c]))
      cover[i] = 0;
  }
  const isOpaque = cover === undefined || cover.every((value) => value === 1);
  return { width, height, light, isColored, ...(keepsColors ? { colors } : {}), ...(isOpaque ? {} : { cover }) };
}

function broken(file: string, reason: string, cause?: unknown): NablaError {
  return new NablaError("FORMAT", `${quoted(file)} is no PNG picture that can be read: ${reason}`, {
    where: { file },
    expected: "a whole PNG file",
    received: reason,
    hint: "Save it again as PNG.",
    cause,
  });
}
