import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useMemo } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useSlow } from "../../app/use-slow.ts";
import { useView } from "../../app/use-view.ts";
import { lossOf } from "../../state/job.ts";
import { exampleNumber } from "../../state/points.ts";
import { figure } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { ticksOf, tickText } from "../../view/plane.ts";
import { classRamp, signedRamp } from "../../view/ramps.ts";
import { words } from "../../words.ts";
import type { Gradient, GradientArgs } from "../../worker/views/activations.ts";
import type { Maps, UnitMapArgs } from "../../worker/views/maps.ts";
import type { ShownWeights } from "../../worker/views/weights.ts";
import { boundOf, type Net, type Unit, unitName } from "./net.ts";
import { NeuronFormula } from "./neuron-formula.tsx";
import { paintCurve, paintMap, paintValue } from "./paint.ts";
import { WeightList } from "./weight-list.tsx";

/** Points along each side of the large map. */
const fine = 64;

/** The chosen neuron at large: its map, what it computes, its numbers on the example, its weights. */
export function NeuronDetails({
  net,
  chosen,
  delta,
}: {
  readonly net: Net;
  readonly chosen: Unit;
  /** Where the neuron's gradient is put, for all who tell it. */
  readonly delta: Signal<number | undefined>;
}) {
  const name = unitName(net, chosen);
  return (
    <div class="neuron-details">
      <UnitPicture net={net} chosen={chosen} name={name} />
      <div class="neuron-words">
        <h3 class="neuron-name">{name}</h3>
        {chosen.layer === 0 ? (
          <p class="label">{words.network.inputWords}</p>
        ) : (
          <p class="formula">
            <NeuronFormula net={net} chosen={chosen} />
          </p>
        )}
        <Numbers net={net} chosen={chosen} delta={delta} />
      </div>
      {chosen.layer > 0 && <WeightList net={net} chosen={chosen} />}
    </div>
  );
}

/** Reads the newest values only where they are shown. */
function Numbers({
  net,
  chosen,
  delta,
}: {
  readonly net: Net;
  readonly chosen: Unit;
  readonly delta: Signal<number | undefined>;
}) {
  const { store, training } = useStudio();
  const { example } = store.state.value.look;
  const [newestValues, newestWeights] = useMemo(
    () =>
      [
        training.view<readonly Float32Array[]>("activations"),
        training.view<readonly ShownWeights[]>("weights"),
      ] as const,
    [training],
  );
  const values = useSlow(newestValues).value;
  const weights = useSlow(newestWeights).value?.[chosen.layer - 1];
  const value = values?.[chosen.layer]?.[chosen.unit];
  const z = sumOf(weights, values?.[chosen.layer - 1], chosen.unit);
  return (
    <dl class="pairs">
      <dt>{words.network.onExample(exampleNumber(store.data.value, example))}</dt>
      <dd class="value" data-figure="value">
        {value === undefined ? "–" : figure(value)}
      </dd>
      {chosen.layer > 0 && (
        <>
          <dt>{words.network.sum}</dt>
          <dd class="value" data-figure="sum">
            {z === undefined ? "–" : figure(z)}
          </dd>
          <dt>
            {words.network.gradient}{" "}
            <math>
              <mi>δ</mi>
              <mo>=</mo>
              <mi>∂L</mi>
              <mo>/</mo>
              <mi>∂z</mi>
            </math>
          </dt>
          <GradientFigure net={net} chosen={chosen} delta={delta} />
        </>
      )}
    </dl>
  );
}

/** What goes into the activation: Σ wⱼ·aⱼ + b, of the weights and values that are shown. */
function sumOf(weights: ShownWeights | undefined, inputs: Float32Array | undefined, unit: number): number | undefined {
  if (!weights?.row || !inputs || inputs.length !== weights.row.length) return undefined;
  let sum = weights.bias?.[unit] ?? 0;
  for (let j = 0; j < inputs.length; j++) sum += weights.row[j]! * inputs[j]!;
  return sum;
}

