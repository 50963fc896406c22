import { encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { readPng } from "../../src/cli/picture-file.ts";
import { border, median, resize, toSample } from "../../src/cli/picture-sample.ts";

const dark = { height: 4, width: 4, background: 0, isBinary: false };
const near = (values: ArrayLike<number>, digits = 5) => Array.from(values, (value) => Number(value.toFixed(digits)));

/** CRC-32 of ISO 3309, as PNG's chunks end with. */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Changes the header of a PNG file: the 13 bytes after the chunk's name. */
function withHeader(png: Uint8Array, change: (header: DataView) => void): Uint8Array {
  const copy = png.slice();
  const view = new DataView(copy.buffer);
  change(new DataView(copy.buffer, 16, 13));
  view.setUint32(29, checksum(copy.subarray(12, 29)));
  return copy;
}

const failure = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    return error as { readonly code: string; readonly message: string };
  }
  throw new Error("nothing was thrown");
};

describe("readPng", () => {
  test.each([
    ["grey", 1, 8, [0, 51, 102, 255], [0, 0.2, 0.4, 1]],
    ["grey of 16 bits", 1, 16, [0, 13107, 26214, 65535], [0, 0.2, 0.4, 1]],
    ["colour", 3, 8, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], [0.2126, 0.7152, 0.0722, 1]],
  ] as const)("%s", (_, channels, depth, values, light) => {
    const data = depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values);
    const picture = readPng(encode({ width: 2, height: 2, data, channels, depth }), "a.png");
    expect(near(picture.light, 4)).toEqual([...light]);
    expect(picture).toMatchObject({ width: 2, height: 2, isColored: channels === 3 });
    expect(picture.cover).toBeUndefined();
  });

  test("one bit a pixel, rows from a new byte on", () => {
    const data = Uint8Array.from([0b10100000, 0b01000000]); // 3 pixels a row
    const { light } = readPng(encode({ width: 3, height: 2, data, channels: 1, depth: 1 }), "a.png");
    expect([...light]).toEqual([1, 0, 1, 0, 1, 0]);
  });

  test("with clear parts", () => {
    const data = Uint8Array.from([0, 255, 0, 0, 255, 255, 0, 128]); // light and cover of 4 pixels
    const { light, cover } = readPng(encode({ width: 2, height: 2, data, channels: 2, depth: 8 }), "a.png");
    expect([...light]).toEqual([0, 0, 1, 0]);
    expect(near(cover!, 3)).toEqual([1, 0, 1, 0.502]);
  });

  const good = encode({ width: 20, height: 20, data: new Uint8Array(400).map((_, i) => i), channels: 1, depth: 8 });

  test("refuses what is broken", () => {
    expect(failure(() => readPng(Uint8Array.of(1, 2, 3), "a.png"))).toMatchObject({ code: "FORMAT" });
    for (const length of [9, 20, 40, good.length - 1]) {
      const error = failure(() => readPng(good.subarray(0, length), "a\u202e.png"));
      expect(error).toMatchObject({ code: "FORMAT", message: expect.stringContaining("it is cut short") });
      expect(error.message).not.toContain("\u202e");
    }
    const damaged = good.slice();
    damaged.fill(0xff, 45, 60);
    expect(failure(() => readPng(damaged, "a.png"))).toMatchObject({ code: "FORMAT" });
    const taller = withHeader(good, (header) => header.setUint32(4, 400));
    expect(failure(() => readPng(taller, "a.png")).message).toContain("fewer pixels than its header says");
    const odd = withHeader(good, (header) => header.setUint8(9, 5));
    expect(failure(() => readPng(odd, "a.png")).message).toContain("its header is damaged");
  });

  test("asks for no memory that a header or packed data make up", () => {
    const giant = withHeader(good, (header) => header.setUint32(0, 0x7fffffff));
    expect(failure(() => readPng(giant, "a.png"))).toMatchObject({ code: "LIMIT" });
    const bomb = encode({ width: 4000, height: 4000, data: new Uint8Array(16_000_000), channels: 1, depth: 8 });
    const small = withHeader(bomb, (header) => {
      header.setUint32(0, 10);
      header.setUint32(4, 10);
    });
    expect(failure(() => readPng(small, "a.png")).message).toContain("cannot be unpacked");
  });
});

