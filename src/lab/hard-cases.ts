import { cos, sin } from "../array/math64.ts";
import { Random } from "../array/random.ts";
import { type BestLine, bestLine } from "../classic/index.ts";
import { annulus, type Dataset, labelOf, quadrants, sampleOf, threeModes } from "../data/index.ts";
import { dense, halfSquared, sigmoid } from "../nn/index.ts";
import { adam, cosineDecay } from "../optim/index.ts";
import { formatPercent, type Point, panels, planeMap, type Scene } from "../plot/index.ts";
import { type Model, sequential } from "../train/model.ts";
import { column, type LabContext, type LabResult } from "./result.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import { accuracyOf, trainClassifier } from "./train-net.ts";

export interface HardCasesOptions extends LabContext {
  /** Units of the hidden layer, relu. Default 32. */
  readonly hidden?: number;
  /** Default 5. */
  readonly seeds?: number;
  readonly epochs?: number;
  readonly learningRate?: number;
  /** Default 2,000 and 4,000. */
  readonly trainSize?: number;
  readonly testSize?: number;
}

export const hardCases = { quadrants, annulus, "three modes": threeModes } as const;

/** What the net has to reach on fresh samples, with every seed. */
const target = 0.99;

/** The lecture's three pictures that a line cannot tell apart: a line, a linear model, and one hidden layer. */
export async function hardCasesLab(options: HardCasesOptions): Promise<LabResult> {
  const { seed, hidden = 32, seeds = 5, epochs = 60, learningRate = 0.03, progress } = options;
  const { trainSize = 2000, testSize = 4000 } = options;
  const cases: Case[] = [];
  for (const [name, draw] of Object.entries(hardCases)) {
    const runs: Run[] = [];
    for (let i = 0; i < seeds; i += 1) {
      progress?.(`${name}, seed ${seed + i}`);
      const train = draw({ size: trainSize, seed: seed + i });
      const test = draw({ size: testSize, seed: seed + i, part: "test" });
      const line = bestLine(train);
      const linear = await linearModel(train, seed + i);
      const net = await trainClassifier(train, {
        hidden: [hidden],
        activation: "relu",
        epochs,
        learningRate,
        seed: seed + i,
      });
      runs.push({
        test,
        line,
        net,
        bestLine: shareRight(test, line),
        linear: await linearAccuracy(linear, test),
        accuracy: await accuracyOf(net, test),
      });
    }
    const over = (of: (run: Run) => number) => spreadOf(runs.map(of));
    cases.push({
      name,
      runs,
      bestLine: over((run) => run.bestLine),
      onTrain: over((run) => run.line.accuracy),
      linear: over((run) => run.linear),
      net: over((run) => run.accuracy),
    });
  }
  const missed = cases.filter(({ net }) => net.least < target);
  const worst = cases.reduce((a, b) => (b.net.least < a.net.least ? b : a));
  return {
    lab: "hard-cases",
    title: "Quadrants, annulus, three modes: no line can tell them apart",
    seed,
    settings: { hidden, seeds, epochs, learningRate, trainSize, testSize },
    claim: {
      text: "One hidden layer tells apart what no line can: 99 % or more on fresh samples, with every seed.",
      held: missed.length === 0,
      evidence:
        missed.length === 0
          ? `the worst of ${3 * seeds} nets has ${formatPercent(worst.net.least)} (${worst.name}); the best line has at most ${formatPercent(Math.max(...cases.map(({ bestLine }) => bestLine.most)))}.`
          : `${missed.map(({ name, net }) => `${name}: ${formatPercent(net.least)}`).join(", ")} with the worst seed.`,
    },
    tables: [
      {
        name: "cases",
        title: `Right on ${testSize} fresh samples, mean of ${seeds} seeds`,
        columns: [
          column("name", "data", "text"),
          column("bestLineTrain", "best line, training", "percent"),
          column("bestLine", "best line", "percent"),
          column("linear", "linear model", "percent"),
          column("net", `one hidden layer of ${hidden}`, "percent"),
          column("least", "its worst seed", "percent"),
        ],
        rows: cases.map(({ name, onTrain, bestLine, linear, net }) => ({
          name,
          bestLineTrain: onTrain.mean,
          bestLine: bestLine.mean,
          linear: linear.mean,
          net: net.mean,
          least: net.least,
        })),
      },
      {
        name: "runs",
        title: "Every seed",
        isDetail: true,
        columns: [
          column("name", "data", "text"),
          column("seed", "seed", "count"),
          column("bestLine", "best line", "percent"),
          column("linear", "linear model", "percent"),
          column("net", "net", "percent"),
          column("line", "line", "text"),
        ],
        rows: cases.flatMap(({ name, runs }) =>
          runs.map((run, i) => ({
            name,
            seed: seed + i,
            bestLine: run.bestLine,
            linear: run.linear,
            net: run.accuracy,
            line: `${run.line.normal[0]}·x + ${run.line.normal[1]}·y + ${run.line.offset} > 0`,
          })),
        ),
      },
    ],
    series: [],
    notes: [
      "The best line is the best of all lines on the training samples, found exactly. The linear model is σ(w·x + b), trained with ½(σ − t)² from steep starts in six directions, the best on the training samples; with cross entropy it would settle near 50 %, where that cost is least.",
    ],
    pictures: [{ name: "hard-cases", scene: await picture(cases, hidden) }],
  };
}

