import { NablaError } from "../errors.ts";
import { evaluate, input } from "../graph/index.ts";
import { formatNumber, type PlaneMapOptions, type Point, panels, planeMap, type Scene } from "../plot/index.ts";
import { type Formula, parseFormula } from "./formula.ts";
import { formulaGraph } from "./formula-graph.ts";
import { descendFrom, type End, type Ending, type Objective, tolerances } from "./many-starts.ts";
import { column, type LabContext, type LabResult, type LabTable } from "./result.ts";
import { netStarts, xorCost } from "./xor-net.ts";

export interface MinimaOptions extends LabContext {
  /** Of x, or of x and y. */
  readonly formula?: string;
  /** Where starts lie, in each direction. Default [−4, 4]. */
  readonly box?: readonly [from: number, to: number];
  /** Starts along each direction, 2 to 33, a grid; 2 to 400 for x alone. Default 9 and 33. */
  readonly starts?: number;
  /** η on the function. Default 0.2. */
  readonly learningRate?: number;
  /** Most steps of a start. Default 4,000. */
  readonly steps?: number;
  /** Starts of the small net, 0 to 64; 0 leaves it out. Default 16. */
  readonly netStarts?: number;
}

/** A deep well, two shallow ones that mirror each other with a saddle between them, and flat land around. */
export const threeWells =
  "-exp(-2*(x^2 + (y-1)^2)) - 0.6*exp(-2*((x-1)^2 + (y+1)^2)) - 0.6*exp(-2*((x+1)^2 + (y+1)^2))";

/** ½λ‖θ‖² and η of the small net. */
const [netDecay, netRate] = [0.02, 0.4];

/** Gradient descent from many starts, on a function and on a small net: where each ends, and why it stopped there. */
export function minima(options: MinimaOptions): LabResult {
  const { seed, formula: text = threeWells, box = [-4, 4], learningRate = 0.2, steps = 4000, progress } = options;
  const formula = parseFormula(text, ["x", "y"]);
  const isPlane = formula.variables.includes("y");
  const { starts: count = isPlane ? 9 : 33, netStarts: nets = 16 } = options;
  if (isPlane && count > 33)
    throw new NablaError("OPTION", `${count} starts in each direction of the plane are ${count * count}`, {
      expected: "at most 33 in each direction, for a function of x and y",
      received: `${count}`,
      hint: "Take fewer.",
    });
  const objective: Objective = ([x, y]) => formulaGraph(formula, isPlane ? { x: x!, y: y! } : { x: x! });
  const places = Array.from({ length: count }, (_, i) => mix(box, i / (count - 1)));
  const starts = isPlane ? places.flatMap((y) => places.map((x) => [x, y])) : places.map((x) => [x]);
  checkFinite(objective, starts, isPlane);
  progress?.(`${starts.length} starts on the function`);
  const ends = descendFrom({ objective, starts, learningRate, steps });
  progress?.(`${nets} starts of the net`);
  const netEnds =
    nets === 0
      ? []
      : descendFrom({ objective: xorCost(netDecay), starts: netStarts(nets, seed), learningRate: netRate, steps });
  const groups = groupEnds(ends, (end) => end.at.map((value) => Math.round(value * 1e3)).join());
  const reached = groups.filter(({ ending }) => ending === "minimum");
  const summary = groups.map(({ count, ending }) => `${count} ${ending}`);
  return {
    lab: "minima",
    title: `Where gradient descent ends: ${text}`,
    seed,
    settings: { formula: text, box, starts: count, learningRate, steps, netStarts: nets, netDecay, netRate },
    claim: {
      text: "Gradient descent does not always find the global minimum: different starts end in different minima.",
      held: reached.length > 1 && lowest(reached) < highest(reached) - 1e-9,
      evidence:
        reached.length === 0
          ? `none of ${starts.length} starts ended in a minimum.`
          : `${starts.length} starts reached ${reached.length === 1 ? "one minimum" : `${reached.length} minima`}, of value ${reached.map(({ value }) => formatNumber(value)).join(", ")}.`,
    },
    tables: [
      endTable("ends", `The function, from ${starts.length} starts`, groups, (end) => placeText(end.at)),
      ...(nets === 0
        ? []
        : [
            endTable(
              "netEnds",
              `A 2-2-1 net (tanh, linear) on XOR, from 0 and ${nets - 1} random starts; cost ¼Σ(ŷ − y)² + ½·${netDecay}·‖θ‖²`,
              groupEnds(netEnds, (end) => String(Math.round(end.value * 1e6))),
              (end) => (end.at.every((value) => value === 0) ? "the start, all 0" : "mirror images, nine numbers each"),
            ),
          ]),
      startTable("starts", ends),
      ...(nets === 0 ? [] : [startTable("netStarts", netEnds)]),
    ],
    series: [],
    notes: [
      `Stopped where |∇| ≤ ${tolerances.gradient}; a curvature (an eigenvalue of the Hessian) counts as 0 up to ${tolerances.curvature} of the largest or of 1; a plateau is where the function changes by no more than ${tolerances.flat} within ${tolerances.reach}. Float64, derivatives by differentiating the graph twice.`,
      `Endings on the function: ${summary.join(", ")}.`,
    ],
    pictures: [{ name: "minima", scene: picture(formula, isPlane, box, ends, groups) }],
  };
}

