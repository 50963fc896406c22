import type { ComponentChildren } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { Segments } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Part } from "../../view/panel.tsx";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import type { Templates } from "../../worker/views/digit-templates.ts";
import { type Desk, deskOf } from "./desk.ts";
import { type Sheet, sheetOf, signScale } from "./paint.ts";
import { barHeight, placeOf, type Tiles, tilesOf } from "./tiles.ts";

/** Weights as pictures, one for each unit of a layer, and under each how loudly it answers to the drawing. */
export function TemplatePanel() {
  const studio = useStudio();
  const desk = deskOf(studio);
  const { layers } = studio.store.state.value.network;
  const layer = desk.layer.value;
  const isDeep = layers.length > 1;
  return (
    <Part title={words.digits.templates.title} explanation={words.digits.templates.explanation(layer.units)}>
      <div class="stack">
        {isDeep && (
          <Segments
            label={words.digits.templates.which}
            value={desk.which.value}
            options={[
              { value: "first", label: words.digits.templates.first(layers[0]!.units) },
              { value: "last", label: words.digits.templates.last },
            ]}
            onChange={(which) => {
              desk.which.value = which;
            }}
          />
        )}
        <TileSheet desk={desk} />
        <Legend desk={desk} />
        {layer.at > 0 && <p class="label">{words.digits.templates.approximate}</p>}
      </div>
    </Part>
  );
}

export const unitName = (desk: Desk, unit: number): string =>
  desk.layer.value.at > 0 || desk.layer.value.activation === "softmax"
    ? words.digits.templates.digit(unit)
    : words.digits.templates.unit(unit);

/** Templates of the layer that is chosen, once they are here. */
function shownTemplates(desk: Desk): Templates | undefined {
  const templates = desk.templates.value;
  const { units } = desk.layer.value;
  const isOfThis =
    templates && templates.size === desk.side.value ** 2 && templates.units === Math.min(units, templates.units);
  return isOfThis ? templates : undefined;
}

/** Answers of the units, where they are of this layer; and the end of their scale. */
function shownAnswers(desk: Desk): { readonly answers: Float32Array | undefined; readonly largest: number } {
  const answers = desk.answer.value?.answers;
  if (!answers || answers.length !== desk.layer.value.units) return { answers: undefined, largest: 1 };
  const isBounded = ["sigmoid", "softmax", "tanh"].includes(desk.layer.value.activation);
  return { answers, largest: isBounded ? 1 : Math.max(1, ...answers.map(Math.abs)) };
}

function TileSheet({ desk }: { readonly desk: Desk }) {
  const { say } = useStudio();
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const sizes = new ResizeObserver(() => setWidth(box.current?.clientWidth ?? 0));
    sizes.observe(box.current!);
    setWidth(box.current!.clientWidth);
    return () => sizes.disconnect();
  }, []);
  const { units } = desk.layer.value;
  const count = Math.min(units, 512);
  const tiles = tilesOf(count, Math.max(width, 64));
  const chosen = desk.unit.value;
  const choose = (unit: number): void => {
    desk.chooseUnit(unit);
    say(unitWords(desk, unit));
  };
  const press = (event: KeyboardEvent): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -tiles.columns,
      ArrowDown: tiles.columns,
      Home: -chosen,
      End: count - 1 - chosen,
    };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = chosen + move;
    if (next < 0 || next >= count) return;
    choose(next);
    box.current?.querySelectorAll<HTMLElement>("button.digit-tile")[next]?.focus();
  };
  return (
    <div ref={box} class="digit-tile-sheet" data-arrows style={{ "--columns": tiles.columns }}>
      {width > 0 && (
        <TilePicture desk={desk} tiles={tiles} count={count}>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset has no keys */}
          <div role="group" class="digit-tiles" aria-label={words.digits.templates.sheet} onKeyDown={press}>
            {Array.from({ length: count }, (_, unit) => {
              const { x, y } = placeOf(unit, tiles);
              return (
                <button
                  key={unit}
                  type="button"
                  class="digit-tile"
                  tabIndex={unit === chosen ? 0 : -1}
                  aria-pressed={unit === chosen}
                  aria-label={unitName(desk, unit)}
                  title={unitName(desk, unit)}
                  style={{ left: `${x}px`, top: `${y}px`, width: `${tiles.side}px`, height: `${tiles.side}px` }}
                  onClick={() => choose(unit)}
                />
              );
            })}
          </div>
        </TilePicture>
      )}
      {units > count && <p class="label">{words.digits.templates.capped(count)}</p>}
    </div>
  );
}

