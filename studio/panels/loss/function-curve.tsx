import { useCallback, useEffect, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { lossOf } from "../../state/job.ts";
import type { LossChoice } from "../../state/workbench.ts";
import { Choice } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { outlined } from "../../view/outlined.ts";
import { type Palette, palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { type PlaneScale, planeScale, rangeOf, ticksOf, tickText } from "../../view/plane.ts";
import { words } from "../../words.ts";
import type { CurveQuestion, CurveView } from "../../worker/views/loss-curve.ts";

/** The graph and the derivative of the loss that is trained, or of an activation of the net. */
export function FunctionCurve() {
  const { store, training } = useStudio();
  const state = store.state.value;
  const loss = lossOf(state) as Exclude<LossChoice, "auto">;
  const activations = [...new Set(state.network.layers.map(({ activation }) => activation))];
  const [wanted, setWanted] = useState("loss");
  const activation = activations.find((name) => name === wanted);
  const question: CurveQuestion = activation ? { kind: "activation", name: activation } : { kind: "loss", name: loss };
  const [curve, setCurve] = useState<CurveView | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let isCurrent = true;
    setProblem("");
    training.ask<CurveView>("lossCurve", question).then(
      (answer) => isCurrent && setCurve(answer),
      (error: unknown) => isCurrent && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [question.kind, question.name]);
  return (
    <div class="stack">
      <Choice
        label={words.loss.functionOf}
        value={activation ?? "loss"}
        options={[
          { value: "loss", label: words.loss.functionLoss(words.loss.names[loss]) },
          ...activations.map((value) => ({ value, label: words.loss.functionActivation(value) })),
        ]}
        onChange={setWanted}
      />
      {problem && <p class="bad">{problem}</p>}
      {curve && !problem && <Graph curve={curve} />}
    </div>
  );
}

function Graph({ curve }: { readonly curve: CurveView }) {
  const { name, formula, derivative, citation, shown, x, value, slope } = curve;
  const colours = palette().value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) =>
      drawFunction(context, width, height, colours, curve),
    [curve, colours],
  );
  const lowest = value.indexOf(Math.min(...value));
  return (
    <>
      <Picture
        name={`${words.loss.functionOf}: ${name}`}
        summary={`${words.loss.functionSays(name, shown)} ${words.loss.lowestAt(figure(x[lowest]!, 3), figure(value[lowest]!, 3))}`}
        ratio={0.62}
        draw={draw}
        table={() => ({
          columns: ["x", words.loss.itself, words.loss.derivative],
          rows: Array.from(x, (at, i) => [figure(at, 3), figure(value[i]!), figure(slope[i]!)]).filter(
            (_, i) => i % 10 === 0,
          ),
        })}
      />
      <p class="formula">{formula}</p>
      {derivative && <p class="formula gradient">{derivative}</p>}
      <p class="label">
        {shown && `${shown}. `}
        {citation}.
      </p>
    </>
  );
}

function drawFunction(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { css }: Palette,
  { x, value, slope }: CurveView,
): void {
  const low = rangeOf([...value, ...slope, 0], 0.06);
  // a steep loss is cut off where its slope would make all else flat
  const y = [Math.max(-4.2, low[0]), Math.min(6, low[1])] as const;
  const scale = planeScale({ x: [x[0]!, x.at(-1)!], y }, width, height);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = css.rule;
  for (const tick of ticksOf(y, 4)) context.fillRect(0, Math.round(scale.y(tick)), width, 1);
  context.fillStyle = css.edge;
  context.fillRect(0, Math.round(scale.y(0)), width, 1);
  context.fillRect(Math.round(scale.x(0)), 0, 1, height);
  context.fillStyle = css["ink-3"];
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const tick of ticksOf(y, 4)) if (tick !== 0) context.fillText(tickText(tick), 2, scale.y(tick) - 7);
  context.textAlign = "center";
  const edge = scale.y(0) > height - 14 ? -8 : 9;
  for (const tick of [-2, 2]) context.fillText(tickText(tick), scale.x(tick), scale.y(0) + edge);
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.clip();
  line(context, scale, x, slope, css.grad, 1.4, [4, 3]);
  line(context, scale, x, value, css.ink, 1.8, []);
  context.restore();
  nameLines(context, scale, css, { x, value, slope });
}

/** The name of each line where the two are farthest apart. */
function nameLines(
  context: CanvasRenderingContext2D,
  scale: PlaneScale,
  css: Palette["css"],
  { x, value, slope }: Pick<CurveView, "x" | "value" | "slope">,
): void {
  const [low, high] = scale.bounds.y;
  const isSeen = (y: number): boolean => y > low + 0.1 * (high - low) && y < high - 0.12 * (high - low);
  let best = -1;
  for (let i = 30; i < x.length - 30; i++) {
    const far = Math.abs(value[i]! - slope[i]!);
    if (isSeen(value[i]!) && isSeen(slope[i]!) && (best < 0 || far > Math.abs(value[best]! - slope[best]!))) best = i;
  }
  if (best < 0) return;
  const isAbove = value[best]! > slope[best]!;
  context.textAlign = "center";
  for (const [text, y, colour, isUp] of [
    [words.loss.itself, value[best]!, css.ink, isAbove],
    [words.loss.derivative, slope[best]!, css.grad, !isAbove],
  ] as const) {
    context.fillStyle = colour;
    context.font = `${colour === css.grad ? "italic " : ""}11px system-ui, sans-serif`;
    outlined(context, css.paper, text, scale.x(x[best]!), scale.y(y) + (isUp ? -12 : 13));
  }
}

/** A jump of the function, such as the derivative's at a kink, is not joined by a line. */
function line(
  context: CanvasRenderingContext2D,
  scale: PlaneScale,
  x: Float32Array,
  values: Float32Array,
  colour: string,
  width: number,
  dash: number[],
): void {
  const jump = 0.2 * (scale.bounds.y[1] - scale.bounds.y[0]);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  for (let i = 0; i < x.length; i++) {
    const [at, height] = [scale.x(x[i]!), scale.y(values[i]!)];
    const isJoined = i > 0 && Math.abs(values[i]! - values[i - 1]!) < jump;
    if (isJoined) context.lineTo(at, height);
    else context.moveTo(at, height);
  }
  context.stroke();
  context.setLineDash([]);
}
