import { useSignal } from "@preact/signals";
import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useView } from "../../app/use-view.ts";
import type { StudioData } from "../../state/data.ts";
import { exampleNumber, type Points, pointsOf } from "../../state/points.ts";
import { Choice } from "../../view/controls.tsx";
import { figure, percent } from "../../view/figures.ts";
import { Marker } from "../../view/markers.tsx";
import { palette } from "../../view/palette.ts";
import { Picture, type PictureTable } from "../../view/picture.tsx";
import { type Bounds, nearestPoint, planeScale, pointTowards, rangeOf } from "../../view/plane.ts";
import { words } from "../../words.ts";
import type { DecisionArgs, DecisionView, OutputsArgs } from "../../worker/views/decision.ts";
import { planeOf } from "../network/net.ts";
import { drawAxes } from "./axes.ts";
import { DecisionPainter, drawCurves, drawPoints, drawRing } from "./draw-decision.ts";

/** Points along each side of what the worker computes, and samples that are drawn and judged. */
const resolution = 96;
export const mostPoints = 5000;

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function DecisionPicture({ data }: { readonly data: StudioData }) {
  const { store, training, say } = useStudio();
  const [pair, setPair] = useState<readonly [number, number]>([0, 1]);
  const [output, setOutput] = useState(0);
  const size = useRef({ width: 0, height: 0 });
  const painter = useMemo(() => new DecisionPainter(), []);
  const columns = useMemo(() => inRange(pair, data.inputs), [pair, data]);
  const isClasses = data.classes.length > 0;
  const isLine = data.inputs === 1;
  const [trained, held] = useMemo(() => partsOf(data, columns, output), [data, columns, output]);
  const plane = useMemo(() => planeOf(data, columns), [data, columns]);
  const { example } = store.state.value.look;
  const given = store.state.value.data;
  const answers = given.kind === "own" ? given.target.names : data.classes;
  const args: DecisionArgs = { plane, columns, output, resolution, most: mostPoints };
  const view = fitting(useView<DecisionView>("decision", args).value, data);
  const colours = palette().value;
  const bounds = isLine ? lineBounds(plane, view, isClasses) : plane;
  const judged = view && view.kind !== "values" ? view.judged : undefined;
  const number = exampleNumber(data, example);
  const names = [
    data.columns[columns[0]] ?? "x",
    isLine ? (isClasses ? "" : (answers[output] ?? "y")) : (data.columns[columns[1]] ?? ""),
  ] as const;

  const place = useCallback(
    (points: Points, width: number, height: number) => {
      const scale = planeScale(bounds, width, height);
      const level = (i: number): number => (isLine && isClasses ? -0.08 - 0.05 * points.labels[i]! : points.y[i]!);
      return (i: number) => [scale.x(points.x[i]!), scale.y(level(i))] as const;
    },
    [bounds, isLine, isClasses],
  );
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) => {
      size.current = { width, height };
      const scale = planeScale(bounds, width, height);
      context.fillStyle = colours.css.zero;
      context.fillRect(0, 0, width, height);
      if (view) painter.paintMap(context, colours, view, scale);
      drawAxes(context, colours, scale, names);
      const valueScale = view?.kind === "values" ? view.scale : 0;
      if (held)
        drawPoints(
          context,
          colours,
          { points: held, wrong: judged?.validation, isValidation: true, valueScale },
          place(held, width, height),
        );
      drawPoints(
        context,
        colours,
        { points: trained, wrong: judged?.training, isValidation: false, valueScale },
        place(trained, width, height),
      );
      if (view?.kind === "curves") drawCurves(context, colours, view, scale, isClasses);
      if (example < trained.size)
        drawRing(context, colours, place(trained, width, height)(example), `${number}`, width);
    },
    [bounds, colours, view, judged, held, trained, place, example, number, isClasses, painter, names[0], names[1]],
  );

  const reading = useSignal<string>("");
  const asked = useRef(false);
  const read = (event: PointerEvent): void => {
    if (asked.current) return;
    const scale = planeScale(bounds, size.current.width, size.current.height);
    const at = [scale.valueX(event.offsetX), isLine ? 0 : scale.valueY(event.offsetY)] as const;
    asked.current = true;
    training
      .ask<Float32Array>("outputs", { columns, at } satisfies OutputsArgs)
      .then((answer) => {
        const point = isLine ? figure(at[0], 3) : `(${figure(at[0], 3)}, ${figure(at[1], 3)})`;
        reading.value = words.space.at(point, answerWords(answer, data.classes, answers));
      })
      .catch(() => {
        reading.value = ""; // the net was replaced in between
      })
      .finally(() => {
        asked.current = false;
      });
  };
  const choose = (next: number): void => {
    store.look({ example: next });
    say(pointWords(data, trained, judged?.training, next, names));
  };
  const press = (event: MouseEvent): void => {
    const { width, height } = size.current;
    const found = nearestPoint(trained.size, place(trained, width, height), event.offsetX, event.offsetY);
    if (found >= 0) choose(found);
  };
  const step = (event: KeyboardEvent): void => {
    const direction = arrows[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { width, height } = size.current;
    const from = Math.min(example, trained.size - 1);
    choose(pointTowards(trained.size, place(trained, width, height), from, direction));
  };
  const name = isLine ? words.space.curvesName : isClasses ? words.space.mapName : words.space.valuesName;
  const wrong = judged ? count(judged.training) + count(judged.validation) : 0;
  const all = trained.size + (held?.size ?? 0);
  return (
    <div class="stack space">
      {data.inputs > 2 && <ColumnChoices data={data} columns={columns} onChange={setPair} />}
      {!isClasses && data.outputs > 1 && (
        <Choice
          label={words.space.output}
          value={String(output)}
          options={Array.from({ length: data.outputs }, (_, i) => ({
            value: String(i),
            label: answers[i] ?? `y${i + 1}`,
          }))}
          onChange={(value) => setOutput(Number(value))}
        />
      )}
      <Picture
        name={name}
        summary={training.isPlaying.value ? name : summaryOf(view, data, wrong, all)}
        draw={draw}
        ratio={isLine ? 0.75 : 1}
        table={() => tableOf(data, trained, held, judged, names)}
        canvasProps={{
          role: "application",
          tabIndex: 0,
          "aria-roledescription": words.space.pick,
          onClick: press,
          onKeyDown: step,
          onPointerMove: read,
          onPointerLeave: () => {
            reading.value = "";
          },
        }}
      />
      <p class="label space-reading">{reading.value || words.space.reading}</p>
      <Legend data={data} hasValidation={held !== undefined} wrong={judged ? wrong : undefined} />
      {data.train.size > mostPoints && <p class="label">{words.space.few(mostPoints, data.train.size)}</p>}
      {data.inputs > 2 && <p class="label">{words.space.others}</p>}
      {isStandardized(store.state.value.data) && <p class="label">{words.space.standardized}</p>}
    </div>
  );
}

