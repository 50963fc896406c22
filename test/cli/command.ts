import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mnistFolder, shapes, writeIdx } from "./pictures.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Sees stdout as it comes; may send signals or close the pipe. */
  readonly watch?: (stdout: string, child: ReturnType<typeof spawn>) => void;
}

/** A folder to work in, with the built command beside it, small pictures in it, and a small MNIST. */
export interface Bench {
  readonly folder: string;
  /** Runs `nabla …` in the folder. */
  nabla(words: readonly string[], options?: RunOptions): Promise<Result>;
  path(...parts: readonly string[]): string;
  /** Names of the run folders, oldest first. */
  runs(out?: string): readonly string[];
  remove(): void;
}

/**
 * Builds, and copies the command away from the checkout: what is tested stays the same while a test runs.
 * The folder has `images.idx` and `labels.idx`, 120 pictures of 8 × 8 in 3 classes, and MNIST's names on little files.
 */
export function openBench(): Bench {
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "pipe" });
  const place = mkdtempSync(join(tmpdir(), "nabla cli "));
  cpSync(join(root, "dist"), join(place, "package", "dist"), {
    recursive: true,
    filter: (path) => !path.includes("types"),
  });
  cpSync(join(root, "package.json"), join(place, "package", "package.json"));
  const command = join(place, "package", "dist", "cli.js");
  const folder = join(place, "work");
  mkdirSync(folder);
  const { images, labels } = shapes(120);
  writeIdx(join(folder, "images.idx"), images);
  writeIdx(join(folder, "labels.idx"), labels);
  mnistFolder(join(place, "data"));
  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    runs: (out = "runs") => (existsSync(join(folder, out)) ? readdirSync(join(folder, out)).sort() : []),
    remove: () => rmSync(place, { recursive: true, force: true }),
    nabla: (words, options = {}) => start(command, words, folder, join(place, "data"), options),
  };
}

function start(
  command: string,
  words: readonly string[],
  folder: string,
  data: string,
  options: RunOptions,
): Promise<Result> {
  const { input, environment = {}, watch } = options;
  const { NO_COLOR, FORCE_COLOR, NABLA_DEBUG, ...inherited } = process.env;
  const child = spawn(process.execPath, [command, ...words], {
    cwd: folder,
    env: { ...inherited, NABLA_DATA: data, ...environment },
    timeout: 50_000,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    watch?.(stdout, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.stdin.on("error", () => undefined); // it may end without reading
  child.stdin.end(input ?? "");
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The values in lines of JSON; fails on a line that is none. */
export function jsonLines(text: string): readonly Record<string, unknown>[] {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new Error("the last line is not ended");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const readJson = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;

export function writeText(file: string, text: string): string {
  writeFileSync(file, text);
  return file;
}

/** Characters that a terminal acts on or that hide text, line breaks aside. */
export const hiddenIn = (text: string): readonly string[] => text.match(/(?!\n)[\p{Cc}\p{Cf}]/gu) ?? [];
