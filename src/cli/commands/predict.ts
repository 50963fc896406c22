import { sizeOf } from "../../array/ndarray.ts";
import { toBatch } from "../../array/samples.ts";
import { readBytes } from "../../data/bytes.ts";
import { collect } from "../../data/collect.ts";
import { fromTable } from "../../data/dataset.ts";
import { NablaError, quoted } from "../../errors.ts";
import type { Samples } from "../../index.ts";
import {
  escapeTerminal,
  fitText,
  formatNumber,
  formatPercent,
  formatShape,
  padText,
  progressBar,
  textWidth,
} from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { type OpenedRun, openRun } from "../find-run.ts";
import type { Output } from "../output.ts";
import { isPng, readPng } from "../picture-file.ts";
import { toColorSample, toSample } from "../picture-sample.ts";
import { predictTable } from "../predict-table.ts";
import { oneOf, wholeNumber } from "../read-values.ts";
import type { RecordedData } from "../run-record.ts";
import { decodeText, parseJson } from "../small-files.ts";
import { scalerOf } from "../table-data.ts";

/** No input may be larger: 64 MiB. */
const maxBytes = 1 << 26;

interface Input {
  readonly source: string;
  readonly x: Samples;
  /** What was done to a picture. */
  readonly steps: readonly string[];
}

/** `nabla predict <run> <input…>` */
export async function predict(said: string, files: readonly string[], flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const top = flags["top"] === undefined ? 10 : wholeNumber({ from: 1 })(flags["top"], "--top");
  const run = await openRun(said, runsFolder(flags));
  const missing =
    flags["missing"] === undefined ? undefined : oneOf("way", ["error", "drop"])(flags["missing"], "--missing");
  for (const file of files) {
    const source = file === "-" ? "standard input" : file;
    const bytes = file === "-" ? await readStandardInput() : await readBytes(file, { maxBytes });
    if (run.record.data.table && !isPng(bytes) && !isJson(bytes)) {
      await predictTable(run, run.record.data.table, {
        source,
        bytes,
        top,
        missing,
        isFirst: file === files[0],
        output,
      });
      continue;
    }
    const input = await readInput(source, bytes, run.record.data);
    for (const step of input.steps.length > 0 ? [input.steps.join(", ")] : [])
      output.line(`${escapeTerminal(input.source)}: ${step}`);
    await answer(run, input, top, output);
  }
}

const beginning = (bytes: Uint8Array): string =>
  new TextDecoder("latin1").decode(bytes.subarray(0, 1000)).replace(/^\u00ef\u00bb\u00bf/, "");

