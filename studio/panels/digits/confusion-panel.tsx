import { useComputed } from "@preact/signals";
import { useStudio } from "../../app/studio.ts";
import { percent, whole } from "../../view/figures.ts";
import { Part } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import { type Desk, deskOf } from "./desk.ts";
import { type Confusion, confusionOf, shareRight } from "./verdicts.ts";

/** How often each digit was taken for each other: a table whose cells lead to the mistakes in them. */
export function ConfusionPanel() {
  const desk = deskOf(useStudio());
  const confusion = useComputed(() => desk.verdicts.value && confusionOf(desk.verdicts.value)).value;
  const explanation = confusion
    ? words.digits.confusion.explanation(whole(confusion.right), whole(confusion.size))
    : words.digits.confusion.waiting;
  return (
    <Part title={words.digits.confusion.title} explanation={explanation}>
      {confusion && <Matrix desk={desk} confusion={confusion} />}
    </Part>
  );
}

const digits = Array.from({ length: 10 }, (_, digit) => digit);

function Matrix({ desk, confusion }: { readonly desk: Desk; readonly confusion: Confusion }) {
  const { say } = useStudio();
  const chosen = desk.cell.value;
  const choose = (digit: number, said: number): void => {
    const isSame = chosen?.digit === digit && chosen.said === said;
    desk.cell.value = isSame ? null : { digit, said };
    say(cellWords(digit, said, confusion.counts[digit]![said]!));
  };
  return (
    <table class="digit-confusion">
      <caption class="spoken">{words.digits.confusion.name}</caption>
      <thead>
        <tr>
          <th scope="col" title={words.digits.confusion.corner}>
            <span class="spoken">{words.digits.confusion.corner}</span>
            <span aria-hidden="true">↘</span>
          </th>
          {digits.map((digit) => (
            <th key={digit} scope="col">
              {digit}
            </th>
          ))}
          <th scope="col" class="n">
            {words.digits.confusion.right}
          </th>
        </tr>
      </thead>
      <tbody>
        {digits.map((digit) => (
          <tr key={digit}>
            <th scope="row">{digit}</th>
            {digits.map((said) => {
              const count = confusion.counts[digit]![said]!;
              const grey = digit === said ? 0 : greyOf(count / confusion.mostWrong);
              return (
                <td key={said}>
                  <button
                    type="button"
                    class={grey > 0.5 ? "dark" : ""}
                    style={{ "--share": `${Math.round(100 * grey)}%` }}
                    aria-pressed={chosen?.digit === digit && chosen.said === said}
                    aria-label={cellWords(digit, said, count)}
                    data-right={digit === said}
                    disabled={count === 0}
                    onClick={() => choose(digit, said)}
                  >
                    {count > 0 && String(count)}
                  </button>
                </td>
              );
            })}
            <td class="n">{percent(shareRight(confusion, digit)).replace(" %", "")}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/**
 * How much ink a cell is mixed of. The root lets few mistakes stand out from none; between 40 and 60 % there is none, since
 * neither ink nor paper could be read on it.
 */
function greyOf(share: number): number {
  const root = Math.sqrt(share);
  return root < 0.6 ? (0.4 / 0.6) * root : 0.6 + (0.15 / 0.4) * (root - 0.6);
}

const cellWords = (digit: number, said: number, count: number): string =>
  digit === said ? words.digits.confusion.rightCell(digit, count) : words.digits.confusion.cell(digit, said, count);
