import { useCallback, useMemo, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useView } from "../../app/use-view.ts";
import type { StudioData } from "../../state/data.ts";
import { exampleNumber } from "../../state/points.ts";
import { Choice, Slider } from "../../view/controls.tsx";
import { figure, percent } from "../../view/figures.ts";
import { Marker } from "../../view/markers.tsx";
import { palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import type { Warp, WarpArgs, WarpStage } from "../../worker/views/warp.ts";
import { type Net, planeOf, useNet } from "../network/net.ts";
import { ColumnChoices, inRange, partsOf } from "./decision-picture.tsx";
import { drawPoints, drawRing } from "./draw-decision.ts";
import { morphed } from "./morph.ts";

const lines = 13;
const along = 41;
const mostPoints = 1500;

/** The plane as each layer sees it, and every position in between. */
export function WarpPicture({ data }: { readonly data: StudioData }) {
  const { store, training } = useStudio();
  const net = useNet();
  const [pair, setPair] = useState<readonly [number, number]>([0, 1]);
  const [chosen, setChosen] = useState<Readonly<Record<number, readonly [number, number]>>>({});
  const { space, example } = store.state.value.look;
  const columns = useMemo(() => inRange(pair, data.inputs), [pair, data]);
  const plane = useMemo(() => planeOf(data, columns), [data, columns]);
  const [trained, held] = useMemo(() => partsOf(data, columns), [data, columns]);
  const places = useMemo(() => stagePlaces(net), [net]);
  const args: WarpArgs = {
    places,
    plane,
    columns,
    units: net.units.map((count, i) => (chosen[i] && Math.max(...chosen[i]) < count ? chosen[i] : null)),
    lines,
    along,
    most: mostPoints,
  };
  const found = useView<Warp>("warp", args).value;
  const isFit =
    found?.stages.length === net.units.length && found.stages.every(({ units }, i) => units === net.units[i]);
  const view = isFit ? found : undefined;
  const colours = palette().value;
  const stages = net.units.length;
  const at = space.warp * (stages - 1);
  const shown = Math.round(at);
  const number = exampleNumber(data, example);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) => {
      context.fillStyle = colours.css.zero;
      context.fillRect(0, 0, width, height);
      if (!view) return;
      const margin = 14;
      const x = (value: number): number => width / 2 + value * (width / 2 - margin);
      const y = (value: number): number => height / 2 - value * (height / 2 - margin);
      const grid = morphed(view.stages, "grid", at);
      context.strokeStyle = colours.css.edge;
      context.lineWidth = 1;
      context.globalAlpha = 0.55;
      for (let from = 0; from < grid.length; from += 2 * along) {
        context.beginPath();
        for (let i = 0; i < along; i++) {
          const [px, py] = [x(grid[from + 2 * i]!), y(grid[from + 2 * i + 1]!)];
          if (i === 0) context.moveTo(px, py);
          else context.lineTo(px, py);
        }
        context.stroke();
      }
      context.globalAlpha = 1;
      const parts = [
        { points: held, part: "validation" as const },
        { points: trained, part: "training" as const },
      ];
      for (const { points, part } of parts) {
        if (!points) continue;
        const moved = morphed(view.stages, part, at);
        const size = Math.min(points.size, moved.length / 2);
        const place = (i: number) => [x(moved[2 * i]!), y(moved[2 * i + 1]!)] as const;
        drawPoints(
          context,
          colours,
          { points: { ...points, size }, wrong: undefined, isValidation: part === "validation", valueScale: 0 },
          place,
        );
        if (part === "training" && example < size) drawRing(context, colours, place(example), `${number}`, width);
      }
    },
    [view, colours, at, held, trained, example, number],
  );
  const stage = view?.stages[shown];
  const name = stageName(net, shown);
  return (
    <div class="stack space">
      {data.inputs > 2 && <ColumnChoices data={data} columns={columns} onChange={setPair} />}
      <Picture
        name={words.space.warpName}
        summary={
          training.isPlaying.value
            ? words.space.warpName
            : words.space.warpSummary(positionWords(net, at), trained.size + (held?.size ?? 0))
        }
        draw={draw}
        table={() => tableOf(data, stage)}
      />
      <Slider
        label={words.space.stage}
        from={0}
        to={stages - 1}
        step={0.05}
        value={at}
        shown={positionWords(net, at)}
        onChange={(value) => store.look({ space: { ...space, warp: value / (stages - 1) } })}
      />
      <fieldset class="row stage-names" aria-label={words.space.stage}>
        {net.units.map((_, i) => (
          <button
            key={i}
            type="button"
            class="button"
            aria-pressed={i === at}
            onClick={() => store.look({ space: { ...space, warp: i / (stages - 1) } })}
          >
            {stageName(net, i)}
          </button>
        ))}
      </fieldset>
      <p class="label">{stage && stageWords(name, stage, net, shown)}</p>
      {stage && shown > 0 && stage.units > 2 && (
        <AxisChoices
          units={stage.units}
          axes={args.units[shown] ?? null}
          onChange={(axes) => setChosen(without(chosen, shown, axes))}
        />
      )}
      <ul class="legend">
        {data.classes.slice(0, 20).map((label, i) => (
          <li key={i}>
            <Marker label={i} />
            <span class="class-name">{label}</span>
          </li>
        ))}
      </ul>
      {data.inputs > 2 && <p class="label">{words.space.others}</p>}
    </div>
  );
}