/** Asked for whenever training stands still: `explain` costs more than a frame has. */
function GradientFigure({
  net,
  chosen,
  delta,
}: {
  readonly net: Net;
  readonly chosen: Unit;
  readonly delta: Signal<number | undefined>;
}) {
  const { store, training } = useStudio();
  const isAnswered = useSignal(false);
  const { example } = store.state.value.look;
  const loss = lossOf(store.state.value);
  const layer = net.layers[chosen.layer - 1]!;
  const args: GradientArgs = {
    name: net.places[chosen.layer - 1]!.name,
    weight: net.places[chosen.layer - 1]!.weight,
    bias: layer.hasBias === false ? undefined : net.places[chosen.layer - 1]!.bias,
    isMaxout: layer.activation === "maxout",
    unit: chosen.unit,
    inputs: net.units[chosen.layer - 1]!,
    example,
    loss,
  };
  const key = JSON.stringify(args);
  const wanted = useSignal(key);
  useEffect(() => {
    wanted.value = key;
    delta.value = undefined;
    isAnswered.value = false;
  }, [key, wanted, delta, isAnswered]);
  useSignalEffect(() => {
    const asked = wanted.value;
    const at = training.snapshot.value;
    if (!at || at.isRunning || !training.loaded.value) return;
    training
      .ask<Gradient | undefined>("gradient", JSON.parse(asked))
      .then((answer) => {
        if (wanted.peek() !== asked || training.snapshot.peek() !== at) return;
        delta.value = answer?.delta;
        isAnswered.value = true;
      })
      .catch(() => {
        delta.value = undefined; // a net that was replaced while it was asked about
      });
  });
  const isRunning = training.isPlaying.value;
  const known = delta.value;
  return (
    <dd class={isRunning ? "label" : "gradient"} data-figure="gradient">
      {isRunning
        ? words.network.whenPaused
        : known !== undefined
          ? figure(known)
          : isAnswered.value
            ? words.network.noGradient
            : "–"}
    </dd>
  );
}

/** The map of one neuron, larger and finer than in the drawing. */
function UnitPicture({ net, chosen, name }: { readonly net: Net; readonly chosen: Unit; readonly name: string }) {
  const { store, training } = useStudio();
  const { example } = store.state.value.look;
  const { layer, unit } = chosen;
  const args: UnitMapArgs = {
    place: layer === 0 ? 0 : net.places[layer - 1]!.output,
    unit,
    bound: layer === 0 ? 0 : boundOf(net.layers[layer - 1]!.activation),
    plane: net.plane,
    resolution: net.units[layer]! > 500 ? 24 : fine,
    example,
  };
  const found = useView<Maps>("unitMap", args).value;
  const colours = palette().value;
  const map = found?.layers[0];
  const kind = found?.kind;
  const isClass = layer === net.units.length - 1 && net.classes.length > 0;
  const own = useMemo(() => document.createElement("canvas"), []);
  const ramp = useMemo(() => (isClass ? classRamp(colours, unit) : signedRamp(colours)), [isClass, colours, unit]);
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) => {
      if (!map) return;
      if (kind === "plane") paintMap(own, map, 0, ramp);
      else if (kind === "line") paintCurve(own, map, 0, colours, width);
      else paintValue(own, map.bytes[0]!, ramp);
      context.imageSmoothingEnabled = kind !== "value";
      context.drawImage(own, 0, 0, width, height);
    },
    [map, kind, ramp, own, colours],
  );
  const [low, high] = [figure(map?.low[0] ?? Number.NaN), figure(map?.high[0] ?? Number.NaN)];
  const isStill = !training.isPlaying.value;
  const summary = !isStill
    ? name
    : kind === "plane"
      ? words.network.mapSummary(name, low, high)
      : kind === "line"
        ? words.network.curveSummary(name, low, high)
        : words.network.valueSummary(name, high);
  return (
    <div class="neuron-map">
      <Picture name={words.network.mapName(name)} summary={summary} draw={draw} table={() => tableOf(net, kind, map)} />
    </div>
  );
}

/** The map in figures, at few points of it. */
function tableOf({ plane, columns }: Net, kind: Maps["kind"] | undefined, map: Maps["layers"][number] | undefined) {
  if (!map || kind === undefined) return { columns: [], rows: [] };
  const value = (at: number): string => figure(((map.bytes[at]! - 128) / 127) * map.scale[0]!, 3);
  if (kind === "value") return { columns: [words.network.value], rows: [[figure(map.high[0]!)]] };
  const side = kind === "line" ? map.points : Math.round(Math.sqrt(map.points));
  const index = (tick: number, [low, high]: readonly [number, number]): number =>
    Math.round(((tick - low) / (high - low)) * (side - 1));
  const xs = ticksOf(plane.x);
  if (kind === "line")
    return {
      columns: [columns[0] ?? "x", words.network.column],
      rows: xs.map((x) => [tickText(x), value(index(x, plane.x))]),
    };
  const ys = [...ticksOf(plane.y)].reverse();
  return {
    columns: [`${columns[1]} \\ ${columns[0]}`, ...xs.map(tickText)],
    rows: ys.map((y) => [
      tickText(y),
      ...xs.map((x) => value((side - 1 - index(y, plane.y)) * side + index(x, plane.x))),
    ]),
  };
}
