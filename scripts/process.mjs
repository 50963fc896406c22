/** What every script here shares: where the checkout is, how a script speaks, how it starts another program. */
import { spawn, spawnSync } from "node:child_process";
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The checkout's folder, without a slash at the end. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

/** Says one line on stderr, so that stdout stays free for what a command was asked to print. */
export function say(text) {
  process.stderr.write(`nabla: ${text}\n`);
}

/** A failure that its sentence explains: printed without a stack. */
export class Failure extends Error {}

/** True when `module` (its import.meta.url) is the script that node was started with. */
export function isMain(module) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(module));
}

/** Runs `main`, and turns a Failure into its sentence and exit code 1. */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    process.exitCode = 1;
  }
}

/** Runs a program in the checkout with our streams and waits; gives its exit code (128 where a signal ended it). */
export function run(program, programArguments, options = {}) {
  const result = spawnSync(program, programArguments, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  return result.status ?? 128;
}

/** Runs a program in the checkout beside what else is done; gives its exit code and, in one piece, what it printed. */
export function runBeside(program, programArguments) {
  const child = spawn(program, programArguments, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  return new Promise((resolve) => {
    child.on("error", ({ message }) => resolve({ status: 128, output: `${message}\n` }));
    child.on("close", (status) => resolve({ status: status ?? 128, output }));
  });
}
