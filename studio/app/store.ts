import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Command, setLook, setTraining, show } from "../state/commands.ts";
import { dataOf, type StudioData } from "../state/data.ts";
import type { HeldRun } from "../state/job.ts";
import { changed, redone, replaced, type Timeline, timeline, undone } from "../state/undo.ts";
import type { LookState, TrainingState, Workbench } from "../state/workbench.ts";

/** The state with its history, as signals that panels read. */
export interface Store {
  readonly state: ReadonlySignal<Workbench>;
  /** The samples of the state; undefined for pictures of digits, which only the worker holds. */
  readonly data: ReadonlySignal<StudioData | undefined>;
  /** Words of what undo and redo would take back and do again. */
  readonly canUndo: ReadonlySignal<string | undefined>;
  readonly canRedo: ReadonlySignal<string | undefined>;
  /** Does what undo takes back; `words` name it. Changes with the same `mergeKey` in a row are one: a drag. */
  change(words: string, command: Command, mergeKey?: string): void;
  /** What is looked at: not part of undo. */
  look(change: Partial<LookState>): void;
  /** How training is stepped: not part of undo either. */
  tune(change: Partial<Pick<TrainingState, "stepBy" | "speed" | "until">>): void;
  show(screen: Workbench["screen"]): void;
  /** Another state in the place of all: a link, a lesson, a preset. Undo comes back from it. */
  open(words: string, state: Workbench): void;
  /** The run of the server whose weights a state may begin with. */
  readonly heldRun: ReadonlySignal<HeldRun | undefined>;
  holdRun(run: HeldRun): void;
  undo(): void;
  redo(): void;
}

export function createStore(start: Workbench): Store {
  const line = signal<Timeline<Workbench>>(timeline(start));
  const state = computed(() => line.value.present);
  const heldRun = signal<HeldRun | undefined>(undefined);
  const dataState = computed(() => state.value.data);
  const replace = (command: Command): void => {
    line.value = replaced(line.value, command(line.value.present));
  };
  /** What is looked at stays where it has a place; going back does not turn the page. */
  const restore = (old: Workbench, now: Workbench): Workbench => ({
    ...old,
    look: { ...old.look, closed: now.look.closed, maximized: now.look.maximized },
  });
  return {
    state,
    data: computed(() => (dataState.value.kind === "digits" ? undefined : dataOf(dataState.value))),
    canUndo: computed(() => line.value.past.at(-1)?.words),
    canRedo: computed(() => line.value.future[0]?.words),
    change: (words, command, mergeKey) => {
      line.value = changed(line.value, command(line.value.present), words, mergeKey);
    },
    look: (change) => replace(setLook(change)),
    tune: (change) => replace(setTraining(change)),
    show: (screen) => replace(show(screen)),
    open: (words, next) => {
      line.value = changed(line.value, next, words);
    },
    heldRun,
    holdRun: (run) => {
      heldRun.value = run;
    },
    undo: () => {
      line.value = undone(line.value, restore);
    },
    redo: () => {
      line.value = redone(line.value, restore);
    },
  };
}
