import { annulus, type Dataset, moons, quadrants, threeModes, threeSpirals, twoSpirals } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { formatPercent, type Mark, type Point, panels, planeMap, type Scene } from "../plot/index.ts";
import { column, type LabContext, type LabResult } from "./result.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import { accuracyOf, trainClassifier } from "./train-net.ts";

/** The data sets to compare on, by name. */
export const planeData = {
  "two-spirals": twoSpirals,
  "three-spirals": threeSpirals,
  moons,
  quadrants,
  annulus,
  "three-modes": threeModes,
} as const;

export interface DeepOrFatOptions extends LabContext {
  readonly data?: keyof typeof planeData;
  /** Of each net, about. Default 500. */
  readonly parameters?: number;
  /** Numbers of hidden layers, 1 to 8 each. Default 1, 2, 3, 4. */
  readonly depths?: readonly number[];
  /** Default 5. */
  readonly seeds?: number;
  readonly epochs?: number;
  readonly learningRate?: number;
  readonly activation?: string;
}

const [trainSize, testSize] = [1000, 2000];

/** Weights and biases of dense layers of these widths, the input first: 256-1000-1000-10 has 1,268,010. */
export const countParameters = (widths: readonly number[]): number =>
  widths.slice(1).reduce((sum, units, i) => sum + units * (widths[i]! + 1), 0);

/** The width at which `depth` equal hidden layers have nearest to `wanted` parameters. */
export function widthFor(wanted: number, depth: number, inputs: number, outputs: number): number {
  const countAt = (width: number) => countParameters([inputs, ...new Array<number>(depth).fill(width), outputs]);
  let width = 1;
  while (countAt(width + 1) <= wanted) width += 1;
  return wanted - countAt(width) <= countAt(width + 1) - wanted ? width : width + 1;
}

/** Thin and tall against fat and short, with the same number of parameters, on samples that no net has seen. */
export async function deepOrFat(options: DeepOrFatOptions): Promise<LabResult> {
  const { seed, data: name = "two-spirals", parameters = 500, seeds = 5, epochs = 150, learningRate = 0.03 } = options;
  const { activation = "tanh", progress } = options;
  const depths = [...(options.depths ?? [1, 2, 3, 4])].sort((a, b) => a - b);
  if (depths.length < 2 || depths[0] !== 1)
    throw new NablaError("OPTION", `the depths ${depths.join(", ")} leave nothing to compare with one hidden layer`, {
      expected: "1 and at least one larger number",
      received: depths.join(", "),
      hint: "Write for example --depths 1,2,3.",
    });
  const draw = (size: number, part: "train" | "test", seed: number): Dataset => planeData[name]({ size, seed, part });
  const outputs = draw(trainSize, "train", seed).classes!.length;
  const nets: Net[] = [];
  for (const depth of depths) {
    const width = widthFor(parameters, depth, 2, outputs);
    const hidden = new Array<number>(depth).fill(width);
    const tests: number[] = [];
    const trains: number[] = [];
    for (let i = 0; i < seeds; i += 1) {
      progress?.(`${depth} hidden layer${depth > 1 ? "s" : ""} of ${width}, seed ${seed + i}`);
      const train = draw(trainSize, "train", seed + i);
      const model = await trainClassifier(train, { hidden, activation, epochs, learningRate, seed: seed + i });
      trains.push(await accuracyOf(model, train));
      tests.push(await accuracyOf(model, draw(testSize, "test", seed + i)));
    }
    nets.push({
      depth,
      width,
      parameters: countParameters([2, ...hidden, outputs]),
      train: spreadOf(trains),
      test: spreadOf(tests),
      tests,
    });
  }
  const fat = nets[0]!;
  const deep = nets.slice(1).reduce((best, net) => (net.test.mean > best.test.mean ? net : best));
  // Twice the standard error of the difference of the two means.
  const error = 2 * Math.sqrt((square(fat.test.deviation) + square(deep.test.deviation)) / seeds);
  const difference = deep.test.mean - fat.test.mean;
  const verdict =
    difference > error
      ? "deep wins"
      : -difference > error
        ? "fat wins"
        : "the seeds differ more than the two do: no winner";
  return {
    lab: "deep-or-fat",
    title: `Thin and tall or fat and short, about ${parameters} parameters, on ${name}`,
    seed,
    settings: { data: name, parameters, depths, seeds, epochs, learningRate, activation, trainSize, testSize },
    claim: {
      text: "At the same number of parameters a deep net does better than a fat one.",
      held: difference > error,
      evidence: `${verdict}. The best deep net (${deep.depth} × ${deep.width}) has ${formatPercent(deep.test.mean)} on fresh samples, the fat one (1 × ${fat.width}) ${formatPercent(fat.test.mean)}; twice the standard error of the difference is ${formatPercent(error)}.`,
    },
    tables: [
      {
        name: "nets",
        title: `${seeds} seeds each, ${trainSize} training and ${testSize} fresh test samples`,
        columns: [
          column("depth", "hidden layers", "count"),
          column("width", "units in each", "count"),
          column("parameters", "parameters", "count"),
          column("train", "training", "percent"),
          column("mean", "test, mean", "percent"),
          column("deviation", "± deviation", "percent"),
          column("least", "least", "percent"),
          column("most", "most", "percent"),
        ],
        rows: nets.map(({ depth, width, parameters: count, train, test }) => ({
          depth,
          width,
          parameters: count,
          train: train.mean,
          mean: test.mean,
          deviation: test.deviation,
          least: test.least,
          most: test.most,
        })),
      },
    ],
    series: nets.map(({ depth, width, tests }) => ({
      name: `${depth} × ${width}`,
      x: "seed",
      y: "test accuracy",
      points: tests.map((accuracy, i) => [seed + i, accuracy] as const),
    })),
    notes: [countedExample()],
    pictures: [{ name: "deep-or-fat", scene: picture(nets, name) }],
  };
}

