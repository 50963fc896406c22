import { useRef, useState } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import type { StudioData } from "../../state/data.ts";
import type { DrawnData, OwnData } from "../../state/workbench.ts";
import { TextButton } from "../../view/controls.tsx";
import { Panel } from "../../view/panel.tsx";
import { words } from "../../words.ts";
import { Board } from "./board.tsx";
import { Brush } from "./brush.tsx";
import { DrawSettings } from "./draw-settings.tsx";
import { useEditing } from "./editing.ts";
import { PointsTable } from "./points-table.tsx";
import { Presets } from "./presets.tsx";
import type { ReadingDialog } from "./reading-dialog.tsx";

/** What the net learns from: sets to begin with, the points to work on, and all of their numbers. */
export function DataPanel() {
  const { store, training } = useStudio();
  const state = store.state.value.data;
  const data = state.kind === "digits" ? undefined : dataNow(store);
  const [reading, setReading] = useState<{ readonly Shown: typeof ReadingDialog; readonly file?: File } | undefined>();
  const [isOver, setOver] = useState(false);
  const depth = useRef(0);
  const read = async (file?: File): Promise<void> => {
    try {
      const { ReadingDialog: Shown } = await import("./reading-dialog.tsx");
      setReading({ Shown, ...(file && { file }) });
    } catch (problem) {
      training.report(problem);
    }
  };
  const over = (step: number): void => {
    depth.current = Math.max(0, depth.current + step);
    setOver(depth.current > 0);
  };
  return (
    <Panel name="data" explanation={data ? words.data.explanation(data.all.size, data.inputs) : words.data.pictures}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is dropped can also be chosen by a button */}
      <div
        class="data-body"
        data-over={isOver ? "" : undefined}
        onDragEnter={(event) => {
          if (event.dataTransfer?.types.includes("Files")) over(1);
        }}
        onDragLeave={() => over(-1)}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          depth.current = 0;
          setOver(false);
          const file = event.dataTransfer?.files[0];
          if (file) void read(file);
        }}
      >
        {isOver && <p class="drop">{words.data.drop}</p>}
        <div class="stack">
          <Presets />
          <TextButton look="link" label={words.data.imageSets} onPress={() => store.show("digits")} />
        </div>
        {data && state.kind !== "digits" && <Points state={state} data={data} onRead={() => void read()} />}
      </div>
      {reading && <reading.Shown {...(reading.file && { file: reading.file })} onClose={() => setReading(undefined)} />}
    </Panel>
  );
}

/** The samples of the state; the notice above says why there are none. */
function dataNow(store: ReturnType<typeof useStudio>["store"]): StudioData | undefined {
  try {
    return store.data.value;
  } catch {
    return undefined;
  }
}

function Points({
  state,
  data,
  onRead,
}: {
  readonly state: DrawnData | OwnData;
  readonly data: StudioData;
  readonly onRead: () => void;
}) {
  const { training } = useStudio();
  const editing = useEditing();
  const name = state.kind === "own" ? state.name : words.data.generators[state.generator];
  const save = async (): Promise<void> => {
    try {
      (await import("./save-csv.ts")).saveCsv(state, data, name);
    } catch (problem) {
      training.report(problem);
    }
  };
  return (
    <>
      <div class="stack">
        <h3 class="data-name">{name}</h3>
        <Board data={data} editing={editing} />
        <Brush data={data} editing={editing} />
        <DrawSettings data={state} />
      </div>
      <div class="stack">
        <div class="row between">
          <h3>{words.data.table}</h3>
          <TextButton look="link" label={words.data.paste} onPress={onRead} />
        </div>
        <PointsTable data={data} editing={editing} />
        <TextButton look="link" label={words.data.save} onPress={() => void save()} />
      </div>
    </>
  );
}
