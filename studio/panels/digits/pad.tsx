import { useSignal } from "@preact/signals";
import { useCallback, useId, useRef } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { percent } from "../../view/figures.ts";
import { type Palette, palette } from "../../view/palette.ts";
import { Picture, type PictureTable } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { type Desk, deskOf } from "./desk.ts";
import { type Ink, type Spot, stroke, withPixel } from "./ink.ts";
import { inkScale, paintPicture, signScale } from "./paint.ts";

/** The pad: drawn on by pen, finger and mouse, or pixel by pixel with keys; shows ink, or what covering it would cost. */
export function Pad() {
  const studio = useStudio();
  const desk = deskOf(studio);
  const colours = palette().value;
  const ink = desk.ink.value;
  const isOcclusion = desk.show.value === "occlusion";
  const occlusion = isOcclusion ? desk.occlusion.value : undefined;
  const lost = occlusion?.lost.length === ink.pixels.length ? occlusion.lost : undefined;
  // occlusion is about what the net sees, which centring may have moved
  const shown = isOcclusion ? desk.seen.value : ink;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number) => {
      if (lost) paintOcclusion(context, shown, lost, colours, width);
      else paintPicture(context, shown.side, inkAt(shown, colours), 0, 0, width);
      paintGrid(context, shown.side, colours, width);
    },
    [shown, lost, colours],
  );
  const origin = desk.origin.value;
  const inked = ink.pixels.filter((value) => value > 0).length;
  const from =
    inked === 0
      ? words.digits.draw.blank
      : origin
        ? words.digits.draw.from(origin.part, origin.row, origin.label)
        : words.digits.draw.own;
  const summary = lost
    ? words.digits.draw.occlusion(occlusion!.digit, percent(Math.max(...lost)))
    : words.digits.draw.summary(inked, ink.pixels.length, from);
  return (
    <Picture
      name={isOcclusion ? words.digits.draw.occlusionName : words.digits.draw.pad}
      summary={summary}
      table={() => tableOf(shown.side, lost ?? shown.pixels)}
      draw={draw}
    >
      <Pen desk={desk} />
    </Picture>
  );
}

/**
 * What takes the strokes, laid over the picture. To a screen reader it is a grid of which only the pixel under the cursor
 * is there at a time; its place and ink are its name.
 */
function Pen({ desk }: { readonly desk: Desk }) {
  const { say } = useStudio();
  const id = useId();
  const isShown = useSignal(false);
  const last = useRef<Spot | undefined>(undefined);
  const { side, pixels } = desk.ink.value;
  const cursor = useSignal({ column: side / 2 - 1, row: side / 2 - 1 });
  const { column, row } = {
    column: Math.min(side - 1, cursor.value.column),
    row: Math.min(side - 1, cursor.value.row),
  };
  const spotOf = (event: PointerEvent): Spot => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * side,
      y: ((event.clientY - box.top) / box.height) * side,
    };
  };
  const draw = (to: Spot, isErasing: boolean): void => {
    const tool = isErasing ? "eraser" : desk.tool.peek();
    const drawn = stroke(desk.ink.peek(), last.current ?? to, to, tool);
    last.current = to;
    if (drawn !== desk.ink.peek()) desk.draw(drawn);
  };
  const name = (ink: number): string =>
    words.digits.draw.position(row + 1, column + 1, ink === 0 ? words.digits.draw.noInk : inkWords(ink));
  const press = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const move = moves[event.key];
    const at = row * side + column;
    if (move) {
      const place = {
        column: Math.max(0, Math.min(side - 1, column + move[0])),
        row: Math.max(0, Math.min(side - 1, row + move[1])),
      };
      cursor.value = place;
      // Shift draws on the way
      if (event.shiftKey)
        desk.draw(withPixel(desk.ink.peek(), place.column, place.row, desk.tool.peek() === "pen" ? 1 : 0));
    } else if (event.key === "Home") cursor.value = { column: 0, row };
    else if (event.key === "End") cursor.value = { column: side - 1, row };
    else if (event.key === " " || event.key === "Enter") {
      const value = pixels[at]! > 0 ? 0 : 1;
      desk.draw(withPixel(desk.ink.peek(), column, row, value));
      say(name(value));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      desk.draw(withPixel(desk.ink.peek(), column, row, 0));
      say(name(0));
    } else return;
    isShown.value = true;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table of 784 cells would be slow, and no easier to draw on
    <div
      class="pad-pen"
      role="grid"
      tabIndex={0}
      aria-label={words.digits.draw.pad}
      aria-description={words.digits.draw.hint}
      aria-rowcount={side}
      aria-colcount={side}
      aria-activedescendant={id}
      onKeyDown={press}
      onBlur={() => {
        isShown.value = false;
      }}
      onPointerDown={(event) => {
        if (event.button > 0 && event.pointerType === "mouse" && event.button !== 2) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        last.current = undefined;
        isShown.value = false;
        draw(spotOf(event), isErasing(event));
      }}
      onPointerMove={(event) => {
        if (event.buttons === 0 || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
        // a fast pen sends several places for one frame
        for (const part of event.getCoalescedEvents?.() ?? []) draw(spotOf(retargeted(part, event)), isErasing(event));
        draw(spotOf(event), isErasing(event));
      }}
      onContextMenu={(event) => event.preventDefault()}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div role="row" aria-rowindex={row + 1}>
        {/* biome-ignore lint/a11y/useSemanticElements: as above */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
        <div
          id={id}
          role="gridcell"
          aria-colindex={column + 1}
          aria-label={name(pixels[row * side + column]!)}
          class="pad-cursor"
          data-shown={isShown.value}
          style={{
            left: `${(100 * column) / side}%`,
            top: `${(100 * row) / side}%`,
            width: `${100 / side}%`,
            height: `${100 / side}%`,
          }}
        />
      </div>
    </div>
  );
}