interface Net {
  readonly depth: number;
  readonly width: number;
  readonly parameters: number;
  readonly train: Spread;
  readonly test: Spread;
  readonly tests: readonly number[];
}

const square = (x: number): number => x * x;

/** The lecture's example, counted, and the fat net that it stands against. */
export function countedExample(): string {
  const widths = [256, 1000, 1000, 10];
  const parts = widths.slice(1).map((units, i) => `${widths[i]}·${units}+${units}`);
  const total = countParameters(widths);
  const width = widthFor(total, 1, 256, 10);
  const group = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
  return (
    `How it is counted: ${widths.join("-")} has ${parts.join(" + ")} = ${group(total)} parameters; ` +
    `with one hidden layer, 256-${width}-10 has ${group(countParameters([256, width, 10]))}.`
  );
}

/** A dot a seed, a line through the means. */
function picture(nets: readonly Net[], name: string): Scene {
  const all = nets.flatMap(({ tests }) => tests);
  const low = Math.floor(20 * Math.min(...all)) / 20 - 0.02;
  const scene = planeMap({
    title: "Test accuracy by number of hidden layers",
    description: nets
      .map(({ depth, test }) => `${depth} hidden: ${formatPercent(test.mean)} ± ${formatPercent(test.deviation)}.`)
      .join(" "),
    domain: { x: [nets[0]!.depth - 0.5, nets.at(-1)!.depth + 0.5], y: [low, 1.01] },
    size: 420,
    height: 240,
    dotRadius: 3,
    points: nets.flatMap(({ depth, tests }) =>
      tests.map((accuracy) => ({ at: [depth, accuracy] as Point, isOpen: true })),
    ),
    lines: [{ points: nets.map(({ depth, test }): Point => [depth, test.mean]) }],
  });
  const words: Mark = { kind: "text", x: 0, y: scene.height + 10, text: "Hidden layers", style: "label" };
  return panels({
    title: scene.title,
    description: scene.description,
    columns: 1,
    panels: [
      {
        heading: `Test accuracy on ${name}: ○ a seed, line the mean`,
        scene: { ...scene, height: scene.height + 16, marks: [...scene.marks, words] },
      },
    ],
  });
}
