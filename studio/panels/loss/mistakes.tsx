import { useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { figure, percent, whole } from "../../view/figures.ts";
import { Marker } from "../../view/markers.tsx";
import { words } from "../../words.ts";
import { answerOf, commonMistakes, confusionOf, type Examples, examplesIn } from "./examples.ts";

/** Classes of which a matrix can still be read. */
const mostInMatrix = 12;
const mostListed = 12;

interface CellPlace {
  readonly is: number;
  readonly said: number;
}

/** Which classes are taken for which, and the examples that cost most. */
export function Mistakes({ examples }: { readonly examples: Examples }) {
  const [cell, setCell] = useState<CellPlace | undefined>(undefined);
  const { classes, labels, order } = examples;
  const isThere = cell && cell.is < classes.length && cell.said < classes.length;
  const listed =
    isThere && labels ? examplesIn(examples, cell.is, cell.said) : Array.from(order.subarray(0, mostListed));
  const title =
    isThere && labels
      ? (cell.is === cell.said ? words.loss.rightOf : words.loss.examplesOf)(
          listed.length,
          classes[cell.is]!,
          classes[cell.said]!,
        )
      : labels
        ? words.loss.worst
        : words.loss.worstOfValues;
  return (
    <div class="stack">
      {labels && <Confusion examples={examples} chosen={isThere ? cell : undefined} onChoose={setCell} />}
      <h3>{title}</h3>
      {listed.length > 0 && <ExampleList examples={examples} listed={listed.slice(0, mostListed)} />}
      {listed.length > mostListed && <p class="label">{words.table.more(listed.length - mostListed)}</p>}
    </div>
  );
}

interface ConfusionProps {
  readonly examples: Examples;
  readonly chosen: CellPlace | undefined;
  readonly onChoose: (cell: CellPlace | undefined) => void;
}

function Confusion({ examples, chosen, onChoose }: ConfusionProps) {
  const { classes, wrong, size } = examples;
  const counts = confusionOf(examples);
  return (
    <div class="stack">
      <div class="row between">
        <h3>{words.loss.confusion}</h3>
        <p class="label">{words.loss.wrong(wrong, size)}</p>
      </div>
      {classes.length > mostInMatrix ? (
        <CommonMistakes counts={counts} classes={classes} onChoose={onChoose} />
      ) : (
        <Matrix counts={counts} classes={classes} chosen={chosen} onChoose={onChoose} />
      )}
    </div>
  );
}

function Matrix({
  counts,
  classes,
  chosen,
  onChoose,
}: Omit<ConfusionProps, "examples"> & {
  readonly counts: readonly (readonly number[])[];
  readonly classes: readonly string[];
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="scroll" tabIndex={0} aria-label={words.loss.confusion}>
      <table class="table confusion">
        <caption class="spoken">{words.loss.confusion}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="corner">
                {words.loss.confusionRow} ↓ · {words.loss.confusionColumn} →
              </span>
            </th>
            {classes.map((name, said) => (
              <th key={said} scope="col" class="n">
                <span class="class-name">
                  <Marker label={said} />
                  <span class="name">{name}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, is) => {
            const all = row.reduce((sum, count) => sum + count, 0);
            return (
              <tr key={is}>
                <th scope="row">
                  <span class="class-name">
                    <Marker label={is} />
                    <span class="name">{classes[is]}</span>
                  </span>
                </th>
                {row.map((count, said) => {
                  const isChosen = chosen?.is === is && chosen.said === said;
                  return (
                    <td key={said} class="n" data-right={is === said ? "" : undefined}>
                      <button
                        type="button"
                        aria-pressed={isChosen}
                        onClick={() => onChoose(isChosen ? undefined : { is, said })}
                      >
                        {whole(count)}
                        <small>{all > 0 ? percent(count / all, 0) : "–"}</small>
                        <span class="spoken">{words.loss.cell(classes[is]!, classes[said]!)}</span>
                      </button>
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function CommonMistakes({
  counts,
  classes,
  onChoose,
}: {
  readonly counts: readonly (readonly number[])[];
  readonly classes: readonly string[];
  readonly onChoose: ConfusionProps["onChoose"];
}) {
  const common = commonMistakes(counts, mostListed);
  if (common.length === 0) return <p class="label">{words.loss.noMistakes}</p>;
  return (
    <>
      <p class="label">{words.loss.manyClasses(classes.length)}</p>
      <ul>
        {common.map(({ is, said, count }) => (
          <li key={`${is} ${said}`}>
            <button type="button" class="button link" onClick={() => onChoose({ is, said })}>
              {words.loss.examplesOf(count, classes[is]!, classes[said]!)}
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Examples with what they are, what the net says, and what that costs. Those of training can be chosen. */
function ExampleList({ examples, listed }: { readonly examples: Examples; readonly listed: readonly number[] }) {
  const { store } = useStudio();
  const { example: chosen } = store.state.value.look;
  const { labels, said, losses, numberOf, part } = examples;
  const columns = words.loss.barsColumns;
  return (
    <div class="scroll">
      <table class="table examples">
        <thead>
          <tr>
            <th scope="col">{words.loss.row}</th>
            <th scope="col" class={labels ? "" : "n"}>
              {columns.is}
            </th>
            <th scope="col" class={labels ? "" : "n"}>
              {columns.said}
            </th>
            <th scope="col" class="n">
              {columns.cost}
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((example) => {
            const [is, answer] = answerOf(examples, example);
            const isChosen = part === "train" && example === chosen;
            return (
              <tr key={example} data-chosen={isChosen ? "" : undefined}>
                <th scope="row">
                  {part === "train" ? (
                    <button
                      type="button"
                      class="button link"
                      aria-pressed={isChosen}
                      aria-label={words.data.selectExample(numberOf(example))}
                      onClick={() => store.look({ example })}
                    >
                      {whole(numberOf(example))}
                    </button>
                  ) : (
                    whole(numberOf(example))
                  )}
                </th>
                <td class={labels ? "" : "n"}>
                  <span class="class-name">
                    {labels && <Marker label={labels[example]!} isHollow={part === "validation"} />}
                    <span class="name">{is}</span>
                  </span>
                </td>
                <td class={labels ? "" : "n"}>
                  <span class="class-name">
                    {labels && <Marker label={said[example]!} />}
                    <span class="name">{answer}</span>
                  </span>
                </td>
                <td class="n">{figure(losses[example]!)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
