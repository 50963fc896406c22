import { dataset } from "../data/index.ts";
import { dense, meanSquared, tanh } from "../nn/index.ts";
import { adam, cosineDecay } from "../optim/index.ts";
import { formatNumber, lineChart, type Point, panels, type Scene } from "../plot/index.ts";
import { type Model, sequential } from "../train/model.ts";
import { bumpsNetwork, inputAt, placeCount } from "./bumps.ts";
import { type Curve, formulaCurve } from "./curve.ts";
import { column, type LabContext, type LabResult, type LabSeries } from "./result.ts";
import { type Spread, spreadOf } from "./statistics.ts";

export interface UniversalityOptions extends LabContext {
  readonly curve?: Curve;
  /** Numbers of hidden neurons, 1 to 1,024 each. Default 1, 2, 4, … 256. */
  readonly hidden?: readonly number[];
  /** Nets trained with each number. Default 3. */
  readonly seeds?: number;
  /** Of the trained nets; 0 leaves them out. Default 300. */
  readonly epochs?: number;
}

/** Nielsen's curve, on [0, 1]. */
export const wavyCurve = "0.2 + 0.4*x^2 + 0.3*x*sin(15*x) + 0.05*cos(50*x)";

const trainingPlaces = 256;
/** Errors that float32 sums may add. */
const rounding = 1e-5;

/** One hidden layer comes as near to a continuous curve as you like: constructed from bumps, and trained. */
export async function universality(options: UniversalityOptions): Promise<LabResult> {
  const { seed, seeds = 3, epochs = 300, progress } = options;
  const { curve = formulaCurve(wavyCurve, [0, 1]) } = options;
  const hidden = [...(options.hidden ?? [1, 2, 4, 8, 16, 32, 64, 128, 256])].sort((a, b) => a - b);
  const [from, to] = curve.interval;
  const places = Array.from({ length: placeCount }, (_, i) => from + ((to - from) * i) / (placeCount - 1));
  const values = curve.values(places);

  const rows: Row[] = [];
  for (const count of hidden) {
    progress?.(`${count} hidden neurons`);
    const bumps = bumpsNetwork(values, count);
    const built = await answers(bumps);
    const trained: { readonly model: Model; readonly error: number }[] = [];
    for (let i = 0; i < (epochs > 0 ? seeds : 0); i += 1) {
      const model = await trainNet(values, count, seed + i, epochs);
      trained.push({ model, error: largestError(await answers(model), values) });
    }
    rows.push({
      count,
      built,
      error: largestError(built, values),
      bumps,
      trained: trained.length > 0 ? spreadOf(trained.map(({ error }) => error)) : undefined,
      net: trained[0]?.model,
    });
  }

  const [first, last] = [rows[0]!, rows.at(-1)!];
  const rises = rows.filter(({ error }, i) => i > 0 && error > rows[i - 1]!.error + rounding * scaleOf(values));
  const hasFallen = last.error < first.error - rounding * scaleOf(values);
  const shown = rows.filter(({ count }) => count <= 8).at(-1) ?? first;
  const shares = await sharesOf(shown, epochs > 0);
  return {
    lab: "universality",
    title: `A curve by one hidden layer: ${curve.label}`,
    seed,
    settings: { curve: curve.label, from, to, hidden, seeds, epochs },
    claim: {
      text: "The network of bumps comes nearer to the curve with more hidden neurons, always.",
      held: rises.length === 0 && hasFallen,
      evidence:
        rises.length > 0
          ? `with ${rises[0]!.count} neurons its largest error is ${formatNumber(rises[0]!.error)}, above the one before.`
          : hasFallen
            ? `its largest error falls from ${formatNumber(first.error)} with ${first.count} to ${formatNumber(last.error)} with ${last.count}, and never rises.`
            : `its largest error is ${formatNumber(first.error)} with ${first.count} and ${formatNumber(last.error)} with ${last.count}: there is nothing to fall.`,
    },
    tables: [
      {
        name: "errors",
        title: "Largest distance from the curve",
        columns: [
          column("hidden", "hidden neurons", "count"),
          column("bumps", "bumps", "value"),
          ...(epochs > 0
            ? [
                column("mean", `trained, mean of ${seeds}`, "measure"),
                column("deviation", "± deviation", "measure"),
                column("least", "least", "measure"),
                column("most", "most", "measure"),
              ]
            : []),
        ],
        rows: rows.map(({ count, error, trained }) => ({
          hidden: count,
          bumps: error,
          mean: trained?.mean ?? null,
          deviation: trained?.deviation ?? null,
          least: trained?.least ?? null,
          most: trained?.most ?? null,
        })),
      },
    ],
    series: [
      seriesOf("curve", places, values),
      ...rows.map(({ count, built }) => seriesOf(`bumps, ${count}`, places, built)),
      ...shares,
    ],
    notes: [
      `The network sees x as −1 … 1. Its weights are real ones of a dense layer of steep sigmoids, run by the engine in float32; errors are the largest over ${placeCount} places of the interval. Each step of the network is over between two of them.`,
      ...(epochs > 0
        ? [
            `Trained nets: one hidden layer of tanh, ${trainingPlaces} places, adam, ${epochs} epochs. Nothing promises that training finds what construction can do.`,
          ]
        : []),
    ],
    pictures: [
      { name: "universality-errors", scene: errorPicture(rows) },
      { name: "universality-curves", scene: curvesPicture(places, values, rows) },
      { name: "universality-shares", scene: sharesPicture(shares, shown.count) },
    ],
  };
}

