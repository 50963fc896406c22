import picocolors from "picocolors";
import type { LabResult } from "../../lab/result.ts";
import { activationNames } from "../../nn/index.ts";
import { escapeTerminal } from "../../report/index.ts";
import { type Flags, outputOf } from "../command-flags.ts";
import { labValue, openLabFolder } from "../lab-files.ts";
import { interval, number, numberList } from "../lab-options.ts";
import { tableLines } from "../lab-table.ts";
import type { Output } from "../output.ts";
import { readPoints } from "../points-file.ts";
import { nameAmong, numberAboveZero, type ReadValue, text, wholeNumber, wrongValue } from "../read-values.ts";

type Progress = (doing: string) => void;
type Context = { readonly seed: number; readonly progress: Progress };

/** Reads an option by its name in camelCase; undefined where it was not given. */
type Take = <T>(name: string, read: ReadValue<T>) => T | undefined;

/** Reads a lab's options, which may fail, and gives what carries it out. */
type Lab = (take: Take) => Promise<(context: Context) => LabResult | Promise<LabResult>>;

const rate = numberAboveZero("0.01");
const count = (to: number, from = 1) => wholeNumber({ from, to });
const seeds = count(50);

const labs: Readonly<Record<string, Lab>> = {
  smallest: async (take) => {
    const { smallest } = await import("../../lab/smallest.ts");
    const learningRate = take("learningRate", rate);
    const epochs = take("epochs", count(10_000));
    const start = take("start", number({ from: -1e6, to: 1e6, example: "0.5" }));
    return (context) => smallest({ ...context, learningRate, epochs, start });
  },
  minima: async (take) => {
    const { minima } = await import("../../lab/minima.ts");
    const { parseFormula } = await import("../../lab/formula.ts");
    const formula = take("function", formulaText);
    const isPlane = formula === undefined || parseFormula(formula, ["x", "y"]).variables.includes("y");
    const box = take("box", interval);
    const starts = take("starts", count(isPlane ? 33 : 400, 2));
    const learningRate = take("learningRate", rate);
    const steps = take("steps", count(50_000));
    const netStarts = take("netStarts", count(64, 0));
    return (context) => minima({ ...context, formula, box, starts, learningRate, steps, netStarts });
  },
  "learning-rate": async (take) => {
    const { learningRateLab } = await import("../../lab/learning-rate.ts");
    const isGood = (value: number) => value > 0 && value <= 1e6;
    const rates = take("rates", numberList({ most: 20, example: "0.01,0.1,1", what: "rates above 0", isGood }));
    const [epochs, many] = [take("epochs", count(1000)), take("seeds", seeds)];
    return (context) => learningRateLab({ ...context, rates, epochs, seeds: many });
  },
  "batch-size": async (take) => {
    const { batchSizeLab } = await import("../../lab/batch-size.ts");
    const samples = take("samples", count(20_000, 2));
    const batchSizes = take("batchSizes", sizesOrAll);
    const [epochs, hidden, many] = [take("epochs", count(1000)), take("hidden", count(1000)), take("seeds", seeds)];
    const learningRate = take("learningRate", rate);
    const noise = take("noise", number({ from: 0, to: 10, example: "0.2" }));
    return (context) =>
      batchSizeLab({ ...context, samples, batchSizes, epochs, hidden, learningRate, noise, seeds: many });
  },
  universality: async (take) => {
    const { universality, wavyCurve } = await import("../../lab/universality.ts");
    const { formulaCurve, pointsCurve } = await import("../../lab/curve.ts");
    const [formula, file] = [take("function", formulaText), take("points", text(4096))];
    if (formula !== undefined && file !== undefined)
      throw wrongValue("--points", file, "no --function beside it", "Give the one or the other.");
    const over = take("interval", interval);
    const isGood = (value: number) => Number.isInteger(value) && value >= 1 && value <= 1024;
    const sizes = { most: 20, example: "1,2,4,8", what: "whole numbers from 1 to 1024", isGood };
    const hidden = take("hidden", numberList(sizes));
    const [epochs, many] = [take("epochs", count(10_000, 0)), take("seeds", seeds)];
    const curve =
      file === undefined
        ? formulaCurve(formula ?? wavyCurve, over ?? [0, 1])
        : pointsCurve(await readPoints(file), over);
    return (context) => universality({ ...context, curve, hidden, epochs, seeds: many });
  },
  "deep-or-fat": async (take) => {
    const { deepOrFat, planeData } = await import("../../lab/deep-or-fat.ts");
    const data = take("data", nameAmong("data set", Object.keys(planeData))) as keyof typeof planeData | undefined;
    const parameters = take("parameters", count(100_000, 20));
    const isGood = (value: number) => Number.isInteger(value) && value >= 1 && value <= 8;
    const depths = take("depths", numberList({ most: 8, example: "1,2,3", what: "whole numbers from 1 to 8", isGood }));
    const [epochs, many, learningRate] = [
      take("epochs", count(5000)),
      take("seeds", seeds),
      take("learningRate", rate),
    ];
    const activation = take("activation", nameAmong("activation", activationNames));
    return (context) =>
      deepOrFat({ ...context, data, parameters, depths, epochs, seeds: many, learningRate, activation });
  },
  "hard-cases": async (take) => {
    const { hardCasesLab } = await import("../../lab/hard-cases.ts");
    const [hidden, epochs, many] = [take("hidden", count(1000)), take("epochs", count(2000)), take("seeds", seeds)];
    const learningRate = take("learningRate", rate);
    return (context) => hardCasesLab({ ...context, hidden, epochs, seeds: many, learningRate });
  },
};

