import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { StudioData } from "../../state/data.ts";
import { limits } from "../../state/limits.ts";
import { addPoints, type BoardPoint, movePoint, removeRows } from "../../state/own-points.ts";
import { Choice } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { nearestPoint, type PlaneScale, planeScale } from "../../view/plane.ts";
import { words } from "../../words.ts";
import { boardScene, pointsNear, strokePoints } from "./board-geometry.ts";
import { type Draft, drawBoard } from "./draw-board.ts";
import type { Editing } from "./editing.ts";

/** Pixels within which a hand meets a point, and those that an eraser covers. */
const reach = 14;
const eraser = 11;

/** The points where they lie, to be painted, dragged and erased by pointer, touch or keys. */
export function Board({ data, editing }: { readonly data: StudioData; readonly editing: Editing }) {
  const { say } = useStudio();
  const [axes, setAxes] = useState<readonly [number, number]>([0, 1]);
  const [draft, setDraft] = useState<Draft | undefined>(undefined);
  const [cross, setCross] = useState<BoardPoint | undefined>(undefined);
  /** The stroke that a pointer draws now; what is shown of it is the draft. */
  const stroke = useRef<{ readonly id: number; last: BoardPoint; draft: Draft } | undefined>(undefined);
  const safe = useMemo(() => axes.map((axis) => Math.min(axis, data.inputs - 1)) as [number, number], [axes, data]);
  const scene = useMemo(() => boardScene(data, safe), [data, safe]);
  const { bounds, kind } = scene;
  const { value: wanted } = editing.tool;
  const tool = wanted === "paint" && !kind ? "move" : wanted;
  const [label, row] = [editing.label.value, editing.row.value];
  const colours = palette().value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) =>
      drawBoard(context, planeScale(bounds, width, height), colours, scene, {
        draft,
        cross,
        row,
        label: kind === "plane" ? label : -1,
      }),
    [scene, bounds, kind, colours, draft, cross, row, label],
  );

  const scaleOf = (canvas: HTMLCanvasElement): PlaneScale =>
    planeScale(bounds, canvas.clientWidth || 1, canvas.clientHeight || 1);
  const nearest = (scale: PlaneScale, { x, y }: BoardPoint): number =>
    nearestPoint(scene.size, (i) => [scale.x(scene.x[i]!), scale.y(scene.y[i]!)], scale.x(x), scale.y(y), reach);
  const paint = (points: readonly BoardPoint[]): void => {
    const isFull = scene.size + points.length > limits.rows;
    const isDone = editing.edit(words.data.undo.paint, (own) => addPoints(own, points, label));
    if (isFull) say(words.data.full(limits.rows));
    else if (isDone) say(words.data.painted(points.length, data.classes[label] ?? "y"));
  };
  const erase = (rows: ReadonlySet<number>): void => {
    if (rows.size === 0) return say(words.data.nothingThere);
    editing.edit(words.data.undo.erase, (own) => removeRows(own, rows));
    say(rows.size >= scene.size ? words.data.lastPoint : words.data.erased(rows.size));
  };
  const move = (at: number, point: BoardPoint): void => {
    editing.edit(words.data.undo.move, (own) => movePoint(own, at, point));
    editing.choose(at);
  };
  const finish = (done: Draft): void => {
    setDraft(undefined);
    if (done.tool === "paint") paint(done.points);
    else if (done.tool === "erase") erase(done.rows);
    else if (done.hasMoved) move(done.row, done);
    else editing.choose(done.row);
  };

  const placeOf = (event: PointerEvent): { canvas: HTMLCanvasElement; pixel: BoardPoint; scale: PlaneScale } => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    const box = canvas.getBoundingClientRect();
    return { canvas, pixel: { x: event.clientX - box.left, y: event.clientY - box.top }, scale: scaleOf(canvas) };
  };
  const pointAt = (scale: PlaneScale, { x, y }: BoardPoint): BoardPoint => ({
    x: scale.valueX(Math.max(0, Math.min(scale.width, x))),
    y: scale.valueY(Math.max(0, Math.min(scale.height, y))),
  });
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || stroke.current) return;
    const { canvas, pixel, scale } = placeOf(event);
    const at = pointAt(scale, pixel);
    let begun: Draft | undefined;
    if (tool === "paint") begun = { tool, points: [at] };
    else if (tool === "erase") begun = { tool, rows: new Set(pointsNear(scene, scale, at, eraser)), at };
    else {
      const found = nearest(scale, at);
      if (found >= 0) begun = { tool: "move", row: found, x: scene.x[found]!, y: scene.y[found]!, hasMoved: false };
    }
    setCross(undefined);
    if (!begun) return;
    canvas.setPointerCapture(event.pointerId);
    stroke.current = { id: event.pointerId, last: pixel, draft: begun };
    setDraft(begun);
  };
  const drag = (event: PointerEvent): void => {
    const current = stroke.current;
    if (current?.id !== event.pointerId) return;
    const { pixel, scale } = placeOf(event);
    const next = advanced(current.draft, current.last, pixel, scale);
    if (next === current.draft) return;
    current.last = pixel;
    current.draft = next;
    setDraft(next);
  };
  const advanced = (now: Draft, last: BoardPoint, pixel: BoardPoint, scale: PlaneScale): Draft => {
    if (now.tool === "paint") {
      const points = strokePoints(last, pixel, now.points.length, kind === "plane");
      return points.length === 0 ? now : { ...now, points: [...now.points, ...points.map((at) => pointAt(scale, at))] };
    }
    const at = pointAt(scale, pixel);
    if (now.tool === "erase") {
      const way = strokePoints(last, pixel, 0, false).map((pixels) => pointAt(scale, pixels));
      const rows = [...way, at].flatMap((place) => pointsNear(scene, scale, place, eraser));
      return { ...now, at, rows: new Set([...now.rows, ...rows]) };
    }
    const hasMoved = now.hasMoved || Math.hypot(pixel.x - last.x, pixel.y - last.y) > 3;
    return kind && hasMoved ? { ...now, ...at, hasMoved } : now;
  };
  const up = (event: PointerEvent): void => {
    const current = stroke.current;
    if (current?.id !== event.pointerId) return;
    stroke.current = undefined;
    finish(current.draft);
  };
  const cancel = (): void => {
    stroke.current = undefined;
    setDraft(undefined);
  };

  const steer = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const scale = scaleOf(event.currentTarget as HTMLCanvasElement);
    const { x: across, y: up } = bounds;
    const middle = { x: (across[0] + across[1]) / 2, y: (up[0] + up[1]) / 2 };
    const at = cross ?? middle;
    const arrow = arrows[event.key];
    if (arrow) {
      const share = event.shiftKey ? 1 / 200 : 1 / 20;
      const next = pointAt(scale, {
        x: scale.x(at.x) + arrow[0] * share * scale.width,
        y: scale.y(at.y) - arrow[1] * share * scale.height,
      });
      setCross(cross || draft ? next : middle);
      if (draft?.tool === "move" && kind) setDraft({ ...draft, ...next, hasMoved: true });
      say(words.data.at(figure(next.x, 3), figure(next.y, 3)));
    } else if (event.key === "Enter") act(scale, at);
    else if (event.key === "Delete" || event.key === "Backspace") {
      const found = nearest(scale, at);
      erase(new Set(found >= 0 ? [found] : []));
    } else if (event.key === "Escape") cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const act = (scale: PlaneScale, at: BoardPoint): void => {
    setCross(at);
    if (tool === "paint") return paint([at]);
    if (tool === "erase") return erase(new Set(pointsNear(scene, scale, at, eraser)));
    if (draft) return finish(draft);
    const found = nearest(scale, at);
    if (found < 0) return say(words.data.nothingThere);
    editing.choose(found);
    setDraft({ tool: "move", row: found, x: scene.x[found]!, y: scene.y[found]!, hasMoved: false });
    if (kind) say(words.data.held(found + 1));
  };

  const groups = data.classes.map((name, i) => `${countOf(scene.labels, i)} ${name}`).join(", ");
  return (
    <div class="board" data-tool={tool}>
      {!kind && <Axes data={data} axes={safe} onChange={setAxes} />}
      <Picture
        name={kind === "curve" ? words.data.curveBoard : words.data.board}
        summary={`${words.data.boardSays(scene.size, groups, data.validationRows.length)} ${words.data.boardKeys}`}
        draw={draw}
        canvasProps={{
          role: "application",
          tabIndex: 0,
          onPointerDown: down,
          onPointerMove: drag,
          onPointerUp: up,
          onPointerCancel: cancel,
          onKeyDown: steer,
          onBlur: () => setCross(undefined),
        }}
      />
    </div>
  );
}

const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

function countOf(labels: Int32Array, label: number): number {
  let count = 0;
  for (const other of labels) if (other === label) count++;
  return count;
}

/** Which two of many columns the board shows. */
function Axes({
  data: { columns, inputs },
  axes,
  onChange,
}: {
  readonly data: StudioData;
  readonly axes: readonly [number, number];
  readonly onChange: (axes: readonly [number, number]) => void;
}) {
  if (inputs < 2) return null;
  const options = columns.slice(0, 200).map((name, i) => ({ value: String(i), label: name }));
  return (
    <div class="stack">
      {inputs > 2 && <p class="label">{words.data.many(inputs)}</p>}
      <div class="axes">
        <Choice
          label={words.data.across}
          options={options}
          value={String(axes[0])}
          onChange={(value) => onChange([Number(value), axes[1]])}
        />
        <Choice
          label={words.data.up}
          options={options}
          value={String(axes[1])}
          onChange={(value) => onChange([axes[0], Number(value)])}
        />
      </div>
    </div>
  );
}