interface Row {
  readonly count: number;
  readonly built: Float32Array;
  readonly error: number;
  readonly bumps: Model;
  readonly trained: Spread | undefined;
  readonly net: Model | undefined;
}

const allInputs = Float32Array.from({ length: placeCount }, (_, i) => inputAt(i));

const answers = async (model: Model): Promise<Float32Array> =>
  (await model.predict({ shape: [placeCount, 1], data: allInputs })).data;

function largestError(answered: Float32Array, values: Float64Array): number {
  let largest = 0;
  for (const [i, value] of values.entries()) largest = Math.max(largest, Math.abs(answered[i]! - value));
  return largest;
}

const scaleOf = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1);

async function trainNet(values: Float64Array, hidden: number, seed: number, epochs: number): Promise<Model> {
  // Steep enough at the start that each neuron bends the curve somewhere in the interval.
  const scale = Math.max(2, hidden / 4);
  const spread = (size: number, _fan: unknown, random: { uniform(high: number, low: number): number }) =>
    Float32Array.from({ length: size }, (_, i) => scale * (2 * random.uniform(0, i) - 1));
  const model = sequential(
    [dense(hidden, { name: "hidden", initializer: spread }), tanh, dense(1, { name: "output" })],
    { input: 1, seed },
  );
  const { data: weights } = model.weights.get("hidden/weight");
  model.weights.set(
    "hidden/bias",
    [...weights].map((weight, i) => -weight * inputAt(((i + 0.5) * (placeCount - 1)) / hidden)),
  );
  const rows = Array.from({ length: trainingPlaces }, (_, i) =>
    Math.round((i * (placeCount - 1)) / (trainingPlaces - 1)),
  );
  const data = dataset(
    rows.map((row) => [inputAt(row)]),
    rows.map((row) => [values[row]!]),
  );
  await model.fit(data, {
    loss: meanSquared,
    optimizer: adam({ learningRate: cosineDecay({ learningRate: 0.01 }) }),
    batchSize: 32,
    epochs,
    stepEvents: "none",
  }).done;
  return model;
}

