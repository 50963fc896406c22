import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** A fenced `ts` block of a page. */
export interface Example {
  /** "README.md:14", the line of the fence. */
  readonly name: string;
  /** A file name made of the same. */
  readonly file: string;
  readonly code: string;
  /** False for a block marked `ts no-run`. */
  readonly isRun: boolean;
}

/** The `ts` blocks of a page, in order. The code keeps its line numbers, so that an error names the page's own line. */
export function readExamples(page: string): Example[] {
  const lines = readFileSync(join(root, page), "utf8").split(/\r?\n/);
  const examples: Example[] = [];
  for (let start = 0; start < lines.length; start += 1) {
    const fence = /^```(.*)$/.exec(lines[start] ?? "");
    if (!fence) continue;
    const end = lines.indexOf("```", start + 1);
    if (end < 0) throw new Error(`${page}:${start + 1}: the block has no end`);
    const [language, ...marks] = (fence[1] ?? "").trim().split(/\s+/);
    if (language === "ts" || language === "typescript") {
      const unknown = marks.filter((mark) => mark !== "no-run");
      if (unknown.length > 0) throw new Error(`${page}:${start + 1}: unknown mark "${unknown.join(" ")}"`);
      examples.push({
        name: `${page}:${start + 1}`,
        file: `${page.replace(/\W+/g, "-")}-line-${start + 1}`,
        code: `${"\n".repeat(start + 1)}${lines.slice(start + 1, end).join("\n")}\nexport {};\n`,
        isRun: marks.length === 0,
      });
    }
    start = end;
  }
  return examples;
}

/** Makes `source` findable as a package in `folder`. A junction needs no rights on Windows; elsewhere it is a link. */
export function linkPackage(folder: string, name: string, source: string): void {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  symlinkSync(source, join(folder, "node_modules", name), "junction");
}

/** Type-checks the examples in `folder`, which has node_modules; gives the compiler's words, "" when all is well. */
export function typeCheck(folder: string, examples: readonly Example[], options: Record<string, unknown> = {}): string {
  for (const { file, code } of examples) writeFileSync(join(folder, `${file}.ts`), code);
  const compilerOptions = { strict: true, noEmit: true, target: "es2023", module: "nodenext", types: [], ...options };
  const files = examples.map(({ file }) => `${file}.ts`);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, "-p", folder], { cwd: folder, encoding: "utf8" });
  return `${stdout}${stderr}`;
}

/** Runs an example with `folder` as the current one; gives what it printed, throws with its stderr where it fails. */
export function runExample(folder: string, { file, code }: Example): string {
  const script = join(folder, `${file}.mjs`);
  writeFileSync(script, transformSync(code, { loader: "ts", format: "esm", target: "node20" }).code);
  return execFileSync(process.execPath, [script], { cwd: folder, encoding: "utf8", stdio: "pipe", timeout: 300_000 });
}
