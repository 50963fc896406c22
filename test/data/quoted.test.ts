import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoted } from "../../src/errors.ts";

describe("quoted", () => {
  it("shows hidden characters", () => {
    expect(quoted('a"b\\c')).toBe('"a\\"b\\\\c"');
    expect(quoted("\u001b[2J\u202egnp.exe\n")).toBe('"\\u{1b}[2J\\u{202e}gnp.exe\\u{a}"');
    expect(quoted("\ud800 数字 é")).toBe('"\\u{d800} 数字 é"');
    expect(quoted("x".repeat(1000))).toBe(`"${"x".repeat(120)}…"`);
  });

  it("is one printable line, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(quoted(text)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { seed: 9 },
    );
  });
});