const isStandardized = (state: object): boolean => "isStandardized" in state && state.isStandardized === true;

function Legend({
  data,
  hasValidation,
  wrong,
}: {
  readonly data: StudioData;
  readonly hasValidation: boolean;
  readonly wrong: number | undefined;
}) {
  return (
    <ul class="legend">
      {data.classes.slice(0, 20).map((name, label) => (
        <li key={label}>
          <Marker label={label} />
          <span class="class-name">{name}</span>
        </li>
      ))}
      {hasValidation && (
        <li>
          <svg class="mark" viewBox="-1.6 -1.6 3.2 3.2" aria-hidden="true">
            <circle r="1" fill="var(--paper)" stroke="var(--ink-2)" stroke-width="0.4" />
          </svg>
          {words.space.validation}
        </li>
      )}
      {wrong !== undefined && (
        <li data-figure="wrong">
          <svg class="mark" viewBox="-1.6 -1.6 3.2 3.2" aria-hidden="true">
            <circle r="1.05" fill="var(--c8)" stroke="var(--ink)" stroke-width="0.5" />
          </svg>
          {wrong > 0 ? words.space.wrong(wrong) : words.space.wrongNone}
        </li>
      )}
    </ul>
  );
}

/** Of more than two numbers, the two that are the axes. */
export function ColumnChoices({
  data,
  columns,
  onChange,
}: {
  readonly data: StudioData;
  readonly columns: readonly [number, number];
  readonly onChange: (columns: readonly [number, number]) => void;
}) {
  const options = data.columns.map((name, i) => ({ value: String(i), label: name }));
  return (
    <div class="row wrap">
      <Choice
        label={words.space.axisX}
        value={String(columns[0])}
        options={options}
        onChange={(value) => onChange([Number(value), columns[1]])}
      />
      <Choice
        label={words.space.axisY}
        value={String(columns[1])}
        options={options}
        onChange={(value) => onChange([columns[0], Number(value)])}
      />
    </div>
  );
}

export const inRange = ([first, second]: readonly [number, number], inputs: number): readonly [number, number] => [
  Math.min(first, inputs - 1),
  Math.min(second, inputs - 1),
];

export function partsOf(
  data: StudioData,
  columns: readonly [number, number],
  output = 0,
): readonly [Points, Points | undefined] {
  const options = { most: mostPoints, output };
  return [pointsOf(data.train, columns, options), data.validation && pointsOf(data.validation, columns, options)];
}

