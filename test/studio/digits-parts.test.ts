import fc from "fast-check";
import { dense, relu, sequential, softmax } from "nabla";
import { weightPicture } from "nabla/explain";
import { describe, expect, test } from "vitest";
import { centred } from "../../studio/panels/digits/centre.ts";
import { blank, type Ink, isBlank, stroke, withPixel } from "../../studio/panels/digits/ink.ts";
import { productOf } from "../../studio/panels/digits/product.ts";
import { placeOf, tilesOf } from "../../studio/panels/digits/tiles.ts";
import { confusionOf, shareRight, worstOf } from "../../studio/panels/digits/verdicts.ts";

const anySide = fc.constantFrom(16, 28);
const anySpot = fc.record({
  x: fc.double({ min: -3, max: 31, noNaN: true }),
  y: fc.double({ min: -3, max: 31, noNaN: true }),
});

describe("ink", () => {
  test("a stroke puts ink on every pixel between its ends, and the eraser takes all of it away", () => {
    fc.assert(
      fc.property(anySide, anySpot, anySpot, (side, from, to) => {
        const drawn = stroke(blank(side), from, to, "pen");
        for (let i = 0; i <= 50; i++) {
          const column = Math.floor(from.x + ((to.x - from.x) * i) / 50);
          const row = Math.floor(from.y + ((to.y - from.y) * i) / 50);
          const isInside = column >= 0 && row >= 0 && column < side && row < side;
          // a thin line of 16 × 16 may pass a corner on its other side
          if (isInside && side === 28) expect(drawn.pixels[row * side + column]).toBeGreaterThan(0.5);
        }
        expect(drawn.pixels.every((ink) => ink >= 0 && ink <= 1)).toBe(true);
        if (side === 16) {
          expect(drawn.pixels.every((ink) => ink === 0 || ink === 1)).toBe(true);
          expect(isBlank(stroke(drawn, from, to, "eraser"))).toBe(true);
        }
      }),
    );
  });

  test("a line of 16 × 16 has no gap", () => {
    const { pixels } = stroke(blank(16), { x: 1.5, y: 2.5 }, { x: 12.5, y: 9.5 }, "pen");
    expect(pixels.reduce((sum, ink) => sum + ink, 0)).toBe(12);
  });

  test("what changes nothing gives the same picture back", () => {
    const ink = withPixel(blank(16), 3, 4, 1);
    expect(withPixel(ink, 3, 4, 1)).toBe(ink);
    expect(withPixel(ink, 16, 0, 1)).toBe(ink);
    expect(stroke(blank(28), { x: 40, y: 40 }, { x: 50, y: 50 }, "pen").pixels.every((value) => value === 0)).toBe(
      true,
    );
  });
});

function massOf({ side, pixels }: Ink) {
  const sum = pixels.reduce((total, ink) => total + ink, 0);
  const at = (place: (i: number) => number) =>
    pixels.reduce((total, ink, i) => total + ink * (place(i) + 0.5), 0) / sum;
  return { x: at((i) => i % side), y: at((i) => Math.floor(i / side)), sum };
}

