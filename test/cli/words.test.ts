import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { examples } from "../../src/cli/examples.ts";
import { jsonLine, jsonText } from "../../src/cli/json.ts";
import { nearest } from "../../src/cli/nearest.ts";
import { layerSizes, numberAboveZero, wholeNumber } from "../../src/cli/read-values.ts";
import { readTrainOptions, trainCommand } from "../../src/cli/train-options.ts";
import { hiddenIn } from "./command.ts";

describe("nearest", () => {
  const known = ["sigmoid", "tanh", "relu", "leakyRelu", "softmax"];
  test.each([
    ["rleu", "relu"],
    ["Relu", "relu"],
    ["sigmoidd", "sigmoid"],
    ["leakyrelu", "leakyRelu"],
    ["sotfmax", "softmax"],
    ["transformer", undefined],
    ["", undefined],
    ["__proto__", undefined],
  ])("%s → %s", (word, name) => expect(nearest(word, known)).toBe(name));
});

describe("examples of a help text", () => {
  test("have their notes in a column, or below where a line would be wider than 80", () => {
    const [long, longer] = ["nabla train images.idx labels.idx --kind svm --C 5", `nabla ${"x".repeat(90)}`];
    expect(examples(["nabla runs", "all"], [long, "a note that has no room beside it"], [longer, ""])).toBe(
      `\nExamples:\n  nabla runs   all\n  ${long}\n      a note that has no room beside it\n  ${longer}`,
    );
  });
});

describe("values", () => {
  test("numbers are what a person would call one", () => {
    const read = (word: unknown) => numberAboveZero("1")(word, "--x");
    expect(["1e-3", ".5", "5.", "+2", "3E2", 0.25].map(read)).toEqual([0.001, 0.5, 5, 2, 300, 0.25]);
    for (const word of ["", " 1", "1 ", "1,5", "0x1", "1_000", "1e", "e3", "١", "NaN", "-0", "1e999", null, true, [1]])
      expect(() => read(word), String(word)).toThrow(/^--x expects a number above 0/);
    for (const word of ["9007199254740992", "1.5", "1e400"])
      expect(() => wholeNumber({ from: 1 })(word, "--x")).toThrow();
  });

  test("sizes of layers", () => {
    expect(["128", "128,64", "16, 8", [5, 6], "none", 7].map((value) => layerSizes(value, "--hidden"))).toEqual([
      [128],
      [128, 64],
      [16, 8],
      [5, 6],
      [],
      [7],
    ]);
    for (const value of ["", ",", "0", "1.5", "-3", "1e9", {}, "9".repeat(400)])
      expect(() => layerSizes(value, "--hidden")).toThrow(/^--hidden expects/);
  });
});

describe("options of a run", () => {
  test("the command line wins over the file", () => {
    const config = { file: "c.json", values: { data: ["a", "b"], epochs: 3, hidden: [4] } };
    expect(readTrainOptions({ epochs: "9" }, config)).toEqual({ data: ["a", "b"], epochs: 9, hidden: [4] });
  });

  test("the command that repeats a run keeps hostile words in quotes", () => {
    const command = trainCommand({
      data: ["a b.idx", "$(reboot).idx"],
      test: ["c", "d"],
      hidden: [],
      name: "it's",
      learningRate: 0.001,
    });
    expect(command).toBe(
      `nabla train 'a b.idx' '$(reboot).idx' --test c d --hidden none --learning-rate 0.001 --name 'it'\\''s'`,
    );
  });
});

describe("JSON", () => {
  test("is read back as it was, in one line, with nothing hidden in it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        const [line, text] = [jsonLine(value), jsonText(value)];
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(JSON.parse(text)).toEqual(JSON.parse(line));
        expect(line).not.toContain("\n");
        expect([...hiddenIn(line), ...hiddenIn(text)]).toEqual([]);
        expect(line).not.toContain("</");
      }),
      { numRuns: 100 },
    );
  });

  test("has no NaN, and short lists stay in one line", () => {
    expect(jsonLine({ a: Number.NaN, b: Number.POSITIVE_INFINITY })).toBe('{"a":null,"b":null}');
    expect(jsonText({ shape: [28, 28], names: ["[\n]", "b"], none: [] })).toBe(
      '{\n  "shape": [28, 28],\n  "names": [\n    "[\\n]",\n    "b"\n  ],\n  "none": []\n}\n',
    );
  });
});
