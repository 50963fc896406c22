/** The words after `npm run bench --`. */
import { parseArgs } from "node:util";
import { Failure } from "../scripts/process.mjs";

export const help = `npm run bench -- [options]

Trains and predicts with nabla and its peers in turn, and prints a table with the project's targets.
Writes bench/results/<date>.json and bench/results/speed.svg.

  --only NAMES    contestants whose name or family begins with one of these, separated by commas: nabla, torch, jax
  --rows NAMES    workloads by name, separated by commas
  --quick         few and short measurements, to see that everything runs; writes nothing
  --alternations N  how often each contestant's turn comes (default 10)
  --seed N        of the shapes drawn at random (default: the day)
  --json          prints the results as JSON and nothing else on stdout
  --markdown      prints the table as markdown
  --no-browser    leaves Chromium out
  --no-write      writes no files
  --help          this

Workloads:`;

export function readOptions(words) {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        only: { type: "string" },
        rows: { type: "string" },
        quick: { type: "boolean", default: false },
        alternations: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
        markdown: { type: "boolean", default: false },
        "no-browser": { type: "boolean", default: false },
        "no-write": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    return {
      ...values,
      only: list(values.only),
      rows: list(values.rows),
      alternations: whole("alternations", values.alternations),
      seed: whole("seed", values.seed),
    };
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`${error.message}. \`npm run bench -- --help\` says what there is.`);
  }
}

const list = (text) => text?.split(",").map((word) => word.trim().toLowerCase());

function whole(name, text) {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Failure(`--${name} takes a whole number from 1, got ${JSON.stringify(text)}.`);
  return value;
}
