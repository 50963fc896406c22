import { moons } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { crossEntropy, dense, softmax, tanh } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { formatNumber, lineChart, type Point, panels, type Scene } from "../plot/index.ts";
import { type Model, sequential } from "../train/model.ts";
import { column, type LabContext, type LabResult } from "./result.ts";
import { spreadOf } from "./statistics.ts";

export interface BatchSizeOptions extends LabContext {
  /** Default 1, 32 and all. */
  readonly batchSizes?: readonly (number | "all")[];
  /** Training samples. Default 256. */
  readonly samples?: number;
  /** Default 60. */
  readonly epochs?: number;
  /** Units of the hidden layer. Default 16. */
  readonly hidden?: number;
  /** The same for all batch sizes. Default 0.1. */
  readonly learningRate?: number;
  /** Of the moons. Default 0.25: classes overlap, so there is something to learn by heart. */
  readonly noise?: number;
  /** Default 3. */
  readonly seeds?: number;
}

const testSize = 1000;

/** One random example, some, or all in a step: what it costs by step, by example seen and by second. */
export async function batchSizeLab(options: BatchSizeOptions): Promise<LabResult> {
  const { seed, samples = 256, epochs = 60, hidden = 16, learningRate = 0.1, noise = 0.25, seeds = 3 } = options;
  const sizes = (options.batchSizes ?? [1, 32, "all"]).map((size) => (size === "all" ? samples : size));
  const batches = [...new Set(sizes)].sort((a, b) => a - b);
  if (batches.length < 2 || batches.at(-1)! > samples)
    throw new NablaError("OPTION", `batches of ${batches.join(" and ")} of ${samples} samples are no comparison`, {
      expected: `two or more sizes from 1 to ${samples}`,
      received: batches.join(", "),
      hint: `Give two or more sizes from 1 to ${samples}, such as 1,${Math.min(32, samples - 1)},all.`,
    });
  const setting = { samples, epochs, hidden, learningRate, noise };
  const rows: Row[] = [];
  for (const batch of batches) {
    const runs: Trained[] = [];
    for (let i = 0; i < seeds; i += 1) {
      options.progress?.(`batches of ${batch}, seed ${seed + i}`);
      runs.push(await follow(batch, setting, seed + i));
    }
    options.progress?.(`batches of ${batch}, against the clock`);
    const secondsPerStep = await timeSteps(batch, setting, seed);
    rows.push({ batch, stepsPerEpoch: Math.ceil(samples / batch), secondsPerStep, runs });
  }
  // Every size sees as many examples; in steps and in seconds, the comparison ends where the first of them ends.
  const fewestSteps = Math.min(...rows.map(({ stepsPerEpoch }) => stepsPerEpoch * epochs));
  const shortest = Math.min(
    ...rows.map(({ stepsPerEpoch, secondsPerStep }) => stepsPerEpoch * epochs * secondsPerStep),
  );
  const meanOver = (runs: readonly Trained[], of: (run: Trained) => number) => spreadOf(runs.map(of));
  const costAfter = ({ runs }: Row, step: number) => meanOver(runs, ({ train }) => at(train, step)).mean;
  const [one, all] = [rows[0]!, rows.at(-1)!];
  const ends = rows.map((row) => costAfter(row, row.stepsPerEpoch * epochs));
  const [byExample, byStep] = [ends[0]! < ends.at(-1)!, costAfter(all, fewestSteps) <= costAfter(one, fewestSteps)];
  return {
    lab: "batch-size",
    title: "One, some, all: by step, by example, by second",
    seed,
    settings: { batchSizes: batches, ...setting, seeds, testSize },
    claim: {
      text: "For the same number of examples seen, small batches bring the cost down farther than the full batch; for the same number of steps the full batch is not behind.",
      held: byExample && byStep,
      evidence:
        `after ${samples * epochs} examples the training cost is ${formatNumber(ends[0]!)} with batches of ${one.batch} and ${formatNumber(ends.at(-1)!)} with ${all.batch}; ` +
        `after ${fewestSteps} steps ${formatNumber(costAfter(one, fewestSteps))} and ${formatNumber(costAfter(all, fewestSteps))}.`,
    },
    tables: [
      {
        name: "batches",
        title: `A 2-${hidden}-2 net on ${samples} noisy moons, plain gradient descent at ${learningRate}, ${epochs} epochs; mean of ${seeds} seeds`,
        columns: [
          column("batch", "batch", "count"),
          column("steps", "steps", "count"),
          column("byStep", `cost after ${fewestSteps} steps`, "measure"),
          column("byExample", `after ${samples * epochs} examples`, "measure"),
          column("bySecond", `after ${formatNumber(shortest * 1000, 3)} ms`, "measure"),
          column("test", "test cost", "measure"),
          column("gap", "gap: test − training", "measure"),
          column("deviation", "± deviation", "measure"),
          column("microseconds", "µs a step", "measure"),
        ],
        rows: rows.map((row, i) => {
          const last = row.stepsPerEpoch * epochs;
          const gap = meanOver(row.runs, ({ train, test }) => at(test, last) - at(train, last));
          return {
            batch: row.batch,
            steps: last,
            byStep: costAfter(row, fewestSteps),
            byExample: ends[i]!,
            bySecond: costAfter(row, shortest / row.secondsPerStep),
            test: meanOver(row.runs, ({ test }) => at(test, last)).mean,
            gap: gap.mean,
            deviation: gap.deviation,
            microseconds: row.secondsPerStep * 1e6,
          };
        }),
      },
    ],
    series: rows.flatMap(({ batch, runs }) => [
      { name: `training, batches of ${batch}`, x: "step", y: "cost", points: runs[0]!.train },
      { name: `test, batches of ${batch}`, x: "step", y: "cost", points: runs[0]!.test },
    ]),
    notes: [
      "Whether small batches generalise better is contested; the gap is shown here and nothing is claimed of it: it also grows with the number of steps, of which small batches do more.",
      "Seconds are measured without these evaluations, on this machine and at this moment; all other figures are the same everywhere.",
    ],
    pictures: [{ name: "batch-size", scene: picture(rows, { samples, epochs }) }],
  };
}

