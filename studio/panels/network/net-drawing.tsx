// biome-ignore-all lint/a11y/useSemanticElements: neurons stand where the lines go, which no table lets them
import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useView } from "../../app/use-view.ts";
import { figure } from "../../view/figures.ts";
import { Marker } from "../../view/markers.tsx";
import { palette } from "../../view/palette.ts";
import { classRamp, type Ramp, signedRamp } from "../../view/ramps.ts";
import { useWidth } from "../../view/use-width.ts";
import { words } from "../../words.ts";
import { unitMaps } from "../../worker/geometry/bytes.ts";
import type { ActivationsArgs } from "../../worker/views/activations.ts";
import type { Maps, MapsArgs } from "../../worker/views/maps.ts";
import { Edges } from "./edges.tsx";
import { LayerHead } from "./layer-head.tsx";
import { type Column, mostTiles, type NetLayout, netLayout } from "./layout.ts";
import { boundOf, type Net, neighbour, type Unit, unitName } from "./net.ts";
import { paintCurve, paintFold, paintMap, paintValue } from "./paint.ts";

/** Layers of more units than this show values on the example in place of maps: their maps would cost too much. */
const mostMaps = 200;
const resolution = 32;

/**
 * The net: columns of neurons with their maps, lines for weights. For keys and screen readers it is a treegrid whose rows
 * are the layers: left and right go between them, up and down within one.
 */
export function NetDrawing({ net, chosen }: { readonly net: Net; readonly chosen: Unit }) {
  const { store } = useStudio();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const layout = useMemo(() => netLayout(net.units, width), [net.units, width]);
  // a net wider than its panel is moved so that the chosen neuron is in sight
  useEffect(() => {
    const middle = layout.columns[chosen.layer]?.middle ?? 0;
    const field = box.current!;
    const isInSight = middle > field.scrollLeft + layout.tile && middle < field.scrollLeft + width - layout.tile;
    if (!isInSight) field.scrollLeft = middle - width / 2;
  }, [layout, chosen.layer, width]);
  const choose = (unit: Unit, isFocused = false): void => {
    store.look({ unit, weight: null });
    if (isFocused) requestAnimationFrame(() => cellOf(box.current, layout, unit)?.focus());
  };
  const press = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset["cell"] === undefined) return;
    const next = neighbour(net, chosen, event.key);
    if (!next) return;
    event.preventDefault();
    choose(next, true);
  };
  return (
    <div class="net-scroll scroll" ref={box}>
      {width > 0 && (
        <div
          class="net"
          role="treegrid"
          aria-label={words.network.tree}
          aria-colcount={Math.max(...net.units) + 1}
          onKeyDown={press}
          style={{
            width: `${layout.width}px`,
            height: `calc(var(--net-head) + ${layout.height}px)`,
            "--tile": `${layout.tile}px`,
          }}
        >
          {layout.columns.map((column) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the cells of the row take the focus
            <div role="row" aria-level={1} aria-label={net.names[column.layer]} key={column.layer}>
              <LayerHead net={net} layer={column.layer} middle={column.middle} pitch={layout.pitch} />
              <Neurons net={net} column={column} chosen={chosen} onChoose={choose} />
            </div>
          ))}
          <Edges net={net} layout={layout} chosen={chosen} />
        </div>
      )}
      {width > 0 && <Painter net={net} layout={layout} box={box} />}
    </div>
  );
}

/** The neurons of a layer, or the picture of a wide one. */
function Neurons({
  net,
  column,
  chosen,
  onChoose,
}: {
  readonly net: Net;
  readonly column: Column;
  readonly chosen: Unit;
  readonly onChoose: (unit: Unit, isFocused?: boolean) => void;
}) {
  const { layer, tiles, fold } = column;
  const isChosen = layer === chosen.layer;
  const isLast = layer === net.units.length - 1;
  const top = (y: number): string => `calc(var(--net-head) + ${y}px)`;
  if (fold) {
    const unit = isChosen ? chosen.unit : 0;
    const at = (event: MouseEvent): void => {
      const x = Math.floor(event.offsetX / fold.cell);
      const place = Math.floor(event.offsetY / fold.cell) * fold.columns + x;
      if (place < column.units) onChoose({ layer, unit: place });
    };
    return (
      <>
        <canvas
          role="gridcell"
          class="fold"
          data-cell={`${layer}`}
          tabIndex={isChosen ? 0 : -1}
          aria-selected={isChosen}
          aria-label={unitName(net, { layer, unit })}
          title={words.network.tooWide(column.units)}
          onClick={at}
          style={{
            left: `${fold.x}px`,
            top: top(fold.y),
            width: `${fold.columns * fold.cell}px`,
            height: `${fold.rows * fold.cell}px`,
          }}
        />
        {isChosen && (
          <span
            class="fold-ring"
            role="presentation"
            style={{
              left: `${fold.x + (unit % fold.columns) * fold.cell}px`,
              top: top(fold.y + Math.floor(unit / fold.columns) * fold.cell),
              width: `${fold.cell}px`,
              height: `${fold.cell}px`,
            }}
          />
        )}
      </>
    );
  }
  return (
    <>
      {tiles.map(({ x, y }, unit) => {
        const isThis = isChosen && unit === chosen.unit;
        const name = layer === 0 ? net.columns[unit] : isLast ? net.answers[unit] : undefined;
        return [
          <canvas
            key={unit}
            role="gridcell"
            class="neuron"
            data-cell={`${layer}-${unit}`}
            tabIndex={isThis ? 0 : -1}
            aria-selected={isThis}
            aria-label={unitName(net, { layer, unit })}
            onClick={() => onChoose({ layer, unit })}
            style={{ left: `${x}px`, top: top(y) }}
          />,
          name !== undefined && (
            <span
              key={`name ${unit}`}
              class={layer === 0 ? "unit-name before" : "unit-name"}
              role="presentation"
              aria-hidden="true"
              title={name}
              style={{ left: `${x}px`, top: top(y) }}
            >
              {isLast && net.classes.length > 0 && <Marker label={unit} />}
              <span>{name}</span>
            </span>
          ),
        ];
      })}
    </>
  );
}

