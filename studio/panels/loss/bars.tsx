import { useCallback } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { figure, whole } from "../../view/figures.ts";
import { classColour, type Palette, palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { answerOf, barsOf, type Examples } from "./examples.ts";

/** Room above the bars for the mark of the chosen example, and below them for the ticks of those that are wrong. */
const above = 7;
const below = 6;

/** What every training example costs, the worst at the left. A click or the arrows choose one. */
export function Bars({ examples }: { readonly examples: Examples }) {
  const { store, say } = useStudio();
  const { example } = store.state.value.look;
  const colours = palette().value;
  const { order, losses, size, numberOf } = examples;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) =>
      drawBars(context, width, height, colours, examples, example),
    [examples, example, colours],
  );
  const worst = order[0]!;
  const cost = figure(losses[worst]!, 3);
  const choose = (rank: number): void => {
    const chosen = order[Math.max(0, Math.min(size - 1, rank))]!;
    store.look({ example: chosen });
    say(words.loss.chosen(order.indexOf(chosen) + 1, numberOf(chosen), figure(losses[chosen]!)));
  };
  const click = (event: MouseEvent): void => {
    const canvas = event.currentTarget as HTMLCanvasElement;
    const { left, width } = canvas.getBoundingClientRect();
    const bars = barsOf(examples, width);
    const at = Math.floor(((event.clientX - left) / width) * bars.length);
    choose(bars[Math.max(0, Math.min(bars.length - 1, at))]!.rank);
  };
  const press = (event: KeyboardEvent): void => {
    const rank = order.indexOf(example);
    const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10, Home: -size, End: size }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(rank + step);
  };
  const wrong = examples.labels ? words.loss.wrong(examples.wrong, size) : whole(size);
  return (
    <div class="stack bars">
      <div class="row between wrap">
        <h3>{words.loss.bars}</h3>
        <p class="label">{words.loss.barsLog(cost)}</p>
      </div>
      <Picture
        name={words.loss.bars}
        summary={`${words.loss.barsSays(whole(size), cost, whole(numberOf(worst)), wrong)} ${words.loss.barsKeys}`}
        ratio={0.24}
        draw={draw}
        table={() => tableOf(examples)}
        canvasProps={{ role: "application", tabIndex: 0, onClick: click, onKeyDown: press }}
      />
      {examples.all > size && <p class="label">{words.loss.first(whole(size), whole(examples.all))}</p>}
    </div>
  );
}

function tableOf(examples: Examples) {
  const { rank, row, is, said, cost } = words.loss.barsColumns;
  const { order, losses, numberOf } = examples;
  return {
    columns: [rank, row, is, said, cost],
    rows: Array.from(order, (example, i) => [
      i + 1,
      numberOf(example),
      ...answerOf(examples, example),
      figure(losses[example]!),
    ]),
  };
}

function drawBars(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  { css }: Palette,
  examples: Examples,
  chosen: number,
): void {
  const { labels, said, order, size } = examples;
  const bars = barsOf(examples, width);
  const room = width / bars.length;
  const base = height - below;
  context.clearRect(0, 0, width, height);
  const gap = room > 4 ? 1 : 0;
  for (const [i, { example, height: share }] of bars.entries()) {
    const tall = Math.max(1, share * (base - above));
    context.fillStyle = labels ? css[classColour(labels[example]!)] : css["ink-3"];
    context.fillRect(i * room, base - tall, Math.max(1, room - gap), tall);
    if (!labels || said[example] === labels[example]) continue;
    context.fillStyle = css.ink;
    context.fillRect(i * room, base + 2, Math.max(1, room - gap), 3); // wrong: by a mark, not by a colour
  }
  context.fillStyle = css.edge;
  context.fillRect(0, base, width, 1);
  const rank = order.indexOf(chosen);
  if (rank < 0) return;
  const at = ((rank + 0.5) / size) * width;
  context.fillStyle = css.ink;
  context.fillRect(Math.round(at), above - 1, 1, base - above);
  context.beginPath();
  context.moveTo(at + 0.5, above);
  context.lineTo(at - 3.5, 0);
  context.lineTo(at + 4.5, 0);
  context.fill();
}