const mix = ([from, to]: readonly [number, number], share: number): number => from + (to - from) * share;
const lowest = (groups: readonly Group[]) => Math.min(...groups.map(({ value }) => value));
const highest = (groups: readonly Group[]) => Math.max(...groups.map(({ value }) => value));

function checkFinite(objective: Objective, starts: readonly (readonly number[])[], isPlane: boolean): void {
  const values = valuesAt(objective, starts);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const place = starts[bad]!.map((value, k) => `${k === 0 ? "x" : "y"} = ${Number(value.toPrecision(6))}`).join(", ");
  throw new NablaError("DATA", `the function is ${formatNumber(values[bad]!)} at ${place}, where a start should lie`, {
    expected: "a finite number at every start",
    received: formatNumber(values[bad]!),
    hint: `Choose another box${isPlane ? "" : ", or other starts"}, or another function.`,
  });
}

function valuesAt(objective: Objective, points: readonly (readonly number[])[]): Float64Array {
  const parameters = points[0]!.map((_, k) => input([points.length], `parameter ${k}`));
  const feed = new Map(parameters.map((parameter, k) => [parameter, { data: points.map((point) => point[k]!) }]));
  return evaluate([objective(parameters)], feed)[0]!.data;
}

/** Whether starts that ended so are at one point, and can be told apart by it. */
const hasPlace = (ending: Ending): boolean => !["plateau", "still moving", "ran away"].includes(ending);

interface Group {
  readonly ending: Ending;
  readonly value: number;
  readonly count: number;
  /** The first start of the group. */
  readonly end: End;
}

/** Ends that are the same; all plateaus are one group, and so are all that did not stop. The commonest first. */
function groupEnds(ends: readonly End[], placeOf: (end: End) => string): readonly Group[] {
  const groups = new Map<string, End[]>();
  for (const end of ends) {
    const key = hasPlace(end.ending) ? `${end.ending} ${placeOf(end)}` : end.ending;
    groups.set(key, [...(groups.get(key) ?? []), end]);
  }
  return [...groups.values()]
    .map(
      (members): Group => ({
        ending: members[0]!.ending,
        value: members[0]!.value,
        count: members.length,
        end: members[0]!,
      }),
    )
    .sort((a, b) => b.count - a.count || a.value - b.value);
}

const placeText = (at: readonly number[]): string =>
  at.map((value, k) => `${k === 0 ? "x" : "y"} = ${formatNumber(Math.abs(value) < 5e-7 ? 0 : value)}`).join(", ");

