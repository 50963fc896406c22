import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  confusionText,
  escapeTerminal,
  mistakePicture,
  mistakesText,
  pictureText,
  progressBar,
} from "../../src/report/terminal.ts";
import { fitText, padText, textWidth } from "../../src/report/text-width.ts";
import { confusion, digitPicture, digits, hostileNames, mistakes } from "./sample.ts";

const isPlain = (text: string) =>
  !/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u.test(text.replaceAll("\n", ""));

describe("confusionText", () => {
  test("is an aligned table with row and column headings", () => {
    const text = confusionText(
      [
        [12, 1],
        [0, 1500],
      ],
      ["cat", "dog"],
    );
    expect(text).toBe(
      ["       cat    dog   recall", "cat     12      1   92.3 %", "dog      ·  1,500  100.0 %"].join("\n"),
    );
  });
  test("every line of the digits' matrix is as wide as the first", () => {
    const lines = confusionText(confusion, digits).split("\n");
    expect(lines).toHaveLength(11);
    expect(new Set(lines.map(textWidth)).size).toBe(1);
    expect(textWidth(lines[0]!)).toBeLessThanOrEqual(90);
  });
  test("says the same without colour", () => {
    const weight = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
    const colored = confusionText(confusion, digits, { color: true });
    expect(colored).toMatch(weight);
    expect(colored.replace(weight, "")).toBe(confusionText(confusion, digits));
  });
  test("too wide a matrix becomes the list of the commonest mistakes", () => {
    expect(confusionText(confusion, digits, { columns: 40 }).split("\n")[0]).toBe("   28 × 4 seen as 9");
  });
  test("hostile names stay text, wide ones stay aligned", () => {
    const names = [...hostileNames, "漢字", "é"];
    const matrix = names.map((_, i) => names.map((_, j) => i + j));
    const text = confusionText(matrix, names, { columns: 1000 });
    expect(isPlain(text)).toBe(true);
    expect(new Set(text.split("\n").map(textWidth)).size).toBe(1);
    expect(isPlain(confusionText(matrix, names, { columns: 20 }))).toBe(true);
  });
});

describe("pictures", () => {
  test("half blocks: two rows of pixels a line", () => {
    expect(mistakePicture([1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1], 4, 3)).toBe("▀▄█ \n  ▀▀");
  });
  test("ten shades without Unicode", () => {
    expect(pictureText({ pixels: [0, 0.5, 1, 0, 0.5, 1], width: 3, height: 2 }, { characters: "ascii" })).toEqual([
      " +@",
    ]);
    expect(
      pictureText({ pixels: [Number.NaN, 9, -9], width: 3, height: 1, range: [0, 9] }, { characters: "ascii" }),
    ).toEqual([" + "]);
  });
  test("mistakes stand side by side, captions below", () => {
    const text = mistakesText(mistakes, { columns: 90 });
    const lines = text.split("\n");
    expect(lines).toHaveLength(13);
    expect(lines.every((line) => textWidth(line) <= 90)).toBe(true);
    expect(lines[11]).toBe("seen as 4 (99.8 %)            seen as 2 (99.7 %)            seen as 7 (99.5 %)");
    expect(lines[12]).toBe("is 9                          is 7                          is 1");
    expect(lines.slice(0, 11).map((line) => line.slice(0, 28).trimEnd())).toEqual(
      pictureText(digitPicture("9"))
        .slice(2, 13)
        .map((line) => line.trimEnd()),
    );
  });
  test("rows of numbers give a line each, hostile names stay text", () => {
    const plain = hostileNames.map((name, index) => ({ index, seenAs: name, actual: name, loss: 1 }));
    expect(isPlain(mistakesText(plain))).toBe(true);
    expect(mistakesText(plain).split("\n")).toHaveLength(plain.length);
    expect(isPlain(mistakesText(plain.map((mistake) => ({ ...mistake, picture: digitPicture("1") }))))).toBe(true);
  });
});

test("escapeTerminal leaves no control character of any text, and bounds its length", () => {
  expect(escapeTerminal("a\u001b[2Jb\u202e")).toBe("a[U+001B][2Jb[U+202E]");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(isPlain(escapeTerminal(text))).toBe(true);
      expect(escapeTerminal(text)).not.toContain("\n");
    }),
  );
  expect(escapeTerminal("x".repeat(1e6))).toHaveLength(200);
});

describe("progressBar", () => {
  test("done and to do differ in shape, full only when done", () => {
    expect(progressBar({ done: 0, total: 10, width: 5 })).toBe("░░░░░");
    expect(progressBar({ done: 9.99, total: 10, width: 5 })).toBe("████░");
    expect(progressBar({ done: 10, total: 10, width: 5 })).toBe("█████");
    expect(progressBar({ done: 5, total: 10, width: 4, characters: "ascii" })).toBe("##--");
  });
  test("is always as wide as asked", () => {
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: 0, max: 200 }), (done, total, width) => {
        expect(progressBar({ done, total, width })).toHaveLength(width);
      }),
    );
  });
});

test("widths of texts", () => {
  expect(["abc", "漢字", "e\u0301", "👩", ""].map(textWidth)).toEqual([3, 4, 1, 2, 0]);
  expect(fitText("漢字漢字", 5)).toBe("漢字…");
  expect(fitText("abc", 0)).toBe("");
  expect([padText("漢", 4), padText("漢", 4, "start"), padText("abcd", 2)]).toEqual(["漢  ", "  漢", "abcd"]);
});
