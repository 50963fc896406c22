import { regressionCurve } from "../data/index.ts";
import { NablaError } from "../errors.ts";
import { dense, meanSquared, tanh } from "../nn/index.ts";
import { sgd } from "../optim/index.ts";
import { formatNumber, lineChart, type Point, panels, planeMap, type Scene } from "../plot/index.ts";
import { sequential } from "../train/model.ts";
import { column, type LabContext, type LabResult } from "./result.ts";
import { median } from "./statistics.ts";

export interface LearningRateOptions extends LabContext {
  /** Of the net. Default 0.0003, 0.001, 0.003, … 3. */
  readonly rates?: readonly number[];
  /** Default 100. */
  readonly epochs?: number;
  /** Default 3. */
  readonly seeds?: number;
}

/** f = ½(λ₁x² + λ₂y²): a bowl ten times as steep along y as along x. */
export const bowl = { flat: 1, steep: 10, start: [8, 1.5], steps: 40 } as const;

/** 2/λ₂: from here on every step along the steep side goes farther out. */
export const bowlLimit = 2 / bowl.steep;

const bowlRates = [0.002, 0.05, 2 / (bowl.flat + bowl.steep), 0.195, 0.21] as const;
const [trainSize, testSize] = [200, 1000];

/** A step may be too small, good or too large: on a bowl, where the limits are known, and on a net. */
export async function learningRateLab(options: LearningRateOptions): Promise<LabResult> {
  const { seed, epochs = 100, seeds = 3, progress } = options;
  const rates = [...(options.rates ?? [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3])].sort((a, b) => a - b);
  const rows: Row[] = [];
  for (const rate of rates) {
    progress?.(`rate ${rate}`);
    const runs: Trained[] = [];
    for (let i = 0; i < seeds; i += 1) runs.push(await trainAt(rate, epochs, seed + i));
    const losses = runs.map(({ loss }) => loss);
    rows.push({
      rate,
      loss: median(losses),
      least: Math.min(...losses),
      most: Math.max(...losses),
      test: median(runs.map(({ test }) => test)),
      diverged: runs.filter(({ isDiverged }) => isDiverged).length,
      curve: runs[0]!.curve,
    });
  }
  const best = rows.reduce((a, b) => (b.loss < a.loss ? b : a));
  const isGood = ({ loss }: Row) => loss <= 3 * best.loss;
  const [small, large] = [rows[0]!, rows.at(-1)!];
  const isSmallBad = !isGood(small) && small.rate < best.rate;
  const isLargeBad = !isGood(large) && large.rate > best.rate;
  const wordFor = (row: Row) => {
    if (row.diverged === seeds) return "diverges";
    return isGood(row) ? "good" : row.rate < best.rate ? "too small" : "too large";
  };
  const told = rows.filter(({ curve }) => curve.length > 0); // the others did not live through an epoch
  return {
    lab: "learning-rate",
    title: "A step too small, good, too large",
    seed,
    settings: { rates, epochs, seeds, trainSize, testSize },
    claim: {
      text: "Between learning rates that are too small and rates that are too large lie good ones.",
      held: isSmallBad && isLargeBad,
      evidence:
        `after ${epochs} epochs the cost is ${formatNumber(small.loss)} at ${small.rate}, ${formatNumber(best.loss)} at ${best.rate} and ${formatNumber(large.loss)} at ${large.rate}` +
        (isSmallBad && isLargeBad
          ? "."
          : `: ${isSmallBad ? "" : "none of these rates is too small"}${isSmallBad || isLargeBad ? "" : ", "}${isLargeBad ? "" : "none of them is too large"}.`),
    },
    tables: [
      {
        name: "bowl",
        title: `The bowl ½(${bowl.flat}·x² + ${bowl.steep}·y²) from (${bowl.start.join(", ")}), ${bowl.steps} steps: diverges above 2/${bowl.steep} = ${bowlLimit}`,
        columns: [
          column("rate", "η", "value"),
          column("alongX", "factor along x", "value"),
          column("alongY", "factor along y", "value"),
          column("value", "f at the end", "value"),
          column("course", "what it does", "text"),
        ],
        rows: bowlRates.map((rate) => {
          const path = bowlPath(rate);
          const [alongX, alongY] = [1 - rate * bowl.flat, 1 - rate * bowl.steep];
          return { rate, alongX, alongY, value: bowlValue(path.at(-1)!), course: bowlCourse(rate) };
        }),
      },
      {
        name: "net",
        title: `A 1-16-1 net (tanh, linear) on y = |x| by plain gradient descent, mean squared error, batches of 32, ${epochs} epochs, ${seeds} seeds`,
        columns: [
          column("rate", "η", "value"),
          column("loss", "training cost, median", "measure"),
          column("least", "least", "measure"),
          column("most", "most", "measure"),
          column("test", "test cost, median", "measure"),
          column("diverged", "became infinite", "count"),
          column("verdict", "", "text"),
        ],
        rows: rows.map((row) => {
          const { curve: _, ...figures } = row;
          return { ...figures, verdict: wordFor(row) };
        }),
      },
    ],
    series: told.map(({ rate, curve }) => ({ name: `rate ${rate}`, x: "epoch", y: "training cost", points: curve })),
    notes: [
      `On the bowl a step multiplies x by 1 − η·${bowl.flat} and y by 1 − η·${bowl.steep}: below 0 it jumps from side to side, below −1 it runs away.`,
      "A rate is called good where its cost is at most three times the best one's. It diverges where the numbers become infinite with every seed.",
    ],
    pictures: [
      { name: "learning-rate-bowl", scene: bowlPicture() },
      { name: "learning-rate-net", scene: netPicture(rows, best) },
    ],
  };
}

