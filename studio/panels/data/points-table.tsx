import { useEffect, useMemo, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { StudioData } from "../../state/data.ts";
import { removeRows, repeatRow, setAnswer, setLabel, setNumber } from "../../state/own-points.ts";
import { shortest } from "../../state/shortest.ts";
import { IconButton } from "../../view/controls.tsx";
import { figure } from "../../view/figures.ts";
import { Marker } from "../../view/markers.tsx";
import { words } from "../../words.ts";
import { answerNames, type Editing } from "./editing.ts";

/** A page of rows: as many as are taken in at a glance, and cheap however many there are. */
const pageRows = 9;
/** Columns that are shown; a sentence counts the others. */
const mostColumns = 12;

/** Every number of the points, to be read and changed. The page that is shown follows the row that is chosen. */
export function PointsTable({ data, editing }: { readonly data: StudioData; readonly editing: Editing }) {
  const { store } = useStudio();
  const { all, columns, classes } = data;
  const { size } = all;
  const row = Math.min(editing.row.value, size - 1);
  const [first, setFirst] = useState(0);
  const isValidation = useMemo(() => new Set(data.validationRows), [data]);
  const names = useMemo(() => answerNames(store), [store]).value;
  useEffect(() => setFirst(row - (row % pageRows)), [row, size]);
  const from = Math.min(first, Math.floor((size - 1) / pageRows) * pageRows);
  const to = Math.min(size, from + pageRows);
  const shown = columns.slice(0, mostColumns);
  const { edit, choose } = editing;
  return (
    <div class="points">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="scroll" tabIndex={0} aria-label={words.data.tableOf}>
        <table class="table" aria-rowcount={size + 1}>
          <caption class="spoken">{words.data.tableOf}</caption>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">{words.data.row}</th>
              {shown.map((name, column) => (
                <th key={column} scope="col" class="n">
                  <span class="name">{name}</span>
                </th>
              ))}
              {names.map((name, answer) => (
                <th key={`y${answer}`} scope="col" class="n">
                  <span class="name">{name}</span>
                </th>
              ))}
              {classes.length > 0 && <th scope="col">{words.data.label}</th>}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: to - from }, (_, i) => from + i).map((at) => (
              <tr key={at} aria-rowindex={at + 2} data-chosen={at === row ? "" : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="button link"
                    aria-pressed={at === row}
                    aria-label={isValidation.has(at) ? words.data.selectRow(at + 1) : words.data.selectExample(at + 1)}
                    title={isValidation.has(at) ? words.data.isValidation : undefined}
                    onClick={() => choose(at)}
                  >
                    {at + 1}
                  </button>
                </th>
                {shown.map((name, column) => (
                  <td key={column} class="n">
                    <Cell
                      label={words.data.cell(name, at + 1)}
                      value={all.x.data[at * columns.length + column]!}
                      onChange={(value) => edit(words.data.undo.number, (own) => setNumber(own, at, column, value))}
                    />
                  </td>
                ))}
                {names.map((name, answer) => (
                  <td key={`y${answer}`} class="n">
                    <Cell
                      label={words.data.cell(name, at + 1)}
                      value={all.y!.data[at * names.length + answer]!}
                      onChange={(value) => edit(words.data.undo.number, (own) => setAnswer(own, at, answer, value))}
                    />
                  </td>
                ))}
                {classes.length > 0 && (
                  <td>
                    <ClassCell
                      row={at}
                      classes={classes}
                      label={all.y!.data[at]!}
                      isHollow={isValidation.has(at)}
                      onChange={(label) => edit(words.data.undo.label, (own) => setLabel(own, at, label))}
                    />
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {columns.length > mostColumns && <p class="label">{words.data.otherColumns(columns.length - mostColumns)}</p>}
      <div class="row pages">
        <IconButton
          icon="back"
          label={words.data.earlier}
          isDisabled={from === 0}
          onPress={() => setFirst(Math.max(0, from - pageRows))}
        />
        <span class="label">{words.data.page(from + 1, to)}</span>
        <IconButton
          icon="forward"
          label={words.data.later}
          isDisabled={to >= size}
          onPress={() => setFirst(from + pageRows)}
        />
        <span class="row push">
          <IconButton
            icon="plus"
            label={words.data.addRow}
            onPress={() => {
              if (edit(words.data.undo.addRow, (own) => repeatRow(own, row))) choose(size);
            }}
          />
          <IconButton
            icon="minus"
            label={words.data.removeRow(row + 1)}
            isDisabled={size < 2}
            onPress={() => edit(words.data.undo.removeRow, (own) => removeRows(own, new Set([row])))}
          />
        </span>
      </div>
    </div>
  );
}

/** A number, rounded while it is only looked at; with all of its digits once it is worked on. */
function Cell({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}) {
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const read = (text: string): number | undefined => {
    const number = Number(text.replace("−", "-").replace(",", "."));
    return text.trim() !== "" && Number.isFinite(Math.fround(number)) ? number : undefined;
  };
  const take = (): void => {
    const number = draft === undefined ? undefined : read(draft);
    setDraft(undefined);
    if (number !== undefined && number !== shortest(value)) onChange(number);
  };
  return (
    <input
      class="cell"
      type="text"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={draft !== undefined && read(draft) === undefined}
      title={String(shortest(value))}
      value={draft ?? (Number.isInteger(value) ? String(value).replace("-", "−") : figure(value, 3))}
      onFocus={() => setDraft(String(shortest(value)))}
      onInput={({ currentTarget }) => setDraft(currentTarget.value)}
      onBlur={take}
      onKeyDown={({ key, currentTarget }) => {
        if (key === "Escape") setDraft(String(shortest(value)));
        if (key === "Enter" || key === "Escape") currentTarget.blur();
      }}
    />
  );
}

function ClassCell({
  row,
  classes,
  label,
  isHollow,
  onChange,
}: {
  readonly row: number;
  readonly classes: readonly string[];
  readonly label: number;
  readonly isHollow: boolean;
  readonly onChange: (label: number) => void;
}) {
  return (
    <label class="class-cell">
      <Marker label={label} isHollow={isHollow} />
      <span class="spoken">{words.data.cell(words.data.label, row + 1)}</span>
      <select value={String(label)} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
        {classes.map((name, i) => (
          <option key={i} value={String(i)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
