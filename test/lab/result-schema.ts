import { expect } from "vitest";
import type { LabResult } from "../../src/lab/result.ts";
import { toSvg } from "../../src/plot/index.ts";

/** Holds what every lab promises of its result: as JSON it is complete, and its pictures can be drawn. */
export function checkResult(result: LabResult): void {
  const value = JSON.parse(JSON.stringify(result)) as LabResult;
  expect(Object.keys(value).sort()).toEqual(
    ["claim", "lab", "notes", "pictures", "seed", "series", "settings", "tables", "title"].sort(),
  );
  expect(value.lab).toMatch(/^[a-z-]+$/);
  expect(value.title.length).toBeGreaterThan(10);
  expect(value.claim.text).toMatch(/\.$/);
  expect(value.claim.evidence).toMatch(/\.$/);
  expect(typeof value.claim.held).toBe("boolean");
  expect(value.tables.length).toBeGreaterThan(0);
  for (const { columns, rows, name, title } of value.tables) {
    expect(name).toMatch(/^[a-z][A-Za-z]*$/);
    expect(title).not.toBe("");
    expect(rows.length).toBeGreaterThan(0);
    const keys = columns.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const row of rows) expect(Object.keys(row)).toEqual(expect.arrayContaining(keys));
    for (const { form } of columns) expect(["text", "measure", "value", "count", "percent", "seconds"]).toContain(form);
  }
  for (const { name, x, y, points } of value.series) {
    expect([name, x, y].every((words) => words !== "")).toBe(true);
    expect(points.length).toBeGreaterThan(0);
  }
  for (const note of value.notes) expect(note).toMatch(/\.$/);
  expect(result.pictures.length).toBeGreaterThan(0);
  for (const { name, scene } of result.pictures) {
    expect(name.startsWith(result.lab)).toBe(true);
    expect(scene.title).not.toBe("");
    expect(scene.description).toMatch(/\.$/);
    const svg = toSvg(scene);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg.length).toBeLessThan(400_000);
  }
}

/** The rows of a table by its name. */
export function rowsOf(result: LabResult, name: string): LabResult["tables"][number]["rows"] {
  const table = result.tables.find((candidate) => candidate.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table.rows;
}
