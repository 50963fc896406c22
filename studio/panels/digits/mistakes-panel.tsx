import { useComputed } from "@preact/signals";
import { useStudio } from "../../app/studio.ts";
import { TextButton } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import { deskOf } from "./desk.ts";
import { pictureAt, usePictures } from "./pictures.ts";
import { Thumbnail } from "./thumbnail.tsx";
import { type Cell, type Verdicts, worstOf } from "./verdicts.ts";

const shown = 24;

/** The pictures that cost most, of all or of one cell of the matrix; a click puts one on the pad. */
export function MistakesPanel() {
  const desk = deskOf(useStudio());
  const verdicts = desk.verdicts.value;
  const cell = desk.cell.value;
  const title = cell ? words.digits.mistakes.cell(cell.digit, cell.said) : words.digits.mistakes.title;
  return (
    <Part title={title} explanation={words.digits.mistakes.explanation}>
      {cell && (
        <TextButton
          look="link"
          label={words.digits.mistakes.all}
          onPress={() => {
            desk.cell.value = null;
          }}
        />
      )}
      {verdicts && <Gallery verdicts={verdicts} cell={cell} />}
    </Part>
  );
}

function Gallery({ verdicts, cell }: { readonly verdicts: Verdicts; readonly cell: Cell | null }) {
  const { say } = useStudio();
  const desk = deskOf(useStudio());
  const all = useComputed(() =>
    worstOf(desk.verdicts.value ?? verdicts, desk.cell.value, Number.POSITIVE_INFINITY),
  ).value;
  const rows = all.slice(0, shown);
  const pictures = usePictures("test", rows);
  const side = desk.side.value;
  const onPad = desk.origin.value;
  if (rows.length === 0) return <p class="label">{words.digits.mistakes.none}</p>;
  return (
    <>
      <ul
        class="digit-gallery"
        aria-label={cell ? words.digits.mistakes.cell(cell.digit, cell.said) : words.digits.mistakes.title}
      >
        {rows.map((row, i) => {
          const [digit, said, loss] = [verdicts.labels[row]!, verdicts.said[row]!, figure(verdicts.losses[row]!, 2)];
          const pixels = pictures && pictureAt(pictures, i);
          return (
            <li key={row}>
              <button
                type="button"
                class="digit-picture-button"
                aria-label={words.digits.mistakes.picture(row, digit, said, loss)}
                aria-pressed={onPad?.part === "test" && onPad.row === row}
                disabled={!pixels}
                onClick={() => {
                  desk.place(pixels!, { part: "test", row, label: digit });
                  say(words.digits.draw.from("test", row, digit));
                }}
              >
                {pixels && pixels.length === side * side && <Thumbnail pixels={pixels} side={side} />}
              </button>
              <span>
                <b>
                  {digit} → {said}
                </b>
                <br />
                {loss}
              </span>
            </li>
          );
        })}
      </ul>
      <p class="label">{words.digits.mistakes.count(rows.length, all.length)}</p>
    </>
  );
}
