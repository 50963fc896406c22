import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeMarkup, shortenText, visibleText } from "../../src/plot/escape.ts";

test("what has no shape is written out", () => {
  expect(visibleText("a\u202eb\u001b[31m\n\ud800\ufeff\u0000\u2028")).toBe(
    "a[U+202E]b[U+001B][31m[U+000A][U+D800][U+FEFF][U+0000][U+2028]",
  );
  expect(visibleText("naïve ٣ 漢字 👩‍🚀 می‌خواهم")).toBe("naïve ٣ 漢字 👩‍🚀 می‌خواهم");
});

test("markup is escaped, in content and in attributes", () => {
  expect(escapeMarkup(`<a href="x" b='y'>&amp;`)).toBe("&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
});

test("no text at all leaves a control character or an open bracket", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeMarkup(text)).not.toMatch(
        /[<>"']|[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
      );
      expect(visibleText(visibleText(text))).toBe(visibleText(text));
    }),
  );
});

test("long texts are cut between characters", () => {
  expect(shortenText("abcdef", 6)).toBe("abcdef");
  expect(shortenText("abcdefg", 6)).toBe("abcde…");
  expect(shortenText("👩👩👩", 2)).toBe("👩…");
  expect(shortenText("x".repeat(1e6), 80)).toHaveLength(80);
});