const endTable = (name: string, title: string, groups: readonly Group[], placeOf: (end: End) => string): LabTable => ({
  name,
  title,
  columns: [
    column("count", "starts", "count"),
    column("ending", "ended at", "text"),
    column("value", "value", "value"),
    column("place", "where", "text"),
    column("gradient", "|∇|", "measure"),
    column("least", "least curvature", "value"),
    column("most", "most", "value"),
  ],
  rows: groups.map(({ count, ending, end }) => {
    const isPlace = hasPlace(ending);
    return {
      count,
      ending,
      value: isPlace ? end.value : null,
      place: isPlace ? placeOf(end) : "in different places",
      gradient: isPlace ? end.gradient : null,
      least: isPlace ? (end.curvatures[0] ?? null) : null,
      most: isPlace ? (end.curvatures.at(-1) ?? null) : null,
    };
  }),
});

const startTable = (name: string, ends: readonly End[]): LabTable => ({
  name,
  title: "Every start",
  isDetail: true,
  columns: [
    column("start", "start", "text"),
    column("end", "end", "text"),
    column("ending", "ended at", "text"),
    column("steps", "steps", "count"),
    column("value", "value", "value"),
    column("gradient", "|∇|", "value"),
    column("curvatures", "curvatures", "text"),
  ],
  rows: ends.map(({ start, at, ending, steps, value, gradient, curvatures }) => ({
    start: start.join(" "),
    end: at.join(" "),
    ending,
    steps,
    value,
    gradient,
    curvatures: curvatures.join(" "),
  })),
});

const gridSize = 80;

function picture(
  formula: Formula,
  isPlane: boolean,
  box: readonly [number, number],
  ends: readonly End[],
  groups: readonly Group[],
): Scene {
  const counts = groups.map(({ count, ending }) => `${count} at a ${ending}`).join(", ");
  const words = { title: "Where the starts ended", description: `Of ${ends.length} starts: ${counts}.` };
  if (!isPlane) return curvePicture(formula, box, ends, words);
  const margin = 0.03 * (box[1] - box[0]); // starts on the edge of the box are drawn whole
  const side = [box[0] - margin, box[1] + margin] as const;
  const domain = { x: side, y: side };
  const cells = Array.from({ length: gridSize * gridSize }, (_, i) => [
    mix(side, ((i % gridSize) + 0.5) / gridSize),
    mix(side, 1 - (Math.floor(i / gridSize) + 0.5) / gridSize),
  ]);
  const values = valuesAt(([x, y]) => formulaGraph(formula, { x: x!, y: y! }), cells);
  const finite = [...values].filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const grid = {
    columns: gridSize,
    rows: gridSize,
    values: [...values].map((value) => (high > low ? (high - value) / (high - low) : 0)),
  };
  const map = (more: Partial<PlaneMapOptions>) =>
    planeMap({ ...words, domain, grid, size: 300, dotRadius: 3, ...more });
  const dot = (at: readonly number[], ending: Ending) => ({
    at: at as unknown as Point,
    isOpen: ending !== "minimum",
  });
  const places = groups.filter(({ ending }) => hasPlace(ending));
  return panels({
    ...words,
    columns: 2,
    panels: [
      {
        heading: "The ways (more shade is lower)",
        scene: map({
          lines: ends
            .filter(({ ending }) => hasPlace(ending))
            .map(({ path }) => ({ points: path as unknown as Point[] })),
          points: places.map(({ end, ending }) => dot(end.at, ending)),
        }),
      },
      {
        heading: "Starts: ● reached a minimum, ○ did not",
        scene: map({ points: ends.map(({ start, ending }) => dot(start, ending)) }),
      },
    ],
  });
}

function curvePicture(
  formula: Formula,
  box: readonly [number, number],
  ends: readonly End[],
  words: { readonly title: string; readonly description: string },
): Scene {
  const places = Array.from({ length: 401 }, (_, i) => [mix(box, i / 400)]);
  const values = valuesAt(([x]) => formulaGraph(formula, { x: x! }), places);
  const finite = [...values].filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = 0.08 * (high - low || 1);
  return planeMap({
    ...words,
    domain: { x: box, y: [low - margin, high + margin] },
    size: 420,
    height: 260,
    dotRadius: 4,
    lines: [{ points: places.map(([x], i): Point => [x!, values[i]!]) }],
    points: ends
      .filter(({ value }) => Number.isFinite(value))
      .map(({ at, value, ending }) => ({ at: [at[0]!, value] as const, isOpen: ending !== "minimum" })),
  });
}
