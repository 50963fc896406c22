import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { useView } from "../../app/use-view.ts";
import { figure } from "../../view/figures.ts";
import { words } from "../../words.ts";
import type { ShownWeights, WeightsArgs } from "../../worker/views/weights.ts";
import { anchor, bundlePath, distanceToEdge, edgePath, edgeWidth, type NetLayout } from "./layout.ts";
import { type Net, type Unit, unitName } from "./net.ts";

/** Between layers with more weights than this, only the chosen neuron's lines are drawn; the others are an area. */
const mostLines = 400;
/** Lines of the chosen neuron to or from a layer that is not drawn in full: the strongest. */
const mostOfOne = 24;

/** How a hand finds a line: within so many pixels. */
const reach = 7;

export const isDrawnWhole = ({ units }: Net, layout: NetLayout, gap: number): boolean =>
  units[gap]! * units[gap + 1]! <= mostLines && !layout.columns[gap]!.fold && !layout.columns[gap + 1]!.fold;

/** The weights that the drawing and the details of the chosen neuron need: the same question for both. */
export function weightsArgs(net: Net, layout: NetLayout | undefined, chosen: Unit): WeightsArgs {
  return {
    layers: net.layers.map(({ hasBias = true }, gap) => ({
      weight: net.places[gap]!.weight,
      bias: hasBias ? net.places[gap]!.bias : undefined,
      isWhole: layout !== undefined && isDrawnWhole(net, layout, gap),
      row: chosen.layer === gap + 1 ? chosen.unit : -1,
      column: chosen.layer === gap ? chosen.unit : -1,
    })),
  };
}

interface Line {
  readonly path: SVGPathElement;
  readonly gap: number;
  /** Units at its ends. */
  from: number;
  to: number;
  /** What is drawn now. */
  width: number;
  isNegative: boolean;
  isFull: boolean;
}

/**
 * The weights as lines: wide where large, dashed where negative, those of the chosen neuron in full. Lines are drawn once
 * for a layout; a new weight only writes the attributes that change.
 */