/** vⱼ·f(wⱼx + bⱼ) of each hidden neuron: what it adds to the output. */
async function sharesOf({ bumps, net, count }: Row, isTrained: boolean): Promise<LabSeries[]> {
  const places = Array.from({ length: 257 }, (_, i) => (i * (placeCount - 1)) / 256);
  const series: LabSeries[] = [];
  for (const [name, model, hidden] of [
    ["bumps", bumps, "steps"],
    ["trained", isTrained ? net : undefined, "hidden"],
  ] as const) {
    if (!model) continue;
    const answer = async () =>
      (await model.predict({ shape: [places.length, 1], data: Float32Array.from(places, inputAt) })).data;
    const [outgoing, bias] = [model.weights.get("output/weight"), model.weights.get("output/bias")];
    for (let neuron = 0; neuron < count; neuron += 1) {
      const alone = model.clone();
      alone.weights.set("output/weight", [[...outgoing.data].map((weight, i) => (i === neuron ? weight : 0))]);
      alone.weights.set("output/bias", [0]);
      const { data } = await alone.predict({ shape: [places.length, 1], data: Float32Array.from(places, inputAt) });
      series.push({
        name: `${name}, neuron ${neuron + 1}`,
        x: "x from −1 to 1",
        y: `its share (${hidden})`,
        points: places.map((place, i) => [inputAt(place), data[i]!]),
      });
    }
    const whole = await answer();
    series.push({
      name: `${name}, sum and bias ${bias.data[0]}`,
      x: "x from −1 to 1",
      y: "output",
      points: places.map((place, i) => [inputAt(place), whole[i]!]),
    });
  }
  return series;
}

function seriesOf(name: string, x: readonly number[], y: ArrayLike<number>): LabSeries {
  const every = 16; // 257 of the places: all edges of 256 bumps
  return {
    name,
    x: "x",
    y: "y",
    points: x.flatMap((place, i) => (i % every === 0 ? [[place, y[i]!] as const] : [])),
  };
}

function errorPicture(rows: readonly Row[]): Scene {
  const series = [
    { name: "bumps", points: rows.map(({ count, error }): Point => [count, error]) },
    ...(rows[0]!.trained
      ? [
          {
            name: "trained",
            points: rows.map(({ count, trained }): Point => [count, trained!.mean]),
            dash: "dashed" as const,
          },
        ]
      : []),
  ];
  return lineChart({
    title: "Largest error by number of hidden neurons",
    description: series
      .map(
        ({ name, points }) =>
          `${name}: from ${formatNumber(points[0]![1])} with ${points[0]![0]} to ${formatNumber(points.at(-1)![1])} with ${points.at(-1)![0]} hidden neurons.`,
      )
      .join(" "),
    xLabel: "Hidden",
    yLabel: "Largest error",
    xScale: "log",
    yScale: "log",
    width: 520,
    height: 280,
    series,
  });
}

function curvesPicture(places: readonly number[], values: Float64Array, rows: readonly Row[]): Scene {
  const chosen =
    rows.length <= 3 ? rows : [rows[Math.floor(rows.length / 4)]!, rows[Math.floor(rows.length / 2)]!, rows.at(-1)!];
  const words = { title: "The curve and its networks of bumps", description: "" };
  const thin = (y: ArrayLike<number>) => places.flatMap((x, i): Point[] => (i % 4 === 0 ? [[x, y[i]!]] : []));
  return panels({
    ...words,
    description: chosen.map(({ count, error }) => `${count} neurons: largest error ${formatNumber(error)}.`).join(" "),
    columns: 3,
    panels: chosen.map(({ count, built, error }) => ({
      heading: `${count} hidden, error ${formatNumber(error)}`,
      scene: lineChart({
        ...words,
        xLabel: "x",
        yLabel: "",
        formatY: () => "",
        width: 330,
        series: [
          { name: "net", points: thin(built) },
          { name: "curve", points: thin(values), dash: "dotted" },
        ],
      }),
    })),
  });
}

function sharesPicture(series: readonly LabSeries[], count: number): Scene {
  const words = {
    title: "What each hidden neuron adds",
    description: `The shares of ${count} hidden neurons, and their sum.`,
  };
  const kinds = ["bumps", "trained"].filter((kind) => series.some(({ name }) => name.startsWith(`${kind},`)));
  return panels({
    ...words,
    columns: 2,
    panels: kinds.map((kind) => ({
      heading: kind === "bumps" ? `Constructed: ${count} steps` : `Trained: ${count} neurons`,
      scene: lineChart({
        ...words,
        xLabel: "x",
        yLabel: "",
        formatY: () => "",
        width: 400,
        height: 260,
        series: series
          .filter(({ name }) => name.startsWith(`${kind},`))
          .map(({ name, points }) => ({
            name: name.includes("neuron") ? name.replace(/^.* /, "") : "sum",
            points,
            dash: name.includes("neuron") ? ("solid" as const) : ("dashed" as const),
          })),
      }),
    })),
  });
}
