import { useComputed, useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { IconButton } from "../../view/controls.tsx";
import { words } from "../../words.ts";
import type { Explained, ExplainedNode } from "../../worker/views/explained.ts";
import { Formula } from "./formula.tsx";
import { brief } from "./number-words.ts";
import type { Numbers } from "./numbers-model.ts";
import { spokenNode } from "./places.ts";
import { type Box, type Line, type Row, type Scene, sceneOf, sizes } from "./scene.ts";
import type { Shown } from "./steps.ts";

const scales = { least: 0.5, most: 2, fitFrom: 0.8, fitTo: 1.25, step: 1.25 } as const;

/**
 * The computation graph: numbers in boxes by layers, weights in rows where they lead, lines between. A box or a row is a
 * button that asks why its gradient is what it is; arrows move between them.
 */
export function Graph({ numbers, explained }: { readonly numbers: Numbers; readonly explained: Explained }) {
  const scene = useComputed(() => (numbers.told.value ? sceneOf(numbers.told.value) : undefined)).value;
  const scroll = useRef<HTMLElement>(null);
  const room = useSignal(0);
  const base = useSignal(1);
  const zoom = useSignal<number | undefined>(undefined);
  const isPresenter = useStudio().preferences.isPresenter.value;
  // the picture grows with the letters of the page: at presenter size, and where a browser's are larger
  useLayoutEffect(() => {
    const box = scroll.current!;
    const measure = (): void => {
      room.value = box.clientWidth;
      base.value = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
    };
    const sizesSeen = new ResizeObserver(measure);
    sizesSeen.observe(box);
    measure();
    return () => sizesSeen.disconnect();
  }, [isPresenter]);
  if (!scene) return null;
  const fit = Math.min(scales.fitTo * base.value, Math.max(scales.fitFrom * base.value, room.value / scene.width));
  const scale = zoom.value ?? fit;
  const zoomBy = (factor: number): void => {
    zoom.value = Math.min(scales.most * base.value, Math.max(scales.least * base.value, scale * factor));
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="scroll bleed" ref={scroll} tabIndex={0} aria-label={words.numbers.graph}>
        <div
          class="number-graph-room"
          style={{ width: `${scene.width * scale}px`, height: `${scene.height * scale}px` }}
        >
          <GraphBody numbers={numbers} explained={explained} scene={scene} scale={scale} />
        </div>
      </section>
      <div class="row number-graph-tools">
        {scene.omitted > 0 && <p class="label">{words.numbers.omitted(scene.omitted)}</p>}
        <span class="row push">
          <IconButton icon="minus" label={words.numbers.zoom.out} onPress={() => zoomBy(1 / scales.step)} />
          <IconButton icon="plus" label={words.numbers.zoom.in} onPress={() => zoomBy(scales.step)} />
          <IconButton
            icon="maximize"
            label={words.numbers.zoom.fit}
            isDisabled={zoom.value === undefined}
            onPress={() => {
              zoom.value = undefined;
            }}
          />
        </span>
      </div>
    </>
  );
}

interface BodyProps {
  readonly numbers: Numbers;
  readonly explained: Explained;
  readonly scene: Scene;
}

function GraphBody({ numbers, explained, scene, scale }: BodyProps & { readonly scale: number }) {
  const shown = numbers.shown.value!;
  const selected = numbers.selected.value;
  const pointed = numbers.pointed.value;
  const path = pathOf(explained, selected);
  const bad = firstBad(explained, shown);
  const stop = stopOf(scene, selected);
  return (
    <fieldset
      class="number-graph"
      aria-label={words.numbers.graphKeys}
      data-arrows
      style={{ width: `${scene.width}px`, height: `${scene.height}px`, transform: `scale(${scale})` }}
      onKeyDown={moveFocus}
    >
      <svg width={scene.width} height={scene.height} aria-hidden="true">
        {scene.boxes.map((box) => box.rows.length > 0 && <Join key={`join ${box.node}`} box={box} />)}
        {scene.lines.map((line) => (
          <GraphLine
            key={line.key}
            line={line}
            isOnPath={line.edges.some((edge) => path.has(edge)) && shown.gradients.has(line.to)}
            isPointed={line.edges.some((edge) => pointed.edges.includes(edge))}
          />
        ))}
      </svg>
      {scene.boxes.map((box) => (
        <NumberBox
          key={box.node ?? box.symbol.text}
          box={box}
          node={box.node === undefined ? undefined : explained.nodes[box.node]}
          explained={explained}
          numbers={numbers}
          shown={shown}
          isStop={stop === box.node}
          isSelected={selected !== undefined && selected.id === box.node}
          isPointed={pointed.node !== undefined && pointed.node === box.node}
          isBad={bad === box.node && bad !== undefined}
        />
      ))}
      {scene.boxes.flatMap((box) =>
        box.rows.map((row) => (
          <WeightRow
            key={`${box.node} ${row.symbol.text}`}
            row={row}
            column={box.column}
            node={row.node === undefined ? undefined : explained.nodes[row.node]}
            explained={explained}
            numbers={numbers}
            shown={shown}
            isStop={row.node !== undefined && stop === row.node}
            isSelected={selected !== undefined && selected.id === row.node}
            isPointed={[row.own, row.through].some((edge) => edge !== undefined && pointed.edges.includes(edge))}
          />
        )),
      )}
      <Targets explained={explained} scene={scene} />
    </fieldset>
  );
}

/** Gathers the rows before a box and leads into it. */
function Join({ box }: { readonly box: Box }) {
  const x = box.x - sizes.join + 4;
  const top = box.rows[0]!.y + 4;
  const bottom = box.rows.at(-1)!.y + sizes.row - 4;
  const middle = box.y + sizes.half;
  return <path class="join" d={`M${x - 3} ${top}h3V${bottom}h-3M${x} ${middle}H${box.x}`} />;
}

function GraphLine({
  line,
  isOnPath,
  isPointed,
}: {
  readonly line: Line;
  readonly isOnPath: boolean;
  readonly isPointed: boolean;
}) {
  const { x1, y1, x2, y2, label } = line;
  return (
    <g class={["line", isOnPath && "on-path", isPointed && "pointed"].filter(Boolean).join(" ")}>
      <line x1={x1} y1={y1} x2={x2} y2={y2} />
      {label && (
        <text x={(x1 + x2) / 2} y={y1 - 5} text-anchor="middle">
          {label.length > 2 ? "" : label}
        </text>
      )}
    </g>
  );
}

interface CellProps {
  readonly node: ExplainedNode | undefined;
  readonly explained: Explained;
  readonly numbers: Numbers;
  readonly shown: Shown;
  readonly isStop: boolean;
  readonly isSelected: boolean;
  readonly isPointed: boolean;
}

function NumberBox({
  box,
  node,
  explained,
  numbers,
  shown,
  isStop,
  isSelected,
  isPointed,
  isBad,
}: CellProps & { readonly box: Box; readonly isBad: boolean }) {
  const hasValue = !node || shown.values.has(node.id);
  const hasGradient = node?.gradient !== undefined;
  const isGradientShown = node !== undefined && hasGradient && shown.gradients.has(node.id);
  // the loss changes with itself one to one: there is nothing to save
  const isAgain = isGradientShown && node.uses > 1 && node.role !== "loss";
  const isNew = node !== undefined && shown.newest.has(node.id);
  const value = hasValue ? brief(box.value) : "";
  const place = { left: `${box.x}px`, top: `${box.y}px` };
  const content = (
    <>
      <span class="symbol">
        <Formula of={box.symbol} />
      </span>
      <span class="value-half">{value}</span>
      {hasGradient && (
        <span class={isAgain ? "gradient-half again" : "gradient-half"}>
          {isGradientShown && <>∂ {brief(node.gradient!)}</>}
        </span>
      )}
      {isAgain && <span class="uses">{words.numbers.times(node.uses)}</span>}
    </>
  );
  const look = ["number-box", isNew && "new", isSelected && "selected", isPointed && "pointed", isBad && "not-finite"];
  const name = look.filter(Boolean).join(" ");
  if (!hasGradient)
    return (
      <div
        class={`${name} alone`}
        style={place}
        role="img"
        aria-label={
          node
            ? spokenNode(explained, node, { value: hasValue, gradient: false })
            : `${box.symbol.text}, ${words.numbers.given}, ${words.numbers.value(value)}`
        }
        title={node?.formula?.text}
      >
        {content}
      </div>
    );
  return (
    <button
      type="button"
      id={`number-${node.id}`}
      class={name}
      style={place}
      data-column={box.column}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={spokenNode(explained, node, { value: hasValue, gradient: isGradientShown })}
      title={node.formula && `${node.symbol.text} = ${node.formula.text}`}
      onClick={() => numbers.select(node)}
      onPointerEnter={() => {
        numbers.pointed.value = { edges: [], node: node.id };
      }}
      onPointerLeave={() => unpoint(numbers)}
      onFocus={() => {
        numbers.pointed.value = { edges: [], node: node.id };
      }}
      onBlur={() => unpoint(numbers)}
    >
      {content}
    </button>
  );
}

function WeightRow({
  row,
  column,
  node,
  explained,
  numbers,
  shown,
  isStop,
  isSelected,
  isPointed,
}: CellProps & { readonly row: Row; readonly column: number }) {
  const isGradientShown = node !== undefined && shown.gradients.has(node.id);
  const isNew = node !== undefined && shown.newest.has(node.id);
  const edges = [row.own, row.through].filter((edge) => edge !== undefined);
  const name = ["graph-weight", isNew && "new", isSelected && "selected", isPointed && "pointed"]
    .filter(Boolean)
    .join(" ");
  const place = { left: `${row.x}px`, top: `${row.y}px` };
  const content = (
    <>
      <span class="head">
        <Formula of={row.symbol} />
        <span class="value">{brief(row.value)}</span>
      </span>
      <span class="gradient">{isGradientShown && <>∂ {brief(node.gradient!)}</>}</span>
    </>
  );
  if (!node)
    return (
      <div
        class={name}
        style={place}
        role="img"
        aria-label={`${row.symbol.text}, ${words.numbers.value(brief(row.value))}`}
      >
        {content}
      </div>
    );
  return (
    <button
      type="button"
      id={`number-${node.id}`}
      class={name}
      style={place}
      data-column={column - 0.5}
      tabIndex={isStop ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={spokenNode(explained, node, { value: true, gradient: isGradientShown })}
      onClick={() => numbers.select(node)}
      onPointerEnter={() => {
        numbers.pointed.value = { edges };
      }}
      onPointerLeave={() => unpoint(numbers)}
      onFocus={() => {
        numbers.pointed.value = { edges };
      }}
      onBlur={() => unpoint(numbers)}
    >
      {content}
    </button>
  );
}

/** What should have come out, under the loss. */
function Targets({ explained, scene }: { readonly explained: Explained; readonly scene: Scene }) {
  const targets = explained.nodes.filter(({ role }) => role === "target");
  const loss = scene.boxes.find(({ node }) => node !== undefined && explained.nodes[node]!.role === "loss");
  if (!loss || targets.length === 0 || targets.length > 4) return null;
  return (
    <div class="number-targets" style={{ left: `${loss.x}px`, top: `${loss.y + 2 * sizes.half + 6}px` }}>
      {targets.map((target) => (
        <span key={target.id}>
          <Formula of={target.symbol} /> <span class="value">{brief(target.value)}</span>
        </span>
      ))}
    </div>
  );
}

function unpoint(numbers: Numbers): void {
  numbers.pointed.value = { edges: [] };
}

/** All edges between a number and the loss. */
function pathOf({ nodes, edges }: Explained, from: ExplainedNode | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (node: ExplainedNode): void => {
    for (const edge of node.edges) {
      if (found.has(edge)) continue;
      found.add(edge);
      visit(nodes[edges[edge]!.parent]!);
    }
  };
  if (from) visit(from);
  return found;
}

/** The first number in the order of computation that is none, here or in the float32 of the engine. */
export function firstBad({ nodes, phases }: Explained, shown: Shown): number | undefined {
  const isBad = ({ value, float32 = value }: ExplainedNode): boolean =>
    !Number.isFinite(value) || !Number.isFinite(float32);
  const value = phases.forward.find((id) => shown.values.has(id) && isBad(nodes[id]!));
  return (
    value ??
    phases.backward.find((id) => shown.gradients.has(id) && !Number.isFinite(nodes[id]!.gradient ?? Number.NaN))
  );
}

/** The one place in the graph where Tab stops. */
function stopOf({ boxes }: Scene, selected: ExplainedNode | undefined): number | undefined {
  const all = boxes.flatMap(({ node, rows }) => [node, ...rows.map((row) => row.node)]);
  if (selected && all.includes(selected.id)) return selected.id;
  return boxes.findLast(({ node }) => node !== undefined)?.node;
}

/** Left and right between layers, up and down within one: to the button that lies nearest there. */
function moveFocus(event: KeyboardEvent): void {
  const directions: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const direction = directions[event.key];
  const from = event.target instanceof Element ? event.target.closest<HTMLElement>("button[data-column]") : null;
  if (!direction || !from || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  event.stopPropagation();
  const [dx, dy] = direction;
  const columnOf = (one: HTMLElement): number => Number(one.dataset["column"]);
  const middleOf = (one: HTMLElement): number => one.offsetTop + one.offsetHeight / 2;
  const distance = (one: HTMLElement): number => {
    const [across, down] = [columnOf(one) - columnOf(from), middleOf(one) - middleOf(from)];
    if (dx !== 0)
      return Math.sign(across) === dx ? Math.abs(across) * 10_000 + Math.abs(down) : Number.POSITIVE_INFINITY;
    return across === 0 && Math.sign(down) === dy ? Math.abs(down) : Number.POSITIVE_INFINITY;
  };
  const all = [...from.parentElement!.querySelectorAll<HTMLElement>("button[data-column]")];
  const nearest = all.reduce((best, one) => (distance(one) < distance(best) ? one : best), from);
  if (distance(nearest) === Number.POSITIVE_INFINITY || nearest === from) return;
  nearest.focus();
}