function without(
  chosen: Readonly<Record<number, readonly [number, number]>>,
  stage: number,
  axes: readonly [number, number] | null,
) {
  const { [stage]: _, ...rest } = chosen;
  return axes ? { ...rest, [stage]: axes } : rest;
}

/** Two units of a wide layer, or the plane in which the points differ most. */
function AxisChoices({
  units,
  axes,
  onChange,
}: {
  readonly units: number;
  readonly axes: readonly [number, number] | null;
  readonly onChange: (axes: readonly [number, number] | null) => void;
}) {
  const options = Array.from({ length: Math.min(units, 256) }, (_, i) => ({
    value: String(i),
    label: words.network.neuron(i),
  }));
  return (
    <div class="row wrap">
      <Choice
        label={words.space.axisX}
        value={axes ? String(axes[0]) : "principal"}
        options={[{ value: "principal", label: words.space.principal }, ...options]}
        onChange={(value) =>
          onChange(value === "principal" ? null : [Number(value), axes?.[1] ?? (value === "0" ? 1 : 0)])
        }
      />
      {axes && (
        <Choice
          label={words.space.axisY}
          value={String(axes[1])}
          options={options}
          onChange={(value) => onChange([axes[0], Number(value)])}
        />
      )}
    </div>
  );
}

/** The input, each layer's activation, and of the last layer what goes into its softmax. */
const stagePlaces = ({ places, layers }: Net): readonly number[] => [
  0,
  ...places.map(({ output, dense }, i) => (layers[i]!.activation === "softmax" ? dense : output)),
];

function stageName({ units, layers }: Net, stage: number): string {
  const { stages } = words.space;
  if (stage === 0) return stages.input;
  if (stage < units.length - 1) return stages.hidden(stage);
  return layers.at(-1)!.activation === "softmax" ? stages.logits : stages.output;
}

function positionWords(net: Net, at: number): string {
  const from = Math.floor(at);
  if (at === from) return stageName(net, from);
  return words.space.between(stageName(net, from), stageName(net, from + 1), percent(at - from, 0));
}

function stageWords(name: string, { units, axes, share }: WarpStage, net: Net, stage: number): string {
  if (units === 1) return words.space.planeLine(name);
  if (!axes) return words.space.planePrincipal(name, units, percent(share, 0));
  const isOutput = stage === net.units.length - 1;
  const label = (unit: number): string =>
    (stage === 0 ? net.columns[unit] : isOutput ? net.classes[unit] : undefined) ?? words.network.neuron(unit);
  return words.space.planeUnits(name, label(axes[0]), label(axes[1]));
}

function tableOf(data: StudioData, stage: WarpStage | undefined) {
  const columns = ["#", words.space.axisX, words.space.axisY];
  if (!stage) return { columns, rows: [] };
  return {
    columns,
    rows: Array.from({ length: stage.training.length / 2 }, (_, i) => [
      exampleNumber(data, i),
      figure(stage.training[2 * i]!, 3),
      figure(stage.training[2 * i + 1]!, 3),
    ]),
  };
}
