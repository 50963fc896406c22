import { gradientCheck as checkGradients } from "../../explain/index.ts";
import { escapeTerminal, formatCount, padText, textWidth } from "../../report/index.ts";
import { type Flags, outputOf } from "../command-flags.ts";
import { chosenSamples, explainedModel } from "../explained-model.ts";
import { wholeNumber } from "../read-values.ts";

/** Larger differences are a defect of a layer, not of rounding. */
const tolerance = 1e-6;

/** `nabla gradient-check <run or built-in>` */
export async function gradientCheck(said: string, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const count = (name: string, otherwise: number, to: number): number =>
    flags[name] === undefined ? otherwise : wholeNumber({ from: 1, to })(flags[name], `--${name}`);
  const [samples, entries] = [count("samples", 4, 4096), count("entries", 16, 1_000_000)];
  const seed =
    flags["seed"] === undefined ? 0 : wholeNumber({ from: -Number.MAX_SAFE_INTEGER })(flags["seed"], "--seed");
  const explained = await explainedModel(said, flags);
  const { data, from } = await chosenSamples(explained, flags, samples);
  const { model, loss, name } = explained;
  const checks = checkGradients(model, { data, samples, entries, seed, ...(loss ? { loss } : {}) });
  const passes = checks.every(({ largestError }) => largestError <= tolerance);
  output.line(`${escapeTerminal(name, 1000)}, ${escapeTerminal(from, 200)}`);
  output.line();
  const rows = [
    ["parameter", "checked", "largest error", "at", "kinks"],
    ...checks.map((check) => [
      escapeTerminal(check.parameter, 60),
      check.checked === check.size
        ? `all ${formatCount(check.size)}`
        : `${formatCount(check.checked)} of ${formatCount(check.size)}`,
      check.kinks === check.checked ? "–" : check.largestError.toExponential(1).replace("-", "−"),
      check.kinks === check.checked ? "–" : `[${check.at.join(", ")}]`,
      check.kinks === 0 ? "none" : formatCount(check.kinks),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => textWidth(row[column]!))));
  for (const row of rows)
    output.line(
      row
        .map((cell, column) => padText(cell, widths[column]!, column === 0 ? "end" : "start"))
        .join("  ")
        .trimEnd(),
    );
  output.line();
  const sampled = checks.some((check) => check.checked < check.size);
  const kinks = checks.reduce((sum, check) => sum + check.kinks, 0);
  output.line(
    passes
      ? "Every gradient agrees with the central difference of the loss, in float64."
      : "Some gradients do not agree with the central difference of the loss: a layer's derivative is wrong there.",
  );
  if (sampled) output.line(`Large parameters were checked at places drawn by seed ${seed}; --entries takes more.`);
  if (kinks > 0)
    output.line(
      `${formatCount(kinks)} ${kinks === 1 ? "number stands" : "numbers stand"} at a kink, where the slope has two sides; they count in no error.`,
    );
  output.json({ kind: "gradient-check", model: name, data: from, tolerance, passes, seed, checks });
  if (!passes) process.exitCode = 1;
}