export function Edges({
  net,
  layout,
  chosen,
}: {
  readonly net: Net;
  readonly layout: NetLayout;
  readonly chosen: Unit;
}) {
  const { store } = useStudio();
  const drawing = useRef<SVGSVGElement>(null);
  const shown = useView<readonly ShownWeights[]>("weights", weightsArgs(net, layout, chosen));
  const lines = useRef<readonly Line[]>([]);
  const hovered = useSignal<{ readonly text: string; readonly x: number; readonly y: number } | undefined>(undefined);
  const gaps = useMemo(
    () => net.layers.map((_, gap) => ({ gap, isWhole: isDrawnWhole(net, layout, gap) })),
    [net, layout],
  );

  useEffect(() => {
    const made: Line[] = [];
    const svg = drawing.current!;
    for (const group of svg.querySelectorAll<SVGGElement>("g[data-gap]")) {
      const gap = Number(group.dataset["gap"]);
      const [left, right] = [layout.columns[gap]!, layout.columns[gap + 1]!];
      group.replaceChildren();
      const isWhole = isDrawnWhole(net, layout, gap);
      const count = isWhole ? left.units * right.units : touches(chosen, gap) ? mostOfOne : 0;
      for (let i = 0; i < count; i++) {
        const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
        path.setAttribute("class", "edge");
        const line: Line = { path, gap, from: -1, to: -1, width: 0, isNegative: false, isFull: false };
        if (isWhole) move(line, i % left.units, Math.floor(i / left.units));
        group.append(path);
        made.push(line);
      }
    }
    lines.current = made;
    function move(line: Line, from: number, to: number): void {
      if (line.from === from && line.to === to) return;
      line.from = from;
      line.to = to;
      const ends = [
        anchor(layout, layout.columns[line.gap]!, from, "right"),
        anchor(layout, layout.columns[line.gap + 1]!, to, "left"),
      ] as const;
      line.path.setAttribute("d", edgePath(...ends));
    }
    return effect(() => {
      const weights = shown.value;
      if (!weights) return;
      const strongest = new Map<number, Iterator<readonly [from: number, to: number, weight: number]>>();
      for (const line of made) {
        const of = weights[line.gap];
        const [left, right] = [net.units[line.gap]!, net.units[line.gap + 1]!];
        if (!of || of.units !== right || of.inputs !== left) continue;
        let weight: number;
        if (of.all) weight = of.all[line.to * left + line.from]!;
        else {
          if (!strongest.has(line.gap)) strongest.set(line.gap, strongestOf(of, chosen, line.gap));
          const next = strongest.get(line.gap)!.next();
          if (next.done) {
            draw(line, 0, false, false);
            continue;
          }
          move(line, next.value[0], next.value[1]);
          weight = next.value[2];
        }
        const isFull =
          (chosen.layer === line.gap && chosen.unit === line.from) ||
          (chosen.layer === line.gap + 1 && chosen.unit === line.to);
        draw(line, edgeWidth(weight, of.largest), weight < 0, isFull);
      }
    });
  }, [net, layout, chosen.layer, chosen.unit, shown]);

  useEffect(() => {
    const field = drawing.current!.parentElement!;
    const find = (event: PointerEvent | MouseEvent): Line | undefined => {
      if (event.target !== field) return undefined;
      const at = {
        x: event.offsetX,
        y: event.offsetY - drawing.current!.getBoundingClientRect().top + field.getBoundingClientRect().top,
      };
      let best: Line | undefined;
      let least = reach;
      for (const line of lines.current) {
        const [left, right] = [layout.columns[line.gap]!, layout.columns[line.gap + 1]!];
        if (line.width === 0 || at.x < left.middle || at.x > right.middle) continue;
        const distance =
          distanceToEdge(anchor(layout, left, line.from, "right"), anchor(layout, right, line.to, "left"), at) -
          (line.isFull ? 3 : 0);
        if (distance >= least) continue;
        least = distance;
        best = line;
      }
      return best;
    };
    const hover = (event: PointerEvent): void => {
      const line = find(event);
      if (!line) {
        hovered.value = undefined;
        return;
      }
      const weights = shown.peek()?.[line.gap];
      const weight = weightOf(weights, line, chosen);
      const names = [
        unitName(net, { layer: line.gap, unit: line.from }),
        unitName(net, { layer: line.gap + 1, unit: line.to }),
      ] as const;
      hovered.value = {
        text: words.network.edge(...names, weight === undefined ? "" : figure(weight)),
        x: event.offsetX,
        y: event.offsetY,
      };
    };
    const choose = (event: MouseEvent): void => {
      const line = find(event);
      if (!line) return;
      store.look({
        unit: { layer: line.gap + 1, unit: line.to },
        weight: { name: net.places[line.gap]!.weight, index: [line.to, line.from] },
      });
    };
    const leave = (): void => {
      hovered.value = undefined;
    };
    field.addEventListener("pointermove", hover);
    field.addEventListener("pointerleave", leave);
    field.addEventListener("click", choose);
    return () => {
      field.removeEventListener("pointermove", hover);
      field.removeEventListener("pointerleave", leave);
      field.removeEventListener("click", choose);
    };
  }, [net, layout, chosen.layer, chosen.unit, shown, store, hovered]);

  return (
    <>
      <svg
        ref={drawing}
        class="edges"
        aria-hidden="true"
        role="presentation"
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
      >
        {gaps.map(({ gap, isWhole }) => (
          <g key={gap}>
            {!isWhole && <path class="bundle" d={bundlePath(layout, layout.columns[gap]!, layout.columns[gap + 1]!)} />}
            <g data-gap={gap} />
          </g>
        ))}
      </svg>
      <EdgeTip hovered={hovered} />
    </>
  );
}

function EdgeTip({
  hovered,
}: {
  readonly hovered: { readonly value: { readonly text: string; readonly x: number; readonly y: number } | undefined };
}) {
  const at = hovered.value;
  return at ? (
    <span class="tip" role="presentation" aria-hidden="true" style={{ left: `${at.x + 12}px`, top: `${at.y - 36}px` }}>
      {at.text}
    </span>
  ) : null;
}

const touches = ({ layer }: Unit, gap: number): boolean => layer === gap || layer === gap + 1;

function draw(line: Line, width: number, isNegative: boolean, isFull: boolean): void {
  if (line.width !== width) {
    line.path.style.strokeWidth = `${width}px`;
    line.width = width;
  }
  if (line.isNegative === isNegative && line.isFull === isFull) return;
  line.isNegative = isNegative;
  line.isFull = isFull;
  line.path.setAttribute("class", `edge${isNegative ? " negative" : ""}${isFull ? " full" : ""}`);
}

/** The weights of the chosen neuron between two layers, the largest by size first. */
function* strongestOf({ row, column }: ShownWeights, { layer, unit }: Unit, gap: number) {
  const isIn = layer === gap + 1;
  const weights = isIn ? row : column;
  if (!weights) return;
  const order = Array.from(weights.keys()).sort((a, b) => Math.abs(weights[b]!) - Math.abs(weights[a]!));
  for (const other of order.slice(0, mostOfOne))
    yield isIn ? ([other, unit, weights[other]!] as const) : ([unit, other, weights[other]!] as const);
}

function weightOf(of: ShownWeights | undefined, { from, to, gap }: Line, { layer }: Unit): number | undefined {
  if (!of) return undefined;
  if (of.all) return of.all[to * of.inputs + from];
  return layer === gap + 1 ? of.row?.[from] : of.column?.[to];
}