interface Row {
  readonly rate: number;
  readonly loss: number;
  readonly least: number;
  readonly most: number;
  /** Cost on fresh samples, the middle one of the seeds. */
  readonly test: number;
  /** Seeds whose numbers became infinite. */
  readonly diverged: number;
  /** Training cost by epoch, of the first seed. */
  readonly curve: readonly Point[];
}

interface Trained {
  readonly loss: number;
  readonly test: number;
  readonly isDiverged: boolean;
  readonly curve: readonly Point[];
}

async function trainAt(rate: number, epochs: number, seed: number): Promise<Trained> {
  const train = regressionCurve({ curve: "hinge", size: trainSize, seed });
  const test = regressionCurve({ curve: "hinge", size: testSize, seed, part: "test" });
  const model = sequential([dense(16), tanh, dense(1)], { input: 1, seed });
  const run = model.fit(train, {
    loss: meanSquared,
    optimizer: sgd({ learningRate: rate }),
    batchSize: 32,
    epochs,
    stepEvents: "none",
  });
  let isDiverged = false;
  try {
    await run.done;
  } catch (error) {
    if (!(error instanceof NablaError) || error.code !== "DIVERGED") throw error;
    isDiverged = true;
  }
  const curve = run.history.epochs.map(({ epoch, loss }): Point => [epoch, loss]);
  const costOn = async (data: typeof train) =>
    isDiverged ? Number.POSITIVE_INFINITY : (await model.evaluate(data, { loss: meanSquared })).loss;
  return { loss: await costOn(train), test: await costOn(test), isDiverged, curve };
}

type Place = readonly [x: number, y: number];

const bowlValue = ([x, y]: Place): number => (bowl.flat * x * x + bowl.steep * y * y) / 2;

function bowlPath(rate: number): readonly Place[] {
  const path: Place[] = [bowl.start];
  for (let step = 0; step < bowl.steps; step += 1) {
    const [x, y] = path.at(-1)!;
    path.push([x - rate * bowl.flat * x, y - rate * bowl.steep * y]);
  }
  return path;
}

export function bowlCourse(rate: number): string {
  if (rate > bowlLimit) return "diverges";
  if (rate === bowlLimit) return "jumps from side to side for ever";
  const slowest = Math.max(Math.abs(1 - rate * bowl.flat), Math.abs(1 - rate * bowl.steep));
  const left = bowlValue(bowlPath(rate).at(-1)!) / bowlValue(bowl.start);
  const how = rate * bowl.steep > 1 ? "jumps from side to side, and converges" : "converges";
  return left > 0.05 ? (slowest > 0.9 && rate * bowl.steep <= 1 ? "too small: hardly begun" : `${how}, slowly`) : how;
}

function bowlPicture(): Scene {
  const domain = { x: [-9, 9], y: [-3, 3] } as const;
  const cells = 60;
  const values = Float32Array.from({ length: cells * cells }, (_, i) => {
    const x = -9 + (18 * ((i % cells) + 0.5)) / cells;
    const y = 3 - (6 * (Math.floor(i / cells) + 0.5)) / cells;
    return 1 - Math.sqrt(bowlValue([x, y]) / bowlValue([9, 3]));
  });
  return panels({
    title: "Five learning rates on a bowl",
    description: bowlRates.map((rate) => `${Number(rate.toPrecision(3))}: ${bowlCourse(rate)}.`).join(" "),
    columns: 2,
    panels: bowlRates.map((rate) => ({
      heading: `η = ${Number(rate.toPrecision(3))}: ${bowlCourse(rate)}`,
      scene: planeMap({
        title: "",
        description: "",
        domain,
        size: 330,
        height: 130,
        grid: { columns: cells, rows: cells, values },
        lines: [{ points: bowlPath(rate) }],
        points: [{ at: bowl.start }, { at: bowlPath(rate).at(-1)!, isOpen: true }],
      }),
    })),
  });
}

function netPicture(rows: readonly Row[], best: Row): Scene {
  const finite = rows.filter(({ loss }) => Number.isFinite(loss));
  const words = {
    title: "Training cost by learning rate",
    description: `Least at ${best.rate}: ${formatNumber(best.loss)}. ${rows.length - finite.length} of the rates became infinite.`,
  };
  const [small, large] = [rows[0]!, finite.at(-1) ?? best];
  const chosen = [...new Set([small, best, large])];
  return panels({
    ...words,
    columns: 2,
    panels: [
      {
        heading: "Cost at the end, by rate",
        scene: lineChart({
          ...words,
          xLabel: "Rate",
          yLabel: "",
          xScale: "log",
          yScale: "log",
          width: 400,
          height: 240,
          series: [{ name: "", points: finite.map(({ rate, loss }): Point => [rate, loss]) }],
        }),
      },
      {
        heading: "Cost by epoch, too small, best, too large",
        scene: lineChart({
          ...words,
          xLabel: "Epoch",
          yLabel: "",
          yScale: "log",
          isXWhole: true,
          width: 400,
          height: 240,
          series: chosen.map(({ rate, curve }, i) => ({
            name: `rate ${rate}`,
            points: curve,
            dash: (["dotted", "solid", "dashed"] as const)[i]!,
          })),
        }),
      },
    ],
  });
}
