import picocolors from "picocolors";
import { NablaError } from "../../errors.ts";
import { activationCurve, type CurvePoint, curveNames, lossCurve, lossCurveNames } from "../../explain/index.ts";
import { formatNumber, lineChart, toSvg } from "../../plot/index.ts";
import { padText } from "../../report/index.ts";
import { writeBytes } from "../../train/save.ts";
import { type Flags, outputOf } from "../command-flags.ts";
import { checkFree } from "../output-file.ts";
import { nameAmong, text } from "../read-values.ts";

/** What an activation or a loss has to say: lines of words, and its curve. */
interface Told {
  readonly name: string;
  readonly lines: readonly (readonly [what: string, words: string])[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly at: (x: readonly number[]) => readonly CurvePoint[];
}

const few = [-4, -3, -2, -1, -0.5, 0, 0.5, 1, 2, 3, 4];
const many = Array.from({ length: 201 }, (_, i) => (i - 100) / 25);

/** `nabla activations [name]` */
export const activations = (name: string | undefined, flags: Flags): Promise<void> =>
  show("activation", curveNames, name, flags, (one) => {
    const { at, ...told } = activationCurve(one);
    const { formula, derivative, citation, shown } = told;
    const lines = [
      ["formula", formula],
      ["derivative", derivative],
      ["from", citation],
      ...(shown === undefined ? [] : [["curve", shown]]),
    ] as const as Told["lines"];
    return { name: one, lines, json: told, at };
  });

/** `nabla losses [name]` */
export const losses = (name: string | undefined, flags: Flags): Promise<void> =>
  show("loss", lossCurveNames, name, flags, (one) => {
    const { at, ...told } = lossCurve(one);
    const trained = told.isTrainable
      ? "yes"
      : "no: its slope is 0 wherever it has one. It is a metric, which counts mistakes";
    const lines = [
      ["formula", told.formula],
      ["trained by gradient", trained],
      ["from", told.citation],
      ["curve", told.shown],
    ] as const;
    return { name: one, lines, json: told, at };
  });

async function show(
  kind: string,
  names: readonly string[],
  said: string | undefined,
  flags: Flags,
  tell: (name: string) => Told,
): Promise<void> {
  const output = outputOf(flags);
  const { bold } = picocolors.createColors(output.color);
  const file = flags["out"] === undefined ? undefined : text(4096)(flags["out"], "--out");
  if (said !== undefined) nameAmong(kind, names)(said, `<${kind}>`);
  if (file !== undefined && said === undefined)
    throw new NablaError("OPTION", `--out needs to know which ${kind} to draw`, {
      expected: names.join(", "),
      received: "none",
      hint: `Name one of ${names.join(", ")}.`,
    });
  if (file !== undefined) checkFree(file, flags["force"] === true, "--out");
  for (const name of said === undefined ? names : [said]) {
    const told = tell(name);
    output.line(bold(name));
    const width = Math.max(...told.lines.map(([what]) => what.length));
    for (const [what, words] of told.lines) output.line(`  ${padText(what, width)}  ${words}`);
    if (said !== undefined) {
      output.line();
      output.line(`  ${["x", "value", "derivative"].map((head) => head.padStart(11)).join("")}`);
      for (const { x, value, derivative } of told.at(few))
        output.line(`  ${[x, value, derivative].map((n) => shown(n).padStart(11)).join("")}`);
    }
    output.line();
    output.json({ kind, ...told.json, points: told.at(few) });
    if (file === undefined) continue;
    await writeBytes(file, new TextEncoder().encode(svgOf(told)));
    output.line(`Drawn in ${file}`);
  }
}

const shown = (n: number): string => (Math.abs(n) < 5e-7 ? "0" : formatNumber(n));

function svgOf({ name, at, lines }: Told): string {
  const points = at(many);
  const along = (key: "value" | "derivative") => points.map((point) => [point.x, point[key]] as const);
  const description = lines.map(([what, words]) => `${what}: ${words}`).join("; ");
  return toSvg(
    lineChart({
      title: name,
      description,
      xLabel: "x",
      yLabel: "",
      yIncludes: [0],
      series: [
        { name: "value", points: along("value") },
        { name: "derivative", points: along("derivative"), dash: "dashed" },
      ],
    }),
  );
}