function unitWords(desk: Desk, unit: number): string {
  const { answers } = shownAnswers(desk);
  return `${unitName(desk, unit)}${answers ? `, ${figure(answers[unit]!)}` : ""}`;
}

let native: Sheet | undefined;

/** The canvas under the buttons; the only part of the panel that is drawn anew with each snapshot. */
function TilePicture({
  desk,
  tiles,
  count,
  children,
}: {
  readonly desk: Desk;
  readonly tiles: Tiles;
  readonly count: number;
  readonly children: ComponentChildren;
}) {
  const colours = palette().value;
  const templates = shownTemplates(desk);
  const { answers, largest } = shownAnswers(desk);
  const side = desk.side.value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      if (templates) paintTiles(context, templates, side, tiles, signScale(colours));
      for (let unit = 0; unit < count; unit++) {
        const { x, y } = placeOf(unit, tiles);
        context.fillStyle = colours.css.rule;
        context.fillRect(x, y + tiles.side + 5, tiles.side, barHeight);
        const answer = answers?.[unit] ?? 0;
        context.fillStyle = answer < 0 ? colours.css.neg : colours.css.value;
        context.fillRect(x, y + tiles.side + 5, (tiles.side * Math.min(1, Math.abs(answer) / largest)) | 0, barHeight);
      }
    },
    [templates, answers, colours, tiles.width, count, side, largest],
  );
  const loudest = answers ? answers.reduce((best, answer, unit) => (answer > answers[best]! ? unit : best), 0) : 0;
  return (
    <Picture
      name={words.digits.templates.sheet}
      summary={words.digits.templates.summary(count, unitName(desk, loudest), figure(answers?.[loudest] ?? Number.NaN))}
      table={() => ({
        columns: [words.digits.templates.neuron, words.digits.templates.answer, words.digits.templates.score],
        rows: Array.from({ length: count }, (_, unit) => [
          unitName(desk, unit),
          figure(answers?.[unit] ?? Number.NaN),
          figure(desk.answer.value?.scores[unit] ?? Number.NaN),
        ]),
      })}
      draw={draw}
      ratio={tiles.height / tiles.width}
    >
      {children}
    </Picture>
  );
}

/** All pictures go to one sheet in memory by one call, and from there each to its place. */
function paintTiles(
  context: CanvasRenderingContext2D,
  { shades, units, size }: Templates,
  side: number,
  tiles: Tiles,
  scale: (value: number) => number,
): void {
  if (!native || native.canvas.width !== side || native.canvas.height !== side * units)
    native = sheetOf(side, side * units);
  const table = Uint32Array.from({ length: 255 }, (_, i) => scale((i - 127) / 127));
  const { pixels } = native;
  for (let i = 0; i < units * size; i++) pixels[i] = table[shades[i]! + 127]!;
  native.commit();
  context.imageSmoothingEnabled = false;
  for (let unit = 0; unit < units; unit++) {
    const { x, y } = placeOf(unit, tiles);
    context.drawImage(native.canvas, 0, unit * side, side, side, x, y, tiles.side, tiles.side);
  }
}

function Legend({ desk }: { readonly desk: Desk }) {
  const { largest } = shownAnswers(desk);
  return (
    <div class="legend">
      <span>
        <i class="digit-swatch pos" />
        {words.digits.templates.speaksFor}
      </span>
      <span>
        <i class="digit-swatch neg" />
        {words.digits.templates.speaksAgainst}
      </span>
      <span>
        <i class="digit-swatch digit-bar-mark" />
        {words.digits.templates.loudness(figure(largest, 3))}
      </span>
    </div>
  );
}
