import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { setData } from "../../state/commands.ts";
import type { TableQuestion } from "../../state/read-table.ts";
import { Choice, TextButton } from "../../view/controls.tsx";
import { Dialog } from "../../view/dialog.tsx";
import { FileButton } from "../../view/file-button.tsx";
import { words } from "../../words.ts";
import { decoded, type FirstRows, firstRows, isPacked } from "./first-rows.ts";

const text = words.data.reading;

type Role = keyof typeof text.roles;
type Task = keyof typeof text.tasks;

interface Source {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const mostBytes = 33_554_432;
/** Columns whose part can be chosen; those beyond are inputs. The last one always can. */
const mostShown = 24;

/** Rows that are pasted, or a file: what each column is, and what went wrong, by row and column. */
export function ReadingDialog({ file, onClose }: { readonly file?: File; readonly onClose: () => void }) {
  const { store, readTable, say } = useStudio();
  const [pasted, setPasted] = useState("");
  const [source, setSource] = useState<Source | undefined>(undefined);
  const [problem, setProblem] = useState<readonly string[]>([]);
  const [isBusy, setBusy] = useState(false);
  const [header, setHeader] = useState<boolean | undefined>(undefined);
  const [roles, setRoles] = useState<Readonly<Record<number, Role>>>({});
  const [task, setTask] = useState<Task>("found");
  const [isStandardized, setStandardized] = useState(true);
  const [leavesOutGaps, setGaps] = useState(false);
  const head = useMemo(
    () => firstRows(source ? decoded(source.bytes.subarray(0, 65_536)) : pasted, 5, header),
    [source, pasted, header],
  );
  const target = head ? targetOf(head, roles) : 0;
  const closed = useRef(new AbortController());
  useEffect(() => () => closed.current.abort(), []);

  const take = async (given: File): Promise<void> => {
    setProblem([]);
    if (given.size > mostBytes) return setProblem([text.tooLarge(sizeOf(given.size))]);
    const bytes = new Uint8Array(await given.arrayBuffer());
    if (isPacked(bytes)) return setProblem([text.packed]);
    setRoles({});
    setHeader(undefined);
    setSource({ name: given.name, bytes });
  };
  useEffect(() => {
    if (file) void take(file);
  }, [file]);

  const read = async (): Promise<void> => {
    if (!head) return;
    const roleOf = (column: number): Role => (column === target ? "target" : (roles[column] ?? "input"));
    const ignored = head.names.flatMap((_, column) => (roleOf(column) === "ignored" ? [column + 1] : []));
    if (ignored.length + 1 >= head.names.length) return setProblem([text.noInput]);
    const question: TableQuestion = {
      bytes: source?.bytes ?? new TextEncoder().encode(pasted),
      target: target + 1,
      targetName: head.names[target]!,
      ignored,
      hasHeader: head.hasHeader,
      task,
      leavesOutGaps,
    };
    setProblem([]);
    setBusy(true);
    try {
      const table = await readTable(question, closed.current.signal);
      const { data } = store.state.value;
      const { seed, validation } = data.kind === "digits" ? { seed: 7, validation: 0.2 } : data;
      const name = (source?.name.replace(/\.\w{1,5}$/, "") || text.pasted).slice(0, 80);
      store.change(
        words.data.undo.read(name),
        setData({ kind: "own", name, ...table, isStandardized, seed, validation }),
      );
      say(text.done(table.rows.length));
      onClose();
    } catch (error) {
      if (closed.current.signal.aborted) return;
      setProblem(sentencesOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={text.title} onClose={onClose}>
      <form
        class="stack reading"
        onSubmit={(event) => {
          event.preventDefault();
          void read();
        }}
      >
        {source ? (
          <div class="row between">
            <span>{text.name(source.name, sizeOf(source.bytes.length))}</span>
            <TextButton look="link" label={text.another} onPress={() => setSource(undefined)} />
          </div>
        ) : (
          <>
            <label class="paste">
              <span class="label">{text.paste}</span>
              <textarea
                spellcheck={false}
                placeholder={text.placeholder}
                value={pasted}
                onInput={({ currentTarget }) => {
                  setProblem([]);
                  setHeader(undefined);
                  setPasted(currentTarget.value);
                }}
              />
            </label>
            <FileButton
              label={text.file}
              accept=".csv,.tsv,.txt,text/csv,text/plain"
              onFile={(given) => void take(given)}
            />
          </>
        )}
        {head && (
          <>
            <Columns head={head} target={target} roles={roles} onChange={setRoles} />
            <Check label={text.header} isOn={head.hasHeader} onChange={setHeader} />
            <Choice
              label={text.task}
              value={task}
              options={(Object.keys(text.tasks) as Task[]).map((value) => ({ value, label: text.tasks[value] }))}
              onChange={setTask}
            />
            <Check label={text.standardize} isOn={isStandardized} onChange={setStandardized} />
            <Check label={text.gaps} isOn={leavesOutGaps} onChange={setGaps} />
          </>
        )}
        <div role="alert">
          {problem.map((sentence, i) => (
            <p key={i} class={i === 0 ? "bad" : "label"}>
              {sentence}
            </p>
          ))}
        </div>
        <div class="row">
          <button type="submit" class="button primary" disabled={!head || isBusy}>
            {isBusy ? text.busy : text.read}
          </button>
          <TextButton look="outline" label={text.cancel} onPress={onClose} />
        </div>
      </form>
    </Dialog>
  );
}

/** The column to learn: the one that was chosen, else the last that is not left out. */
function targetOf({ names }: FirstRows, roles: Readonly<Record<number, Role>>): number {
  const chosen = names.findIndex((_, column) => roles[column] === "target");
  if (chosen >= 0) return chosen;
  const last = names.findLastIndex((_, column) => roles[column] !== "ignored" && roles[column] !== "input");
  return last >= 0 ? last : names.length - 1;
}

function sentencesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  const message = error.message.charAt(0).toUpperCase() + error.message.slice(1);
  return [/[.!?]$/.test(message) ? message : `${message}.`];
}

const sizeOf = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} bytes`
    : bytes < 1048576
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;

function Check({
  label,
  isOn,
  onChange,
}: {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}) {
  return (
    <label class="check">
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      {label}
    </label>
  );
}

/** The first rows, and above each column what it is. */
function Columns({
  head: { names, rows },
  target,
  roles,
  onChange,
}: {
  readonly head: FirstRows;
  readonly target: number;
  readonly roles: Readonly<Record<number, Role>>;
  readonly onChange: (roles: Readonly<Record<number, Role>>) => void;
}) {
  const isAll = names.length <= mostShown;
  const shown = names
    .map((_, column) => column)
    .filter((column) => isAll || column < mostShown - 1 || column === names.length - 1);
  const choose = (column: number, role: Role): void => {
    // one column is learned: another that was it is an input again
    const others =
      role === "target" ? Object.entries(roles).filter(([, other]) => other !== "target") : Object.entries(roles);
    onChange({ ...Object.fromEntries(others), [column]: role });
  };
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section class="scroll" tabIndex={0} aria-label={text.columns}>
        <table class="table">
          <caption class="spoken">{text.columns}</caption>
          <thead>
            <tr>
              {shown.map((column) => (
                <th key={column} scope="col">
                  <span class="name">{names[column]}</span>
                  <select
                    aria-label={text.roleOf(names[column]!)}
                    value={column === target ? "target" : (roles[column] ?? "input")}
                    onChange={({ currentTarget }) => choose(column, currentTarget.value as Role)}
                  >
                    {(Object.keys(text.roles) as Role[]).map((role) => (
                      <option key={role} value={role}>
                        {text.roles[role]}
                      </option>
                    ))}
                  </select>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i}>
                {shown.map((column) => (
                  <td key={column}>
                    <span class="name">{row[column] ?? ""}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {!isAll && <p class="label">{text.hidden(names.length - shown.length)}</p>}
    </div>
  );
}