const isJson = (bytes: Uint8Array): boolean => /^\s*[[{]/.test(beginning(bytes));

async function readInput(source: string, bytes: Uint8Array, data: RecordedData): Promise<Input> {
  if (isPng(bytes)) {
    const [height, width, channels = 1] = data.shape;
    const isColor = data.shape.length === 3 && channels === 3;
    if (height === undefined || width === undefined || (data.shape.length > 2 && !isColor))
      throw new NablaError(
        "UNSUPPORTED",
        `the run was trained on samples of ${formatShape(data.shape)}, which are no pictures`,
        {
          where: { file: source },
          expected: `JSON with ${sizeOf(data.shape)} numbers`,
          received: "a PNG picture",
          hint: "Give the samples as JSON.",
        },
      );
    if (isColor) {
      const { values, steps } = toColorSample(readPng(bytes, source, { keepsColors: true }), { height, width });
      return { source, x: values, steps };
    }
    const { values, steps } = toSample(readPng(bytes, source), {
      height,
      width,
      background: data.background,
      isBinary: data.isBinary,
    });
    return { source, x: values, steps };
  }
  const isText = /^\s*[[{"\d-]/.test(beginning(bytes));
  if (!isText)
    throw new NablaError("FORMAT", `${quoted(source)} is neither a PNG picture nor JSON`, {
      where: { file: source },
      expected: "a PNG file, or JSON with numbers",
      received: bytes.length === 0 ? "nothing" : "something else",
      hint: "Save the picture as PNG, or give the numbers as JSON.",
    });
  const value = parseJson(decodeText(bytes, source), source);
  if (!Array.isArray(value))
    throw new NablaError("FORMAT", `${quoted(source)} holds no list of numbers`, {
      where: { file: source },
      expected: "one sample, [0, 0.5, …], or a list of samples",
      received: value === null ? "null" : `a ${typeof value}`,
      hint: "Give the numbers of a sample as a list.",
    });
  return { source, x: inScaleOf(data, value as Samples), steps: [] };
}

/** Samples of a table's columns as the model knows them. A single one stays a single one. */
function inScaleOf({ table, shape }: RecordedData, x: Samples): Samples {
  if (!table) return x;
  const { data, count, isSingle } = toBatch(x, shape, "the input");
  const scaled = scalerOf(table).apply(fromTable({ shape, x: { data, scale: 1 } })).x.data as Float32Array;
  return isSingle ? scaled : { shape: [count, ...shape], data: scaled };
}

async function readStandardInput(): Promise<Uint8Array> {
  const { Readable } = await import("node:stream");
  return collect(Readable.toWeb(process.stdin) as ReadableStream<Uint8Array>, maxBytes, (received) => {
    return new NablaError("LIMIT", "the standard input is too large", {
      expected: `at most ${maxBytes} bytes`,
      received: `more than ${received - 1} bytes`,
      hint: "Give fewer samples at a time.",
    });
  });
}

interface Answer {
  readonly label: string;
  readonly value: number;
}

async function answer(run: OpenedRun, { source, x, steps }: Input, top: number, output: Output): Promise<void> {
  const { model, record } = run;
  if (record.data.classes.length === 0) return answerValues(run, { source, x, steps }, output);
  const last = model.summary().layers.at(-1)?.kind;
  const measure = last === "softmax" || last === "sigmoid" ? "probability" : "score";
  const { shape, data } = await model.predict(x);
  const outputs = shape.at(-1)!;
  const count = data.length / outputs;
  for (let index = 0; index < count; index += 1) {
    const values = data.subarray(index * outputs, (index + 1) * outputs);
    const answers = [...values].map((value, k): Answer => ({ label: record.data.classes[k] ?? String(k), value }));
    answers.sort((a, b) => b.value - a.value);
    const classes = answers.slice(0, top).map(({ label, value }) => ({ label, [measure]: value }));
    output.json({ kind: "prediction", source, index, ...(steps.length > 0 ? { steps } : {}), classes });
    if (count === 1) printBars(answers.slice(0, top), measure, output);
    else output.line(`sample ${index + 1}: ${oneLine(answers.slice(0, Math.min(3, top)), measure)}`);
  }
}

/** Numbers, in the target's own unit. */
async function answerValues({ model, record }: OpenedRun, { source, x }: Input, output: Output): Promise<void> {
  const { target = "value", scale = { mean: 0, deviation: 1 } } = record.data.table ?? {};
  const { data, shape } = await model.predict(x);
  const outputs = shape.at(-1)!;
  for (let index = 0; index * outputs < data.length; index += 1) {
    const values = [...data.subarray(index * outputs, (index + 1) * outputs)];
    const answers = values.map((value) => scale.mean + scale.deviation * value);
    const value = answers.length === 1 ? answers[0] : answers;
    output.json({ kind: "prediction", source, index, target, value });
    const name = data.length === outputs ? escapeTerminal(target, 40) : `sample ${index + 1}`;
    output.line(`${name}: ${answers.map((answer) => formatNumber(answer)).join(", ")}`);
  }
}

const valueText = (value: number, measure: string) =>
  measure === "score" ? formatNumber(value, 3) : formatPercent(value, 1);

const oneLine = (answers: readonly Answer[], measure: string) =>
  answers.map(({ label, value }) => `${escapeTerminal(label, 40)} ${valueText(value, measure)}`).join(", ");

/** One class a line: its name, its probability, and a bar. */
function printBars(answers: readonly Answer[], measure: string, output: Output): void {
  const names = answers.map(({ label }) => fitText(escapeTerminal(label, 40), 24));
  const figures = answers.map(({ value }) => valueText(value, measure));
  const [nameWidth, figureWidth] = [Math.max(...names.map(textWidth)), Math.max(...figures.map(textWidth))];
  const width = Math.max(0, Math.min(40, output.columns() - nameWidth - figureWidth - 5));
  for (const [i, { value }] of answers.entries()) {
    const bar =
      measure === "score"
        ? ""
        : progressBar({ done: Math.round(value * width), total: width, width, characters: output.characters });
    const line = `${padText(names[i]!, nameWidth)}  ${padText(figures[i]!, figureWidth, "start")}  ${bar.replace(/[░-]/g, " ")}`;
    output.line(line.trimEnd());
  }
}
