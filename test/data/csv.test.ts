import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type CsvOptions, csv, labelOf, sampleOf } from "nabla/data";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCsv } from "../../src/data/csv/csv.ts";
import { csvRow } from "../../src/data/csv/write.ts";
import { failure } from "./failure.ts";
import { gzipped } from "./idx-bytes.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-csv-"));
});
afterAll(() => rm(folder, { recursive: true }));

const iris = "sepal,petal,species\n5.1,1.4,setosa\n7.0,4.7,versicolor\n6.3,6.0,virginica\n4.9,1.4,setosa\n";
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le"));

describe("csv", () => {
  test("reads numbers, and the last column as classes", async () => {
    const data = await csv(iris);
    expect(data).toMatchObject({
      size: 4,
      shape: [2],
      columns: ["sepal", "petal"],
      classes: ["setosa", "versicolor", "virginica"],
      y: { kind: "labels", classes: 3 },
    });
    expect([...data.x.data]).toEqual([5.1, 1.4, 7, 4.7, 6.3, 6, 4.9, 1.4].map(Math.fround));
    expect([0, 1, 2, 3].map((i) => labelOf(data, i))).toEqual([0, 1, 2, 0]);
  });

  test("reads text, bytes, files and gzip alike; byte order marks, CRLF, other delimiters, UTF-16", async () => {
    const bytes = new TextEncoder().encode(iris);
    const path = join(folder, "iris.csv");
    await writeFile(path, bytes);
    await writeFile(`${path}.gz`, gzipped(bytes));
    const expected = JSON.stringify(await csv(iris));
    const sources = [
      bytes,
      gzipped(bytes),
      path,
      `${path}.gz`,
      `\ufeff${iris}`,
      iris.replaceAll("\n", "\r\n"),
      iris.trimEnd(),
      `${iris}\n\n`,
      utf16(iris),
      iris.replaceAll(",", ";"),
      iris.replaceAll(",", "\t"),
      iris.replaceAll(",", "|"),
      iris.replaceAll(",", " , "),
    ];
    for (const source of sources) expect(JSON.stringify(await csv(source))).toBe(expected);
    expect(JSON.stringify(await csv(iris.replaceAll(",", "~"), { delimiter: "~" }))).toBe(expected);
  });

  test("understands quotes, doubled quotes and line breaks in quotes", async () => {
    const data = await csv('"a, b","c\nd",class\n"1",2,"x ""y"""\n3,"4","=1+1"\n');
    expect(data.columns).toEqual(["a, b", "c\nd"]);
    expect(data.classes).toEqual(["=1+1", 'x "y"']);
    expect([...data.x.data]).toEqual([1, 2, 3, 4]);
  });

  test("takes the target by name or by number, and leaves columns out", async () => {
    const table = "id,kind,x,y\n1,b,10,20\n2,a,30,40\n";
    const data = await csv(table, { target: "kind", ignore: ["id"] });
    expect(data).toMatchObject({ columns: ["x", "y"], classes: ["a", "b"] });
    expect([...sampleOf(data, 1).data]).toEqual([30, 40]);
    expect(await csv(table, { target: 2, ignore: [1] })).toEqual(expect.objectContaining({ columns: ["x", "y"] }));
    const bare = await csv("1,2,3\n4,5,6\n", { target: null });
    expect(bare).toMatchObject({ size: 2, shape: [3], columns: ["1", "2", "3"] });
    expect(bare.y).toBeUndefined();
  });

  test("finds out whether there is a header", async () => {
    expect((await csv("1,2\n3,4\n3,4")).size).toBe(3);
    expect((await csv("5.1,setosa\n4.9,virginica")).size).toBe(2); // a number in the first row: a sample
    expect((await csv("2019,2020\n3,4\n3,4", { header: true })).columns).toEqual(["2019"]);
    expect((await readCsv("a,b\n1,2\n")).hasHeader).toBe(true);
    expect(await failure(() => csv("a,b\n1,2\n", { header: false }))).toMatchObject({
      code: "DATA",
      where: { row: 1 },
    });
  });

  const kinds: [string, string[], CsvOptions, object][] = [
    ["text", ["b", "a", "b"], {}, { classes: ["a", "b"], y: { data: Int32Array.of(1, 0, 1) } }],
    ["whole numbers", ["10", "2", "10"], {}, { classes: ["2", "10"], y: { data: Int32Array.of(1, 0, 1) } }],
    ["the same number written otherwise", ["1", "01", "1.0"], {}, { classes: ["1"] }],
    ["signs", ["-1", "1", "-1"], {}, { classes: ["-1", "1"] }],
    ["numbers and text", ["1", "one", "1"], {}, { classes: ["1", "one"] }],
    ["fractions", ["1", "2.5", "1"], {}, { y: { kind: "values", data: Float32Array.of(1, 2.5, 1), shape: [1] } }],
    ["numbers that do not repeat", ["1", "2", "3"], {}, { y: { kind: "values" } }],
    ["whole numbers as values", ["1", "2", "1"], { task: "regression" }, { y: { kind: "values" } }],
    ["fractions as classes", ["0.5", "2", "3"], { task: "classification" }, { classes: ["0.5", "2", "3"] }],
    [
      "named classes",
      ["b", "a", "b"],
      { classes: ["b", "c", "a"] },
      { y: { data: Int32Array.of(0, 2, 0), classes: 3 } },
    ],
    [
      "named numbers",
      ["1", "0", "1"],
      { classes: ["0", "1", "2"] },
      { y: { data: Int32Array.of(1, 0, 1), classes: 3 } },
    ],
  ];
  test.each(kinds)("a target of %s", async (_, cells, options, expected) => {
    const data = await csv(`x,y\n${cells.map((cell, i) => `${i},${cell}`).join("\n")}`, options);
    expect(data).toMatchObject(expected);
  });

  test("21 different whole numbers are measurements", async () => {
    const table = (count: number) => `x,y\n${Array.from({ length: 60 }, (_, i) => `${i},${i % count}`).join("\n")}`;
    expect((await csv(table(20))).classes).toHaveLength(20);
    expect((await csv(table(21))).y).toMatchObject({ kind: "values" });
  });

  test("leaves out rows with gaps where that is asked for", async () => {
    const table = "id,x,y,c\n,1,2,a\n2,,3,b\n3,NA,4,b\n4,5,6,?\n5,7,8,b\n";
    const read = await readCsv(table, { missing: "drop", ignore: ["id"] });
    expect(read).toMatchObject({ dropped: 3, rows: [2, 6], target: "c" });
    expect([...read.data.x.data]).toEqual([1, 2, 7, 8]); // a gap in a column that is left out is none
  });

  test("gives back what csvRow wrote, whatever the class names are", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((text) => /\p{L}/u.test(text) && !text.includes("\0"));
    const word = name.map((text) => `k${text.trim()}`);
    const row = fc.record({
      x: fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
      label: word,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
        const text = csvRow(["x", "label"]) + rows.map(({ x, label }) => csvRow([x, label])).join("");
        const data = await csv(text, { delimiter: ",", task: "classification" });
        expect([...data.x.data]).toEqual(rows.map(({ x }) => x));
        expect(rows.map((_, i) => data.classes![labelOf(data, i)!])).toEqual(rows.map(({ label }) => label.trim()));
      }),
      { numRuns: 100 },
    );
  });
});