const formulaText: ReadValue<string> = (value, said) => text(100_000)(value, said); // its reader says more of its length

const sizesOrAll: ReadValue<readonly (number | "all")[]> = (value, said) => {
  const words = typeof value === "string" ? value.split(",").map((word) => word.trim()) : [];
  const sizes = words.map((word) => (word === "all" ? "all" : /^\d{1,9}$/.test(word) ? Number(word) : 0));
  if (sizes.length >= 2 && sizes.length <= 10 && sizes.every((size) => size !== 0)) return sizes as (number | "all")[];
  throw wrongValue(
    said,
    value,
    'two to ten sizes from 1, or "all", with commas between them',
    "Write for example 1,32,all.",
  );
};

/** `nabla lab <name>`: everything that can be wrong is found before the experiment begins. */
export async function runLab(name: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const take: Take = (option, read) => {
    const said = `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return flags[option] === undefined ? undefined : read(flags[option], said);
  };
  const seed = take("seed", wholeNumber({ from: -Number.MAX_SAFE_INTEGER })) ?? 0;
  const out = take("out", text(4096));
  const carryOut = await labs[name]!(take);
  const folder = out === undefined ? undefined : openLabFolder(out, name, flags["force"] === true);
  const { progress, clear } = liveLine(output);
  let result: LabResult;
  try {
    result = await carryOut({ seed, progress });
  } finally {
    clear();
  }
  const files = await folder?.write(result);
  printResult(result, files, output);
  output.json({ ...labValue(result), ...(files ? { files } : {}) });
}

/** What is being done, on a terminal in a line that the next one replaces. */
function liveLine(output: Output): { readonly progress: Progress; readonly clear: () => void } {
  if (!output.isLive) return { progress: () => undefined, clear: () => undefined };
  const erase = "\r\u001b[2K";
  return {
    progress: (doing) => output.write(`${erase}${escapeTerminal(doing, Math.max(10, output.columns() - 2))} `),
    clear: () => output.write(erase),
  };
}

function printResult(result: LabResult, files: readonly string[] | undefined, output: Output): void {
  const { bold, dim } = picocolors.createColors(output.color);
  const { title, seed, tables, notes, claim } = result;
  output.line(bold(escapeTerminal(title, 400)));
  for (const table of tables.filter(({ isDetail }) => !isDetail)) {
    output.line();
    output.line(escapeTerminal(table.title, 400));
    for (const [i, line] of tableLines(table).entries()) output.line(i === 0 ? dim(line) : line);
  }
  output.line();
  for (const note of notes) output.line(escapeTerminal(note, 1000));
  output.line();
  output.line(`${bold("Claim")}     ${escapeTerminal(claim.text, 1000)}`);
  const verdict = claim.held ? "Held" : "Not held";
  const place = claim.held ? "" : ` for seed ${seed} and these settings`;
  output.line(
    `${bold(verdict.padEnd(9))} ${escapeTerminal(`${place.trim()}${place ? ": " : ""}${claim.evidence}`, 1000)}`,
  );
  if (files) output.line(`${bold("Files")}     ${files.map((file) => escapeTerminal(file, 500)).join(", ")}`);
  else output.line(dim(`--out FOLDER keeps the pictures (SVG) and all numbers (JSON).`));
}