/** Paints the neurons whenever their numbers or the colours change, and tells screen readers their values when it is still. */
function Painter({
  net,
  layout,
  box,
}: {
  readonly net: Net;
  readonly layout: NetLayout;
  readonly box: { readonly current: HTMLDivElement | null };
}) {
  const { store, training } = useStudio();
  const { example } = store.state.value.look;
  const { outputs, bounds, mapped } = useMemo(() => placesOf(net), [net]);
  const maps = useView<Maps>("maps", {
    places: mapped.map((layer) => outputs[layer]!),
    bounds: mapped.map((layer) => bounds[layer]!),
    plane: net.plane,
    resolution: net.units[0] === 1 ? 45 : resolution,
    example,
  } satisfies MapsArgs);
  const values = useView<readonly Float32Array[]>("activations", {
    places: outputs,
    example,
  } satisfies ActivationsArgs);
  useEffect(() => {
    const cells = layout.columns.map((column) => cellsOf(box.current, column));
    const ramps = { of: undefined as unknown, signed: undefined as Ramp | undefined, classes: [] as Ramp[] };
    return effect(() => {
      const colours = palette().value;
      const found = maps.value;
      const onExample = values.value;
      const isStill = !training.isPlaying.value;
      if (ramps.of !== colours) {
        const classes = net.classes.length > 0 && net.classes.length <= mostTiles ? net.classes : [];
        Object.assign(ramps, {
          of: colours,
          signed: signedRamp(colours),
          classes: classes.map((_, label) => classRamp(colours, label)),
        });
      }
      for (const { layer, units, fold } of layout.columns) {
        const at = mapped.indexOf(layer);
        const floats = onExample?.[layer];
        const shown = at >= 0 ? found?.layers[at] : floats && unitMaps(floats, floats.length, 0);
        const kind = at >= 0 && found ? found.kind : "value";
        const isThere = shown?.units === units; // not of the net that was there before
        if (fold) {
          if (isThere) paintFold(cells[layer]![0]!, fold, shown, kind, ramps.signed!);
          continue;
        }
        const isOutput = layer === net.units.length - 1;
        for (const [unit, canvas] of cells[layer]!.entries()) {
          const value = floats?.[unit];
          const name = unitName(net, { layer, unit });
          const label = isStill && value !== undefined ? words.network.spoken(name, figure(value), undefined) : name;
          if (canvas.getAttribute("aria-label") !== label) canvas.setAttribute("aria-label", label);
          if (!isThere) continue;
          const ramp = (isOutput && ramps.classes[unit]) || ramps.signed!;
          if (kind === "plane") paintMap(canvas, shown, unit, ramp);
          else if (kind === "line") paintCurve(canvas, shown, unit, colours, layout.tile);
          else paintValue(canvas, shown.bytes[unit * shown.points]!, ramp);
        }
      }
    });
  }, [net, layout, box, maps, values, outputs, bounds, mapped, training]);
  return null;
}

/** For each layer, the input first: its place in the model, the largest value of a unit; and the layers with maps. */
function placesOf({ places, layers, units }: Net) {
  return {
    outputs: [0, ...places.map(({ output }) => output)],
    bounds: [0, ...layers.map(({ activation }) => boundOf(activation))],
    mapped: units.flatMap((count, layer) => (count <= mostMaps ? [layer] : [])),
  };
}

/** A canvas for each unit, or the one of a folded layer. */
function cellsOf(box: HTMLElement | null, { layer, fold }: Column): readonly HTMLCanvasElement[] {
  const query = fold ? `[data-cell="${layer}"]` : `[data-cell^="${layer}-"]`;
  return [...(box?.querySelectorAll<HTMLCanvasElement>(query) ?? [])];
}

function cellOf(box: HTMLElement | null, layout: NetLayout, { layer, unit }: Unit): HTMLElement | null {
  const name = layout.columns[layer]?.fold ? `${layer}` : `${layer}-${unit}`;
  return box?.querySelector<HTMLElement>(`[data-cell="${name}"]`) ?? null;
}