describe("toSample", () => {
  const square = (values: readonly number[], side = 4) => ({
    width: side,
    height: side,
    light: Float32Array.from(values),
    isColored: false,
  });
  const middle = [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0];

  test("leaves a picture that fits as it is", () => {
    expect(toSample(square(middle), dark)).toEqual({ values: Float32Array.from(middle), steps: [] });
  });

  test("inverts by the background, whichever way the model's pictures are", () => {
    const inverted = middle.map((value) => 1 - value);
    expect(toSample(square(inverted), dark)).toEqual({
      values: Float32Array.from(middle),
      steps: ["inverted, since its background is light"],
    });
    expect(toSample(square(middle), { ...dark, background: 1 }).steps).toEqual([
      "inverted, since its background is dark",
    ]);
    expect(toSample(square(inverted), { ...dark, background: 1 }).steps).toEqual([]);
  });

  test("lays dark ink on white and light ink on black", () => {
    const clear = (ink: number) => ({
      ...square(middle.map((value) => value * ink)),
      cover: Float32Array.from(middle),
    });
    for (const ink of [0, 1]) expect(near(toSample(clear(ink), dark).values)).toEqual(middle);
    expect(toSample(clear(0), dark).steps).toEqual([
      "laid on white, since it is partly clear",
      "inverted, since its background is light",
    ]);
    expect(toSample(clear(1), dark).steps).toEqual(["laid on black, since it is partly clear"]);
  });

  test("fills up to the model's proportions with the background", () => {
    const wide = {
      width: 4,
      height: 2,
      light: Float32Array.of(0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1),
      isColored: false,
    };
    const { values, steps } = toSample(wide, dark);
    expect(near(values)).toEqual([0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1, 0.2, 0.2, 0.2, 0.2]);
    expect(steps).toEqual(["filled up to 4 × 4"]);
  });

  test("resizes by the mean of the area, down and up", () => {
    const eight = Float32Array.from({ length: 64 }, (_, i) => (i % 8 < 2 && i < 16 ? 1 : 0));
    expect(near(toSample({ ...square([...eight], 8) }, dark).values)).toEqual([1, ...new Array(15).fill(0)]);
    const three = resize({ width: 3, height: 1, values: Float32Array.of(0, 0.6, 0.3) }, 2, 1);
    expect(near(three.values)).toEqual([0.2, 0.4]); // (0 + 0.6/2) / 1.5, (0.6/2 + 0.3) / 1.5
    expect(near(resize({ width: 1, height: 2, values: Float32Array.of(0, 1) }, 2, 4).values)).toEqual([
      0, 0, 0, 0, 1, 1, 1, 1,
    ]);
  });

  test("treats 28 × 28 for mnist-16x16 as the data set is", () => {
    const light = new Float32Array(784);
    for (let y = 4; y < 9; y += 1) for (let x = 4; x < 9; x += 1) light[y * 28 + x] = 0.5; // the corner of the box, 5 × 5 → 4 × 4
    const { values, steps } = toSample(
      { width: 28, height: 28, light, isColored: false },
      { height: 16, width: 16, background: 0, isBinary: true },
    );
    expect([...values].reduce((sum, value) => sum + value)).toBe(16);
    expect(values[0]).toBe(1);
    expect(values[4]).toBe(0);
    expect(steps).toEqual([
      "cropped to its middle 20 × 20, as mnist-16x16 is",
      "resized from 20 × 20 to 16 × 16",
      "made ink or no ink",
    ]);
  });

  test("finds the border", () => {
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    expect(border({ width: 4, height: 3, values })).toEqual([0, 1, 2, 3, 4, 7, 8, 9, 10, 11]);
    expect(border({ width: 1, height: 3, values: values.subarray(0, 3) })).toEqual([0, 1, 2]);
    expect(median([3, 1, 2])).toBe(2);
  });
});