/** The other end of a pen, or the right button of a mouse, erases. */
const isErasing = (event: PointerEvent): boolean => (event.buttons & 34) !== 0;

/** A part of an event has no target of its own. */
const retargeted = (part: PointerEvent, { currentTarget }: PointerEvent): PointerEvent =>
  ({ clientX: part.clientX, clientY: part.clientY, currentTarget }) as PointerEvent;

const inkWords = (ink: number): string =>
  ink === 1 ? words.digits.draw.fullInk : words.digits.draw.someInk(percent(ink, 0));

export function inkAt({ pixels }: Ink, colours: Palette): (at: number) => number {
  const scale = inkScale(colours);
  return (at) => scale(pixels[at]!);
}

function paintOcclusion(
  context: CanvasRenderingContext2D,
  { side, pixels }: Ink,
  lost: Float32Array,
  colours: Palette,
  width: number,
): void {
  const scale = signScale(colours);
  // the loudest place is drawn in full colour, unless nothing matters much
  const most = Math.max(0.1, ...lost.map(Math.abs));
  paintPicture(context, side, (at) => scale(lost[at]! / most), 0, 0, width);
  const cell = width / side;
  const dot = Math.max(2, cell / 4);
  context.fillStyle = colours.css.ink;
  for (let at = 0; at < pixels.length; at++) {
    if (pixels[at]! < 0.3) continue;
    const [x, y] = [((at % side) + 0.5) * cell, (Math.floor(at / side) + 0.5) * cell];
    context.fillRect(x - dot / 2, y - dot / 2, dot, dot);
  }
}

/** Hairlines between the pixels, and a cross in the middle, where the centre of mass belongs. */
function paintGrid(context: CanvasRenderingContext2D, side: number, { css }: Palette, width: number): void {
  const cell = width / side;
  context.lineWidth = 1;
  for (const isMiddle of [false, true]) {
    context.strokeStyle = isMiddle ? css.edge : css.rule;
    context.beginPath();
    for (let i = 1; i < side; i++) {
      if ((i === side / 2) !== isMiddle) continue;
      const at = Math.round(i * cell) + 0.5;
      context.moveTo(at, 0);
      context.lineTo(at, width);
      context.moveTo(0, at);
      context.lineTo(width, at);
    }
    context.globalAlpha = side > 16 && !isMiddle ? 0.6 : 1;
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** One row of the picture in each row of the table. */
export function tableOf(side: number, values: Float32Array): PictureTable {
  return {
    columns: [words.digits.draw.row, ...Array.from({ length: side }, (_, i) => words.digits.draw.column(i + 1))],
    rows: Array.from({ length: side }, (_, row) => [
      row + 1,
      ...Array.from(values.subarray(row * side, (row + 1) * side), (value) => Number(value.toFixed(3)).toString()),
    ]),
  };
}