describe("csvRow", () => {
  test("quotes, and takes the sting out of formulas", () => {
    expect(csvRow([1, -2.5, 1e-7, "plain"])).toBe("1,-2.5,1e-7,plain\r\n");
    expect(csvRow(['say "x"', "a,b", "a\nb", "a;b"])).toBe('"say ""x""","a,b","a\nb","a;b"\r\n');
    expect(csvRow(["=1+1", "+x", "@SUM(A1)", "-x", " =1", "\t=1"])).toBe("'=1+1,'+x,'@SUM(A1),'-x,' =1,\"'\t=1\"\r\n");
    expect(csvRow(["-1", "+2.5"])).toBe("-1,+2.5\r\n");
  });
});

describe("mistakes", () => {
  const text = (words: string) => new TextEncoder().encode(words);
  const cases: [string, string | Uint8Array, CsvOptions, { code: string; where?: object }, string][] = [
    ["nothing", text(""), {}, { code: "DATA" }, "is empty. Check that it is the right file."],
    ["a header alone", "a,b\n", {}, { code: "DATA" }, "has a header and no rows below it"],
    ["gaps alone", "a,b\n,1\n", { missing: "drop" }, { code: "DATA" }, "has a gap in every row"],
    [
      "a gap",
      "age,b\n1,2\n,4\n",
      {},
      { code: "DATA", where: { row: 3, column: "age" } },
      'row 3 of "the table" has no value in column "age"',
    ],
    ["a gap in the target", "a,b\n1,\n", {}, { code: "DATA", where: { row: 2, column: "b" } }, 'in column "b"'],
    ["a gap that says so", "a,b\nNaN,2\n", {}, { code: "DATA", where: { row: 2, column: "a" } }, 'in column "a"'],
    ["a word", "a,b\n1,2\nred,2\n", {}, { code: "DATA", where: { row: 3, column: "a" } }, '"red" in row 3, column "a"'],
    ["a decimal comma", "a;b\n1,5;2\n", { header: true }, { code: "DATA" }, "Write decimals with a point."],
    ["1e400", "a,b\n1e400,2\n", {}, { code: "DATA", where: { row: 2, column: "a" } }, '"1e400" in row 2, column "a"'],
    ["beyond float32", "a,b\n-3.5e38,2\n", {}, { code: "DATA" }, "is too large. Rescale the column."],
    ["hexadecimal", "a,b\n0x10,2\n", {}, { code: "DATA" }, '"0x10"'],
    ["Infinity", "a,b\nInfinity,2\n", {}, { code: "DATA" }, '"Infinity"'],
    ["an endless number", `a,b\n${"1".repeat(101)},2\n`, {}, { code: "DATA" }, "is no number"],
    [
      "a short row",
      "a,b,c\n1,2,3\n1,2\n",
      {},
      { code: "FORMAT", where: { row: 3 } },
      'row 3 of "the table" has 2 cells, the first row 3',
    ],
    ["a long row", "a,b\n1,2,3\n", {}, { code: "FORMAT", where: { row: 2 } }, "has 3 cells"],
    [
      "a name twice",
      "a,b,a\n1,2,3\n",
      {},
      { code: "FORMAT", where: { row: 1, column: "a" } },
      'two columns called "a": 1 and 3',
    ],
    ["one column", "a\n1\n", {}, { code: "FORMAT" }, "has no column besides the target"],
    [
      "an open quote",
      'a,b\n1,"2\n3,4\n',
      {},
      { code: "FORMAT", where: { row: 2 } },
      "a quote that is never closed, in row 2",
    ],
    ["a quote inside", 'a,b\n1,"2"3"\n', {}, { code: "FORMAT", where: { row: 2 } }, "a quote inside a quoted cell"],
    [
      "a giant cell",
      `a,b\n1,"${"x".repeat(100_001)}"\n`,
      {},
      { code: "LIMIT", where: { row: 2 } },
      "a cell of 100001 characters",
    ],
    ["a giant row", `${"1,".repeat(100_000)}1\n`, {}, { code: "LIMIT", where: { row: 1 } }, "100001 cells"],
    ["a long class name", `a,b\n1,${"x".repeat(201)}\n`, {}, { code: "LIMIT" }, "a class name of 201 characters"],
    ["Latin-1", Uint8Array.of(0x61, 0x2c, 0xe4, 0x0a), {}, { code: "FORMAT" }, "is no text in UTF-8"],
    ["half of UTF-16", Uint8Array.of(0xff, 0xfe, 0x61), {}, { code: "FORMAT" }, "is no text in UTF-16LE"],
    ["a zero byte", text("a,b\n1,\0\n"), {}, { code: "FORMAT" }, "holds a zero byte"],
    ["a spreadsheet", Uint8Array.of(0x50, 0x4b, 3, 4, 0), {}, { code: "FORMAT" }, "is a zip file, as spreadsheets are"],
    ["broken gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), {}, { code: "FORMAT" }, "gzip"],
    ["too much", "a,b\n1,2\n", { maxBytes: 4 }, { code: "LIMIT" }, "more than the 4 allowed"],
    ["no such file", "nowhere.csv", {}, { code: "ENVIRONMENT" }, 'cannot read "nowhere.csv": there is no such file'],
    [
      "an unknown target",
      "a,b\n1,2\n",
      { target: "c" },
      { code: "OPTION" },
      'no target column "c". Its columns are "a", "b"',
    ],
    ["a target beyond", "a,b\n1,2\n", { target: 3 }, { code: "OPTION" }, 'no target column "3"'],
    ["an unknown column", "a,b\n1,2\n", { ignore: ["c"] }, { code: "OPTION" }, 'no column to ignore "c"'],
    [
      "the target ignored",
      "a,b\n1,2\n",
      { target: "a", ignore: ["a"] },
      { code: "OPTION" },
      "is the target and is to be",
    ],
    [
      "an unknown class",
      "a,b\n1,x\n",
      { classes: ["y"] },
      { code: "DATA", where: { row: 2, column: "b" } },
      '"x" in row 2',
    ],
    [
      "words to regress",
      "a,b\n1,x\n",
      { task: "regression" },
      { code: "DATA", where: { row: 2, column: "b" } },
      '"x" in row 2',
    ],
    [
      "classes to regress",
      "a,b\n1,2\n",
      { task: "regression", classes: ["2"] },
      { code: "OPTION" },
      "the task is regression",
    ],
    ["an unknown task", "a,b\n1,2\n", { task: "x" as "regression" }, { code: "OPTION" }, 'task is "x"'],
    ["an unknown way", "a,b\n1,2\n", { missing: "x" as "drop" }, { code: "OPTION" }, 'missing is "x"'],
    ["a long delimiter", "a,b\n1,2\n", { delimiter: ",," }, { code: "OPTION" }, 'delimiter is ",,"'],
    ["a letter as delimiter", "a,b\n1,2\n", { delimiter: "a" }, { code: "OPTION" }, 'delimiter is "a"'],
  ];
  test.each(cases)("%s", async (_, source, options, expected, message) => {
    const error = await failure(() => csv(source, options));
    expect(error).toMatchObject(expected);
    expect(error.message).toContain(message);
  });

  test("hostile names are shown harmless", async () => {
    const error = await failure(() => csv("\u001b[2J\u202e,b\n1,2\nx,2\n"));
    for (const hidden of ["\u001b", "\u202e"]) expect(error.message).not.toContain(hidden);
    const proto = await csv("__proto__,constructor,toString\n1,2,__proto__\n3,4,constructor\n");
    expect(proto).toMatchObject({ columns: ["__proto__", "constructor"], classes: ["__proto__", "constructor"] });
  });
});

describe("columns that a model knows", () => {
  const known = { columns: ["a", "b"], target: "y" };
  test("are found by name in any order, with others beside them", async () => {
    const read = await readCsv("y,extra,b,a\nno,text,2,1\n", known);
    expect([...read.data.x.data]).toEqual([1, 2]);
    expect(read.target).toBe("y");
    expect((await readCsv("b,a\n2,1\n", known)).target).toBeUndefined();
    expect((await readCsv("b,a,y\n2,1,?\n", { ...known, target: null })).data.y).toBeUndefined();
  });
  test("or by order, without a header", async () => {
    expect([...(await readCsv("1,2\n", known)).data.x.data]).toEqual([1, 2]);
    expect((await readCsv("1,2,yes\n", known)).target).toBe("3");
    const numbered = await readCsv("7,1,2\n", { columns: ["2", "3"], target: "1" });
    expect([...numbered.data.x.data]).toEqual([1, 2]);
    expect(numbered.target).toBe("1");
    expect(await failure(() => readCsv("1,2,3,4\n", known))).toMatchObject({
      code: "FORMAT",
      expected: "2 columns, or 3 with the target last",
    });
  });
  test("or are missed by name", async () => {
    const error = await failure(() => readCsv("a,c\n1,2\n", known));
    expect(error.message).toContain('has no column "b". Its columns are "a", "c"');
  });
});
