import { NablaError } from "nabla";
import { type Dataset, fromIdx, type TrainAndTest } from "nabla/data";

/**
 * Pictures of ink and no ink, a bit for each pixel, with their labels: MNIST of 16 × 16 in 2.3 MB.
 *
 * | bytes | what |
 * |---|---|
 * | 0–7 | `nabla-px` in ASCII |
 * | 8, 9 | version, 1; number of classes, 1 to 255 |
 * | 10–11, 12–13 | height and width, 1 to 1024 |
 * | 14–15 | 0 |
 * | 16–19, 20–23 | samples to train on and to test on, at least 1 each |
 * | then | of the training part: pictures, then one byte for each label; of the test part the same |
 *
 * Numbers are little-endian. A picture begins with a new byte; its pixels go row by row, the first in the highest bit, and
 * bits behind the last are 0. 1 is ink. `nabla studio` writes it (src/cli/studio-server/pack-digits.ts).
 */
const magic = "nabla-px";
const version = 1;
const headerBytes = 24;
const longestSide = 1024;
/** Pixels of both parts together; each becomes a byte. */
const mostPixels = 1 << 27;

/**
 * The training and test part in packed bytes, already inflated. Pixels become bytes of 0 or 1, seen as they are; classes
 * are "0", "1" … Nothing is allocated before the header fits the bytes. Throws FORMAT for bytes of another kind, cut short
 * or followed by others, or with bits where none belong; LIMIT for more than 2²⁷ pixels; DATA for a label of no class.
 */
export function unpackDigits(bytes: Uint8Array): TrainAndTest {
  const { classes, height, width, counts } = readHeader(bytes);
  const names = Array.from({ length: classes }, (_, i) => String(i));
  const pictureBytes = Math.ceil((height * width) / 8);
  const part = (start: number, count: number): Dataset => {
    const end = start + count * pictureBytes;
    const data = unpackPictures(bytes.subarray(start, end), count, height * width);
    const images = { shape: [count, height, width], data };
    const labels = { shape: [count], data: bytes.subarray(end, end + count) };
    return fromIdx(images, labels, { classes: names, scale: 1 });
  };
  const [train, test] = counts;
  return { train: part(headerBytes, train), test: part(headerBytes + train * (pictureBytes + 1), test) };
}

interface Header {
  readonly classes: number;
  readonly height: number;
  readonly width: number;
  readonly counts: readonly [train: number, test: number];
}

function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < headerBytes) throw malformed("are too few", `at least ${headerBytes} bytes`, `${bytes.length}`);
  for (let i = 0; i < magic.length; i += 1)
    if (bytes[i] !== magic.charCodeAt(i)) throw malformed("are of another kind", magic, "another beginning");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [found, classes] = [view.getUint8(8), view.getUint8(9)];
  const [height, width, none] = [view.getUint16(10, true), view.getUint16(12, true), view.getUint16(14, true)];
  const counts = [view.getUint32(16, true), view.getUint32(20, true)] as const;
  if (found !== version) throw malformed("are of another version", `version ${version}`, `version ${found}`);
  const isSide = (side: number) => side >= 1 && side <= longestSide;
  if (none !== 0 || classes === 0 || !isSide(height) || !isSide(width) || counts.includes(0))
    throw malformed("have a header that cannot be", "classes, sides and samples from 1", "0, or a side beyond 1024");
  const samples = counts[0] + counts[1];
  if (samples * height * width > mostPixels)
    throw new NablaError("LIMIT", `packed digits claim ${samples} pictures of ${height} × ${width} pixels`, {
      expected: `at most ${mostPixels} pixels`,
      received: String(samples * height * width),
      hint: "Check that it is the right file.",
    });
  const size = headerBytes + samples * (Math.ceil((height * width) / 8) + 1);
  if (bytes.length !== size) throw malformed("are not as many as they say", `${size} bytes`, `${bytes.length} bytes`);
  return { classes, height, width, counts };
}

/** Bits to bytes of 0 or 1. */
function unpackPictures(packed: Uint8Array, count: number, pixels: number): Uint8Array {
  const stride = Math.ceil(pixels / 8);
  const spare = (1 << (stride * 8 - pixels)) - 1;
  const data = new Uint8Array(count * pixels);
  for (let sample = 0; sample < count; sample += 1) {
    const [from, to] = [sample * stride, sample * pixels];
    if ((packed[from + stride - 1]! & spare) !== 0)
      throw malformed(`have bits behind picture ${sample + 1}`, "0 behind the last pixel", "1");
    for (let i = 0; i < pixels; i += 1) data[to + i] = (packed[from + (i >> 3)]! >> (7 - (i & 7))) & 1;
  }
  return data;
}

function malformed(problem: string, expected: string, received: string): NablaError {
  return new NablaError("FORMAT", `the bytes of packed digits ${problem}`, {
    expected,
    received,
    hint: "Make the file again with nabla studio.",
  });
}
