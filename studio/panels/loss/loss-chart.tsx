import { useCallback } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { EpochPoint } from "../../app/training.ts";
import { figure, whole } from "../../view/figures.ts";
import { outlined } from "../../view/outlined.ts";
import { type Palette, palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { tickText } from "../../view/plane.ts";
import { words } from "../../words.ts";
import { type CurveScene, curveScene } from "./curve-scene.ts";

/** Loss of the training and the validation examples after each epoch. */
export function LossChart({ isLog }: { readonly isLog: boolean }) {
  const { training } = useStudio();
  const epochs = training.epochs.value;
  const colours = palette().value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) => {
      const frame = { left: isLog ? 42 : 36, right: width - 2, top: 8, bottom: height - 20 };
      drawCurve(context, colours, curveScene(epochs, frame, isLog), frame);
    },
    [epochs, colours, isLog],
  );
  return (
    <Picture
      name={words.loss.curve}
      summary={summaryOf(epochs)}
      ratio={0.52}
      draw={draw}
      table={() => tableOf(epochs)}
    />
  );
}

function summaryOf(epochs: readonly EpochPoint[]): string {
  const last = epochs.at(-1);
  if (!last) return words.loss.curveEmpty;
  const validation = last.validation?.["loss"];
  return words.loss.curveSays(
    whole(last.epoch),
    figure(last.loss),
    validation === undefined ? undefined : figure(validation),
    figure(epochs[0]!.loss),
  );
}

/** The newest epochs first: they are what one looks for. */
function tableOf(epochs: readonly EpochPoint[]) {
  const { epoch, train, validation } = words.loss.curveColumns;
  return {
    columns: [epoch, train, validation],
    rows: epochs
      .slice(-400)
      .reverse()
      .map((point) => [whole(point.epoch), figure(point.loss), figure(point.validation?.["loss"] ?? Number.NaN)]),
  };
}

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function drawCurve(context: CanvasRenderingContext2D, { css }: Palette, scene: CurveScene, frame: Frame): void {
  const { left, right, bottom } = frame;
  context.clearRect(0, 0, right + 2, bottom + 20);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const { value, at } of scene.yTicks) {
    context.fillStyle = value === 0 ? css.edge : css.rule;
    context.fillRect(left, Math.round(at), right - left, 1);
    context.fillStyle = css["ink-3"];
    context.fillText(
      value !== 0 && value < 1e-3 ? value.toExponential(0).replace("-", "−") : tickText(value),
      left - 6,
      at,
    );
  }
  context.textBaseline = "alphabetic";
  const end = words.loss.epochs(whole(scene.last));
  context.textAlign = "right";
  context.fillText(end, right, bottom + 15);
  const room = right - context.measureText(end).width - 10;
  for (const [i, { value, at }] of scene.xTicks.slice(0, -1).entries()) {
    const text = whole(value);
    const half = i === 0 ? 0 : context.measureText(text).width / 2;
    context.textAlign = i === 0 ? "left" : "center";
    if (at + half < room) context.fillText(text, at, bottom + 15);
  }
  if (scene.lines.length === 0) {
    context.textAlign = "left";
    context.fillStyle = css["ink-3"];
    outlined(context, css.paper, words.loss.curveEmpty, left + 8, (frame.top + bottom) / 2);
    return;
  }
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  const labels = scene.lines.map(({ part, value }) => `${words.loss[part]} ${figure(value, 3)}`);
  const widest = Math.max(...labels.map((label) => context.measureText(label).width));
  const ends = scene.lines.map(({ points }) => points.at(-2)!);
  const labelX = Math.min(Math.max(...ends) + 10, right - widest);
  for (const [i, { part, points, labelY }] of scene.lines.entries()) {
    const isTrain = part === "train";
    context.strokeStyle = isTrain ? css.ink : css["ink-2"];
    context.lineWidth = isTrain ? 1.5 : 1.2;
    context.setLineDash(isTrain ? [] : [4, 3]);
    context.beginPath();
    for (let at = 0; at < points.length; at += 2) context.lineTo(points[at]!, points[at + 1]!);
    context.stroke();
    context.setLineDash([]);
    const [x, y] = [points.at(-2)!, points.at(-1)!];
    context.beginPath();
    context.arc(x, y, 2.8, 0, 2 * Math.PI);
    context.fillStyle = isTrain ? css.ink : css.paper;
    context.fill();
    context.stroke();
    context.fillStyle = isTrain ? css.ink : css["ink-2"];
    outlined(context, css.paper, labels[i]!, labelX, labelY);
  }
}