/** The newest view if it is of this data: an older one stays until the first of a new net comes. */
function fitting(view: DecisionView | undefined, data: StudioData): DecisionView | undefined {
  if (!view) return undefined;
  const isClasses = data.classes.length > 0;
  if ((view.kind === "curves") !== (data.inputs === 1)) return undefined;
  if (view.kind === "curves") return view.outputs === data.outputs ? view : undefined;
  if (view.kind === "classes") return isClasses && view.shares.length === data.outputs ? view : undefined;
  return isClasses ? undefined : view;
}

/** Of a curve: high enough for the curve and the points; of classes from 0 to 1, with room for the points below. */
function lineBounds(plane: Bounds, view: DecisionView | undefined, isClasses: boolean): Bounds {
  if (isClasses) return { x: plane.x, y: [-0.4, 1.1] };
  const curve = view?.kind === "curves" ? rangeOf(view.y) : plane.y;
  // a net that is far off does not press the points into a line
  const room = plane.y[1] - plane.y[0];
  const low = Math.max(plane.y[0] - room, Math.min(plane.y[0], curve[0]));
  const high = Math.min(plane.y[1] + room, Math.max(plane.y[1], curve[1]));
  return { x: plane.x, y: [low, high] };
}

const count = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);

function answerWords(answer: Float32Array, classes: readonly string[], names: readonly string[]): string {
  const order = Array.from(answer.keys()).sort((a, b) => answer[b]! - answer[a]!);
  const sum = answer.reduce((total, value) => total + value, 0);
  const isShares = classes.length > 1 && Math.abs(sum - 1) < 1e-3 && answer.every((value) => value >= 0);
  if (classes.length === 0)
    return Array.from(answer, (value, k) => `${answer.length > 1 ? `${names[k]} ` : ""}${figure(value)}`).join(", ");
  return order
    .slice(0, 3)
    .map((k) => `${classes[k]} ${isShares ? percent(answer[k]!) : figure(answer[k]!, 3)}`)
    .join(", ");
}

function pointWords(
  data: StudioData,
  points: Points,
  wrong: Uint8Array | undefined,
  i: number,
  names: readonly [string, string],
): string {
  const label = points.labels[i]!;
  const place = `${names[0]} ${figure(points.x[i]!, 3)}${names[1] ? `, ${names[1]} ${figure(points.y[i]!, 3)}` : ""}`;
  const told =
    label < 0
      ? ""
      : `, ${data.classes[label]}${wrong ? `, ${wrong[i] ? words.space.isWrong : words.space.right}` : ""}`;
  return `${words.space.example(exampleNumber(data, i))}: ${place}${told}`;
}

function summaryOf(view: DecisionView | undefined, data: StudioData, wrong: number, all: number): string {
  if (!view) return words.loading;
  if (view.kind === "values") return words.space.valuesSummary(figure(view.low, 3), figure(view.high, 3));
  if (view.kind === "classes") {
    const parts = Array.from(view.shares, (share, k) => words.space.classShare(data.classes[k]!, percent(share, 0)));
    return words.space.classSummary(parts.join(", "), words.space.wrongOf(wrong, all));
  }
  const [low, high] = rangeOf(view.y, 0);
  return words.space.curvesSummary(
    figure(low, 3),
    figure(high, 3),
    figure(view.x[0]!, 3),
    figure(view.x[view.x.length - 1]!, 3),
  );
}

function tableOf(
  data: StudioData,
  trained: Points,
  held: Points | undefined,
  judged: { readonly training: Uint8Array; readonly validation: Uint8Array } | undefined,
  names: readonly [string, string],
): PictureTable {
  const { space } = words;
  const hasClasses = data.classes.length > 0;
  const row = (points: Points, wrong: Uint8Array | undefined, part: string, numberOf: (i: number) => number) =>
    Array.from({ length: points.size }, (_, i) => [
      numberOf(i),
      part,
      figure(points.x[i]!),
      ...(names[1] ? [figure(points.y[i]!)] : []),
      ...(hasClasses ? [data.classes[points.labels[i]!]!, wrong ? (wrong[i] ? space.isWrong : space.right) : ""] : []),
    ]);
  return {
    columns: [
      ...space.tableColumns,
      ...names.filter((name) => name !== ""),
      ...(hasClasses ? [space.tableAnswer, space.tableJudged] : []),
    ],
    rows: [
      ...row(trained, judged?.training, space.training, (i) => exampleNumber(data, i)),
      ...(held ? row(held, judged?.validation, space.validation, (i) => data.validationRows[i]! + 1) : []),
    ],
  };
}
