import fc from "fast-check";
import { expect, test } from "vitest";
import { folderName, slug } from "../../src/report/run-folder.ts";
import { hostileNames } from "./sample.ts";

const date = { year: 2026, month: 3, day: 7, hour: 9, minute: 5, second: 4 };

test("names sort by time and say what was trained", () => {
  expect(folderName(date, "mnist")).toBe("2026-03-07-090504-mnist");
  expect(folderName(date, "mnist", 2)).toBe("2026-03-07-090504-mnist-2");
});

test("names become small ASCII words", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["Iris (CSV).csv", "iris-csv-csv"],
    ["../../etc/passwd", "etc-passwd"],
    ["C:\\Windows\\system32", "c-windows-system32"],
    ["Çédille", "cedille"],
    ["漢字", "run"],
    ["", "run"],
    ["...", "run"],
    ["CON", "run-con"],
    ["nul.txt", "nul-txt"],
    ["com1", "run-com1"],
    ["__proto__", "proto"],
    ["x".repeat(10_000), "x".repeat(60)],
  ];
  for (const [name, expected] of cases) expect(slug(name), name).toBe(expected);
});

test("no name at all leads elsewhere", () => {
  const check = (name: string) => {
    expect(slug(name)).toMatch(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/);
    expect(slug(name)).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/);
    expect(folderName(date, name).length).toBeLessThanOrEqual(90);
  };
  hostileNames.forEach(check);
  fc.assert(fc.property(fc.string({ unit: "binary" }), check));
});