interface Setting {
  readonly samples: number;
  readonly epochs: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly noise: number;
}

/** Cost over all samples after some of the steps, from step 0 on. */
interface Trained {
  readonly train: readonly Point[];
  readonly test: readonly Point[];
}

interface Row {
  readonly batch: number;
  readonly stepsPerEpoch: number;
  readonly secondsPerStep: number;
  readonly runs: readonly Trained[];
}

function prepare({ samples, noise, hidden }: Setting, seed: number) {
  return {
    train: moons({ size: samples, seed, noise }),
    test: moons({ size: testSize, seed, part: "test", noise }),
    model: sequential([dense(hidden), tanh, dense(2), softmax], { input: 2, seed }),
  };
}

const descend = (
  model: Model,
  data: ReturnType<typeof moons>,
  batch: number,
  { epochs, learningRate }: Setting,
  isTold: boolean,
) =>
  model.fit(data, {
    loss: crossEntropy,
    optimizer: sgd({ learningRate }),
    batchSize: batch,
    epochs,
    threads: 1,
    stepEvents: isTold ? "every" : "none",
  });

/** Trains, and stops at steps that double from 1 on to measure the cost over all samples. */
async function follow(batch: number, setting: Setting, seed: number): Promise<Trained> {
  const { train, test, model } = prepare(setting, seed);
  const last = Math.ceil(setting.samples / batch) * setting.epochs;
  const wanted = new Set([setting.epochs, last]);
  for (let step = 1; step < last; step = Math.max(step + 1, 2 * step)) wanted.add(step);
  const measured: { train: Point[]; test: Point[] } = { train: [], test: [] };
  const measure = async (step: number) => {
    measured.train.push([step, (await model.evaluate(train, { loss: crossEntropy })).loss]);
    measured.test.push([step, (await model.evaluate(test, { loss: crossEntropy })).loss]);
  };
  await measure(0);
  for await (const event of descend(model, train, batch, setting, true))
    if (event.kind === "step" && wanted.has(event.step)) await measure(event.step);
  return measured;
}

async function timeSteps(batch: number, setting: Setting, seed: number): Promise<number> {
  const { train, model } = prepare(setting, seed);
  const { epochs } = await descend(model, train, batch, setting, false).done;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return seconds / (Math.ceil(setting.samples / batch) * epochs.length);
}

/** The cost at a step, on the straight line between the two measured beside it. */
function at(points: readonly Point[], step: number): number {
  const after = points.findIndex(([x]) => x >= step);
  if (after < 0) return points.at(-1)![1];
  const [x1, y1] = points[after]!;
  const [x0, y0] = points[Math.max(0, after - 1)]!;
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (step - x0)) / (x1 - x0);
}

function picture(
  rows: readonly Row[],
  { samples, epochs }: { readonly samples: number; readonly epochs: number },
): Scene {
  const words = {
    title: "Training cost with small and large batches",
    description: rows
      .map(({ batch, runs }) => `Batches of ${batch}: ${formatNumber(runs[0]!.train.at(-1)![1])} at the end.`)
      .join(" "),
  };
  const dashes = ["solid", "dashed", "dotted"] as const;
  const ways = [
    ["by step", "Step", () => 1],
    ["by example seen", "Example", ({ stepsPerEpoch }: Row) => samples / stepsPerEpoch],
    ["by second", "Second", ({ secondsPerStep }: Row) => secondsPerStep],
  ] as const;
  return panels({
    ...words,
    columns: 2,
    panels: [
      ...ways.map(([heading, xLabel, unit]) => ({
        heading: `Training cost ${heading}`,
        scene: lineChart({
          ...words,
          xLabel,
          yLabel: "",
          xScale: "log",
          width: 440,
          height: 240,
          series: rows.map((row, i) => ({
            name: `${row.batch}:`,
            dash: dashes[i % 3]!,
            points: row.runs[0]!.train.map(([step, cost]): Point => [step * unit(row), cost]),
          })),
        }),
      })),
      {
        heading: `Gap: test − training cost, ${epochs} epochs`,
        scene: lineChart({
          ...words,
          xLabel: "Example",
          yLabel: "",
          xScale: "log",
          width: 440,
          height: 240,
          series: rows.map((row, i) => ({
            name: `${row.batch}:`,
            dash: dashes[i % 3]!,
            points: row.runs[0]!.train.map(
              ([step, cost], k): Point => [step * (samples / row.stepsPerEpoch), row.runs[0]!.test[k]![1] - cost],
            ),
          })),
        }),
      },
    ],
  });
}
