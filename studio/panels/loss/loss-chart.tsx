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
      const frame = { left: 36, right: width - 2, top: 8, bottom: height - 20 };
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
  for (const [i, { value, at }] of scene.xTicks.entries()) {
    const isLast = i === scene.xTicks.length - 1;
    context.textAlign = i === 0 ? "left" : isLast ? "right" : "center";
    const text = whole(value);
    context.fillText(isLast ? words.loss.epochs(text) : text, at, bottom + 15);
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
  for (const { part, points, value, labelY } of scene.lines) {
    const isTrain = part === "train";
    context.strokeStyle = isTrain ? css.ink : css["ink-2"];
    context.lineWidth = isTrain ? 1.5 : 1.2;
    context.setLineDash(isTrain ? [] : [4, 3]);
    context.beginPath();
    for (let i = 0; i < points.length; i += 2) context.lineTo(points[i]!, points[i + 1]!);
    context.stroke();
    context.setLineDash([]);
    const [x, y] = [points.at(-2)!, points.at(-1)!];
    context.beginPath();
    context.arc(x, y, 2.8, 0, 2 * Math.PI);
    context.fillStyle = isTrain ? css.ink : css.paper;
    context.fill();
    context.stroke();
    context.fillStyle = isTrain ? css.ink : css["ink-2"];
    outlined(context, css.paper, `${words.loss[part]} ${figure(value, 3)}`, x + 10, labelY);
  }
}
