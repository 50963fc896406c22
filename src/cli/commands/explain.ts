import { explain as explainStep } from "../../explain/index.ts";
import { escapeTerminal } from "../../report/index.ts";
import { type Flags, outputOf } from "../command-flags.ts";
import { askedNumber, indexList } from "../explain-options.ts";
import { explainPage } from "../explain-page.ts";
import { chosenExample, explainedModel } from "../explained-model.ts";
import { jsonLine, jsonText } from "../json.ts";
import { checkFree, writeTextFile } from "../output-file.ts";
import { nameAmong, numberAboveZero, text } from "../read-values.ts";

const formats = ["text", "mathml", "latex"] as const;

/** `nabla explain <run or built-in>` */
export async function explain(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const format = flags["format"] === undefined ? "text" : nameAmong("format", formats)(flags["format"], "--format");
  const file = flags["out"] === undefined ? undefined : text(4096)(flags["out"], "--out");
  const index = flags["index"] === undefined ? undefined : indexList(flags["index"], "--index");
  const parameter = flags["parameter"] === undefined ? undefined : text(200)(flags["parameter"], "--parameter");
  const rate =
    flags["learningRate"] === undefined ? undefined : numberAboveZero("0.1")(flags["learningRate"], "--learning-rate");
  if (file !== undefined) checkFree(file, flags["force"] === true, "--out");

  const explained = await explainedModel(said, flags);
  const { model, loss, builtIn, name } = explained;
  const shapes = new Map(model.weights.names().map((one) => [one, model.weights.get(one).shape]));
  const asked = askedNumber(parameter, index, shapes);
  const { x, y, from } = await chosenExample(explained, flags);
  const learningRate = rate ?? builtIn?.learningRate;
  const whole = explainStep(model, {
    x,
    y,
    ...(loss ? { loss } : {}),
    ...(learningRate === undefined ? {} : { learningRate }),
  });
  const explanation = asked ? whole.scalar(asked.name, asked.index) : whole;
  const data = { ...(explanation.toJSON() as object), model: name, example: from };
  const written = (): string => {
    if (output.isJson) return jsonText(data);
    if (format === "latex") return explanation.toLatex();
    if (format === "mathml") return explainPage(`${name} explained`, explanation.toMathML());
    return explanation.toText({ columns: file === undefined ? Math.min(100, output.columns()) : 80 });
  };
  if (file !== undefined) {
    await writeTextFile(file, written());
    output.line(`${escapeTerminal(file, 1000)} explains ${escapeTerminal(name, 1000)}, ${escapeTerminal(from, 200)}.`);
    output.json({ kind: "explained", model: name, example: from, format: output.isJson ? "json" : format, file });
    return;
  }
  output.note(`${name}, ${from}`);
  if (output.isJson) output.write(`${jsonLine(data)}\n`);
  else output.write(format === "text" ? safeText(written()) : written());
}

/** Names of layers are escaped where they are written; this keeps a terminal safe whatever happens. */
const safeText = (text: string): string =>
  text
    .split("\n")
    .map((line) => escapeTerminal(line, 100_000))
    .join("\n");