interface Run {
  readonly test: Dataset;
  readonly line: BestLine;
  readonly net: Model;
  /** Shares of the fresh samples. */
  readonly bestLine: number;
  readonly linear: number;
  readonly accuracy: number;
}

interface Case {
  readonly name: string;
  readonly runs: readonly Run[];
  readonly bestLine: Spread;
  readonly onTrain: Spread;
  readonly linear: Spread;
  readonly net: Spread;
}

function shareRight(data: Dataset, { normal, offset }: BestLine): number {
  let right = 0;
  for (let i = 0; i < data.size; i += 1) {
    const [x, y] = sampleOf(data, i).data as unknown as readonly [number, number];
    if (Number(normal[0] * x + normal[1] * y + offset > 0) === labelOf(data, i)) right += 1;
  }
  return right / data.size;
}

const linearStarts = 6;
/** So steep that ½(σ − t)² nearly counts mistakes; a gentle start would settle at w = 0, in the middle of everything. */
const steepness = 10;

/** A linear model σ(w·x + b): the best on its training samples of several starts, lines in all directions. */
async function linearModel(data: Dataset, seed: number): Promise<Model> {
  const random = new Random(seed, "linear model");
  let best: { readonly model: Model; readonly accuracy: number } | undefined;
  for (let start = 0; start < linearStarts; start += 1) {
    const model = sequential([dense(1, { name: "line" }), sigmoid], { input: 2, seed });
    const angle = (2 * Math.PI * (start + random.uniform(0, 0))) / linearStarts;
    model.weights.set("line/weight", [[steepness * cos(angle), steepness * sin(angle)]]);
    model.weights.set("line/bias", [-steepness * random.uniform(1, start)]);
    await model.fit(data, {
      loss: halfSquared,
      optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.3 }) }),
      batchSize: Math.min(100, data.size),
      epochs: 12,
      seed: seed + start,
      stepEvents: "none",
    }).done;
    const accuracy = await linearAccuracy(model, data);
    if (!best || accuracy > best.accuracy) best = { model, accuracy };
  }
  return best!.model;
}

async function linearAccuracy(model: Model, data: Dataset): Promise<number> {
  const { data: outputs } = await model.predict(data);
  let right = 0;
  for (let i = 0; i < data.size; i += 1) if (Number(outputs[i]! > 0.5) === labelOf(data, i)) right += 1;
  return right / data.size;
}

const gridSize = 60;
const shownSamples = 240;

/** For each case the first seed's net: what it says everywhere, some fresh samples, and the best line. */
async function picture(cases: readonly Case[], hidden: number): Promise<Scene> {
  const shown = await Promise.all(
    cases.map(async ({ name, runs }) => {
      const { test, net, line, accuracy, bestLine } = runs[0]!;
      const samples = Array.from({ length: Math.min(shownSamples, test.size) }, (_, i) => {
        const [x, y] = sampleOf(test, i).data as unknown as readonly [number, number];
        return { at: [x, y] as const, isOpen: labelOf(test, i) === 0 };
      });
      const reach = 1.08 * Math.max(...samples.map(({ at }) => Math.max(Math.abs(at[0]), Math.abs(at[1]))));
      const domain = { x: [-reach, reach], y: [-reach, reach] } as const;
      const place = (i: number) => -reach + (2 * reach * (i + 0.5)) / gridSize;
      const cells = Array.from({ length: gridSize * gridSize }, (_, i) => [
        place(i % gridSize),
        -place(Math.floor(i / gridSize)),
      ]);
      const { data } = await net.predict(cells);
      const values = Float32Array.from(cells, (_, i) => data[2 * i + 1]!);
      const words = { title: name, description: "" };
      const scene = planeMap({
        ...words,
        domain,
        size: 240,
        grid: { columns: gridSize, rows: gridSize, values },
        points: samples,
        lines: [{ points: lineThrough(line, reach), dash: "dashed" }],
      });
      return { heading: `${name}: net ${formatPercent(accuracy, 1)}, line ${formatPercent(bestLine, 1)}`, scene };
    }),
  );
  return panels({
    title: "The hard cases and what a net makes of them",
    description: cases
      .map(
        ({ name, net, bestLine }) =>
          `${name}: ${hidden} hidden units ${formatPercent(net.mean)}, best line ${formatPercent(bestLine.mean)}.`,
      )
      .join(" "),
    columns: 3,
    panels: shown,
  });
}

/** Two points of the line far outside of the picture. */
function lineThrough({ normal: [a, b], offset }: BestLine, reach: number): Point[] {
  const far = 4 * reach;
  return [-far, far].map((along): Point => [-a * offset - b * along, -b * offset + a * along]);
}