describe("centring", () => {
  test("28 × 28: the centre of mass is in the middle, and the box is at most 20 wide and high", () => {
    const inside = fc.record({
      x: fc.double({ min: 3, max: 25, noNaN: true }),
      y: fc.double({ min: 3, max: 25, noNaN: true }),
    });
    fc.assert(
      fc.property(inside, inside, inside, (a, b, c) => {
        const drawn = stroke(stroke(blank(28), a, b, "pen"), b, c, "pen");
        const prepared = centred(drawn);
        const { x, y } = massOf(prepared);
        // a long thin tail may be cut where it leaves the picture; then the mass moves a little
        expect(Math.abs(x - 14)).toBeLessThan(1);
        expect(Math.abs(y - 14)).toBeLessThan(1);
        const columns = [...prepared.pixels.keys()].filter((i) => prepared.pixels[i]! > 0).map((i) => i % 28);
        expect(Math.max(...columns) - Math.min(...columns)).toBeLessThanOrEqual(21);
      }),
    );
  });

  test("16 × 16: ink is moved by whole pixels, and none is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { minLength: 1, maxLength: 60 }), (places) => {
        const drawn = blank(16);
        for (const at of places) drawn.pixels[at] = 1;
        const prepared = centred(drawn);
        expect(massOf(prepared).sum).toBe(massOf(drawn).sum);
        expect(prepared.pixels.every((ink) => ink === 0 || ink === 1)).toBe(true);
      }),
    );
    const corner = centred(withPixel(blank(16), 0, 0, 1));
    expect(corner.pixels[8 * 16 + 8]! + corner.pixels[7 * 16 + 7]! + corner.pixels[7 * 16 + 8]!).toBe(1);
  });

  test("a blank picture stays blank", () => {
    const nothing = blank(28);
    expect(centred(nothing)).toBe(nothing);
  });
});

describe("verdicts", () => {
  const labels = Uint8Array.from([4, 4, 4, 9, 9, 0]);
  const said = Uint8Array.from([4, 9, 9, 9, 4, 0]);
  const losses = Float32Array.from([0.1, 3, 5, 0.2, 4, 0.3]);

  test("are counted by what a digit is and what it was called", () => {
    const confusion = confusionOf({ labels, said });
    expect(confusion.counts[4]![9]).toBe(2);
    expect(confusion).toMatchObject({ right: 3, size: 6, mostWrong: 2 });
    expect(shareRight(confusion, 4)).toBeCloseTo(1 / 3);
    expect(shareRight(confusion, 7)).toBeNaN();
  });

  test("the worst come first, of all mistakes or of a cell", () => {
    const verdicts = { step: 1, labels, said, losses };
    expect(worstOf(verdicts, null, 10)).toEqual([2, 4, 1]);
    expect(worstOf(verdicts, { digit: 4, said: 9 }, 1)).toEqual([2]);
    expect(worstOf(verdicts, { digit: 0, said: 0 }, 5)).toEqual([5]);
  });
});

describe("a unit", () => {
  test("its score is the sum of picture times template and the bias", async () => {
    const model = sequential([dense(6), relu, dense(10), softmax], { input: 256, seed: 3 });
    const pixels = Float32Array.from({ length: 256 }, (_, i) => ((i * 7) % 11) / 10);
    const { weights, kind } = await weightPicture(model, { layer: 1, unit: 2 });
    expect(kind).toBe("weights");
    const bias = model.weights.get("dense 1/bias").data[2]!;
    const { terms, speaksFor, speaksAgainst, score } = productOf(pixels, weights.data, bias);
    expect(speaksFor).toBeGreaterThan(0);
    expect(speaksAgainst).toBeLessThan(0);
    expect(terms.reduce((sum, term) => sum + term, bias)).toBeCloseTo(score, 4);
    const row = model.weights.get("dense 1/weight").data.subarray(2 * 256, 3 * 256);
    expect(score).toBeCloseTo(
      row.reduce((sum, weight, i) => sum + weight * pixels[i]!, bias),
      4,
    );
  });
});

test("pictures of units never overlap, never leave their sheet, and stay large enough for a finger", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 512 }), fc.integer({ min: 250, max: 1400 }), (count, width) => {
      const tiles = tilesOf(count, width);
      const last = placeOf(count - 1, tiles);
      expect(tiles.side).toBeGreaterThanOrEqual(28);
      expect(tiles.stepX).toBeGreaterThan(tiles.side);
      expect((tiles.columns - 1) * tiles.stepX + tiles.side).toBeLessThanOrEqual(width + 1e-6);
      expect(last.y + tiles.side).toBeLessThanOrEqual(tiles.height);
    }),
  );
});
