import { useCallback } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { TextButton } from "../../view/controls.tsx";
import { percent } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Part } from "../../view/panel.tsx";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { deskOf } from "./desk.ts";
import { isBlank } from "./ink.ts";
import { inkAt, Pad, tableOf } from "./pad.tsx";
import { paintPicture } from "./paint.ts";

/** The pad, how the drawing is prepared, and what the net says of it. */
export function DrawPanel() {
  const desk = deskOf(useStudio());
  const side = desk.side.value;
  return (
    <Part title={words.digits.draw.title} explanation={words.digits.draw.explanation[side]}>
      <div class="stack">
        <Pad />
        <Centring />
        <Answer />
      </div>
    </Part>
  );
}

/** The way to every number of this picture: its target is what it is, or for a drawing what the net says. */
function ToNumbers({ said }: { readonly said: number }) {
  const studio = useStudio();
  const desk = deskOf(studio);
  return (
    <TextButton
      look="link"
      label={words.digits.draw.numbers}
      onPress={() => {
        studio.handed.value = { x: [...desk.seen.value.pixels], t: desk.origin.value?.label ?? said };
        studio.store.show("numbers");
      }}
    />
  );
}

/** The switch, and beside it the small picture that goes in. */
function Centring() {
  const desk = deskOf(useStudio());
  const side = desk.side.value;
  return (
    <div class="digit-centring">
      <label class="row digit-check">
        <input
          type="checkbox"
          checked={desk.isCentring.value}
          onChange={({ currentTarget }) => {
            desk.isCentring.value = currentTarget.checked;
          }}
        />
        {words.digits.draw.centring[side]}
      </label>
      <p class="label">{words.digits.draw.centringWhy}</p>
      <Seen />
    </div>
  );
}

function Seen() {
  const desk = deskOf(useStudio());
  const colours = palette().value;
  const seen = desk.seen.value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number) =>
      paintPicture(context, seen.side, inkAt(seen, colours), 0, 0, width),
    [seen, colours],
  );
  return (
    <div class="digit-seen">
      <p class="label">{words.digits.draw.seen}</p>
      <Picture
        name={words.digits.draw.seen}
        summary={words.digits.draw.seenSummary(seen.pixels.filter((ink) => ink > 0).length)}
        table={() => tableOf(seen.side, seen.pixels)}
        draw={draw}
      />
    </div>
  );
}

/** The digit that the net says, the next one, and the probability of each as a bar with its figure. */
function Answer() {
  const desk = deskOf(useStudio());
  const answer = desk.answer.value;
  const isEmpty = isBlank(desk.ink.value) || !answer;
  const shares = answer && [...answer.probabilities];
  const order = shares?.map((_, digit) => digit).sort((a, b) => shares[b]! - shares[a]!);
  const [first = 0, second = 0] = order ?? [];
  return (
    <section class="digit-answer" aria-label={words.digits.answer.title}>
      <div class="digit-said" data-empty={isEmpty}>
        <strong data-figure="said">{isEmpty ? "–" : first}</strong>
        <p class="label">
          {isEmpty ? (
            words.digits.answer.nothing
          ) : (
            <>
              {words.digits.answer.sure(percent(shares![first]!))}
              <br />
              {answer.step === 0
                ? words.digits.answer.untrained
                : words.digits.answer.next(second, percent(shares![second]!))}
            </>
          )}
        </p>
      </div>
      <ol class="digit-shares">
        {Array.from({ length: 10 }, (_, digit) => {
          const share = isEmpty ? 0 : (shares![digit] ?? 0);
          return (
            <li key={digit} data-first={!isEmpty && digit === first}>
              <span>{digit}</span>
              <span class="digit-lane">
                <i style={{ width: `${100 * share}%` }} />
              </span>
              <output data-digit={digit}>{isEmpty ? "–" : share.toFixed(4)}</output>
            </li>
          );
        })}
      </ol>
      {!isEmpty && <ToNumbers said={first} />}
    </section>
  );
}
