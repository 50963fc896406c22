import { computed, type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import type { Store } from "../../app/store.ts";
import { useStudio } from "../../app/studio.ts";
import { setData } from "../../state/commands.ts";
import { ownOf } from "../../state/own-points.ts";
import type { OwnData } from "../../state/workbench.ts";
import { words } from "../../words.ts";

export type Tool = "paint" | "move" | "erase";

/** What the parts of the panel share: the tool, the class of the brush, and the row that is chosen. */
export interface Editing {
  readonly tool: Signal<Tool>;
  /** The class that is painted. */
  readonly label: Signal<number>;
  /** A row of all points: that of the example that is explained, or one for validation. */
  readonly row: ReadonlySignal<number>;
  choose(row: number): void;
  /**
   * Changes the points by hand; what was drawn by seed becomes points of one's own. Gives whether anything changed.
   * Changes with the same `mergeKey` in a row are one step of undo.
   */
  edit(what: string, change: (own: OwnData) => OwnData, mergeKey?: string): boolean;
}

export function useEditing(): Editing {
  const { store } = useStudio();
  const tool = useSignal<Tool>("paint");
  const label = useSignal(0);
  /** A row that is chosen though no example of training: one for validation. */
  const aside = useSignal<number | undefined>(undefined);
  const row = useComputed(() => {
    const data = store.data.value;
    const example = data?.trainRows[store.state.value.look.example] ?? 0;
    return aside.value !== undefined && aside.value < (data?.all.size ?? 0) ? aside.value : example;
  });
  return { tool, label, row, choose: (wanted) => choose(store, wanted, aside), edit: editor(store, row, aside) };
}

function choose(store: Store, row: number, aside: Signal<number | undefined>): void {
  const data = store.data.peek();
  if (!data || row < 0 || row >= data.all.size) return;
  const example = data.trainRows.indexOf(row);
  aside.value = example < 0 ? row : undefined;
  if (example >= 0) store.look({ example });
}

function editor(store: Store, row: ReadonlySignal<number>, aside: Signal<number | undefined>): Editing["edit"] {
  return (what, change, mergeKey) => {
    const data = store.data.peek();
    const { data: state } = store.state.peek();
    if (!data || state.kind === "digits") return false;
    const name = state.kind === "own" ? state.name : words.data.generators[state.generator];
    const own = ownOf(state, data, words.data.edited(name));
    const next = change(own);
    if (next === own) return false;
    const chosen = row.peek();
    store.change(what, setData(next), mergeKey);
    if (chosen < next.rows.length) choose(store, chosen, aside); // another split; the row stays the same
    return true;
  };
}

/** Names of the answers where they are values. */
export const answerNames = (store: Store): ReadonlySignal<readonly string[]> =>
  computed(() => {
    const { data } = store.state.value;
    if (data.kind === "own" && data.target.kind === "values") return data.target.names;
    return data.kind === "drawn" && data.generator.startsWith("curve-") ? ["y"] : [];
  });
