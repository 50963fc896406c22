import { decode } from "fast-png";
import { describe, expect, test } from "vitest";
import { NablaError } from "../../src/errors.ts";
import { type Picture, pictureUri } from "../../src/plot/picture.ts";
import { digitPicture } from "../report/sample.ts";

/** Read back by another's decoder, which also checks every checksum. */
function read(picture: Picture) {
  const [head, body] = pictureUri(picture).split(",");
  expect(head).toBe("data:image/png;base64");
  return decode(Buffer.from(body!, "base64"), { checkCrc: true });
}

describe("pictureUri", () => {
  test("greys come back as they were, clipped and with NaN as nothing", () => {
    const image = read({ pixels: [0, 0.5, 1, -3, 7, Number.NaN], width: 3, height: 2 });
    expect([image.width, image.height, image.channels, image.depth]).toEqual([3, 2, 1, 8]);
    expect([...image.data]).toEqual([0, 128, 255, 0, 255, 0]);
  });
  test("ink is dark on white, on any range", () => {
    expect([...read({ pixels: [0, 51, 255], width: 3, height: 1, range: [0, 255], isInk: true }).data]).toEqual([
      255, 204, 0,
    ]);
  });
  test("colours keep their channels", () => {
    const image = read({ pixels: [1, 0, 0, 0, 1, 0], width: 2, height: 1, channels: 3 });
    expect(image.channels).toBe(3);
    expect([...image.data]).toEqual([255, 0, 0, 0, 255, 0]);
  });
  test("two values take one bit a pixel", () => {
    const pixels = Array.from({ length: 11 * 3 }, (_, i) => ((i * 7) % 3 === 0 ? 1 : 0));
    const image = read({ pixels, width: 11, height: 3 });
    expect(image.depth).toBe(1);
    const bits = [...image.data].map((byte) => byte.toString(2).padStart(8, "0"));
    expect([0, 1, 2].map((y) => (bits[2 * y]! + bits[2 * y + 1]!).slice(0, 11)).join("")).toBe(pixels.join(""));
  });
  test("pictures longer than one stored block", () => {
    const pixels = Float32Array.from({ length: 300 * 300 }, (_, i) => (i % 256) / 255);
    const { data } = read({ pixels, width: 300, height: 300 });
    expect(data.every((value, i) => value === i % 256)).toBe(true);
  });
  test("a digit takes little more than a kilobyte", () => {
    expect(pictureUri(digitPicture("4")).length).toBeLessThan(1300);
  });
  test("refuses what does not fit", () => {
    const code = (picture: Picture) => {
      try {
        pictureUri(picture);
      } catch (error) {
        return error instanceof NablaError ? error.code : error;
      }
      return "drawn";
    };
    expect(code({ pixels: [1, 2], width: 1, height: 1 })).toBe("DATA");
    expect(code({ pixels: [], width: 0, height: 0 })).toBe("LIMIT");
    expect(code({ pixels: [], width: 1e6, height: 1e6 })).toBe("LIMIT");
    expect(code({ pixels: [], width: 1.5, height: 2 })).toBe("LIMIT");
  });
});
