import { expect, test } from "vitest";
import { firstRows } from "../../studio/panels/data/first-rows.ts";
import { csvOf } from "../../studio/panels/data/save-csv.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { readTable, type TableQuestion } from "../../studio/state/read-table.ts";
import type { OwnData } from "../../studio/state/workbench.ts";

const question = (text: string, change: Partial<TableQuestion> = {}): TableQuestion => ({
  bytes: new TextEncoder().encode(text),
  target: 3,
  targetName: "kind",
  ignored: [],
  hasHeader: true,
  task: "found",
  leavesOutGaps: false,
  ...change,
});
const pets = "height,weight,kind\n1.2,30,dog\n0.4,8,cat\n0.3,7,cat\n";

test("a table becomes points: the columns, the numbers as they are written, the classes", async () => {
  expect(await readTable(question(pets))).toEqual({
    columns: ["height", "weight"],
    rows: [
      [1.2, 30],
      [0.4, 8],
      [0.3, 7],
    ],
    target: { kind: "classes", names: ["cat", "dog"], labels: [1, 0, 0] },
  });
  const heights = await readTable(question(pets, { target: 1, targetName: "height", ignored: [3] }));
  expect(heights.target).toEqual({ kind: "values", names: ["height"], values: [[1.2], [0.4], [0.3]] });
  expect(heights.columns).toEqual(["weight"]);
});

test("mistakes name the row and the column", async () => {
  await expect(readTable(question("a,b,kind\n1,2,x\n3,four,y\n"))).rejects.toThrow(
    /"four".*row 3.*"b"|row 3.*"b".*"four"/,
  );
  await expect(readTable(question("a,b,kind\n1,2\n"))).rejects.toThrow("row 2");
  await expect(readTable(question("a,b,kind\n1,,x\n"))).rejects.toThrow("row 2");
  expect((await readTable(question("a,b,kind\n1,,x\n1,2,y\n", { leavesOutGaps: true }))).rows).toEqual([[1, 2]]);
});

test("what is too large for a page is said to be", async () => {
  const rows = `a,b,kind\n${"1,2,x\n".repeat(20_001)}`;
  await expect(readTable(question(rows))).rejects.toMatchObject({ code: "LIMIT", received: "20,001 rows" });
  const classes = `a,b,kind\n${Array.from({ length: 101 }, (_, i) => `1,2,k${i}\n`).join("")}`;
  await expect(readTable(question(classes))).rejects.toMatchObject({ code: "LIMIT", received: "101 classes" });
  const name = `a,b,kind\n1,2,${"x".repeat(201)}\n1,2,y\n`;
  await expect(readTable(question(name))).rejects.toMatchObject({ code: "LIMIT" });
});

test("points are saved and read again as they were, whatever their names are", async () => {
  const own: OwnData = {
    kind: "own",
    name: "hostile",
    columns: ["a,b", '"quoted"', "line\nbreak"],
    rows: [
      [0.1, 2, -3e-7],
      [1e9, 0, 0.25],
    ],
    target: { kind: "classes", names: ["<script>", "x;y"], labels: [0, 1] },
    isStandardized: false,
    seed: 1,
    validation: 0,
  };
  const text = csvOf(own, dataOf(own));
  const again = await readTable(question(text, { target: 4, targetName: "class" }));
  expect(again).toEqual({ columns: own.columns, rows: own.rows, target: own.target });
  const { data } = defaultWorkbench;
  if (data.kind !== "drawn") throw new Error("the usual start is drawn");
  const spiral = dataOf(data);
  const drawn = await readTable(question(csvOf(data, spiral)));
  expect(drawn.rows.flat().map(Math.fround)).toEqual(Array.from(spiral.all.x.data));
});

test("the first rows are found as the reader finds them", () => {
  expect(firstRows(pets, 2)).toEqual({
    names: ["height", "weight", "kind"],
    rows: [
      ["1.2", "30", "dog"],
      ["0.4", "8", "cat"],
    ],
    hasHeader: true,
  });
  expect(firstRows("1;2;3\r\n4;5;6")).toEqual({
    names: ["1", "2", "3"],
    rows: [
      ["1", "2", "3"],
      ["4", "5", "6"],
    ],
    hasHeader: false,
  });
  expect(firstRows('"a;b",c\n"1\n2",3\n')?.rows).toEqual([["1\n2", "3"]]);
  expect(firstRows("a\tb\n1\t2")?.names).toEqual(["a", "b"]);
  expect(firstRows('"say ""hi""",b\n1,2')?.names).toEqual(['say "hi"', "b"]);
  expect(firstRows("")).toBeUndefined();
  expect(firstRows("\n \n")).toBeUndefined();
});
