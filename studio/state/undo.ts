/** What was and what may come again: at most `most` states back. Pure; a new object for each change. */
export interface Timeline<T> {
  readonly past: readonly Entry<T>[];
  readonly present: T;
  readonly future: readonly Entry<T>[];
  /** Of the last change: one with the same key, such as a slider that is still being dragged, takes its place. */
  readonly mergeKey: string | undefined;
}

/** A state that was left, and the words for what was done there. */
interface Entry<T> {
  readonly state: T;
  readonly words: string;
}

const most = 200;

export function timeline<T>(present: T): Timeline<T> {
  return { past: [], present, future: [], mergeKey: undefined };
}

/** The state after a change, which `words` name: "add a layer". */
export function changed<T>(line: Timeline<T>, state: T, words: string, mergeKey?: string): Timeline<T> {
  if (state === line.present) return line;
  if (mergeKey !== undefined && mergeKey === line.mergeKey) return { ...line, present: state, future: [] };
  const past = [...line.past, { state: line.present, words }].slice(-most);
  return { past, present: state, future: [], mergeKey };
}

/** A change that undo does not count: what is looked at. */
export function replaced<T>(line: Timeline<T>, state: T): Timeline<T> {
  return state === line.present ? line : { ...line, present: state };
}

/** `restore` makes the state to show of the one that was and the one now: what is looked at stays. */
export function undone<T>(line: Timeline<T>, restore: (old: T, now: T) => T = (old) => old): Timeline<T> {
  const last = line.past.at(-1);
  if (!last) return line;
  return {
    past: line.past.slice(0, -1),
    present: restore(last.state, line.present),
    future: [{ state: line.present, words: last.words }, ...line.future],
    mergeKey: undefined,
  };
}

export function redone<T>(line: Timeline<T>, restore: (old: T, now: T) => T = (old) => old): Timeline<T> {
  const [next, ...future] = line.future;
  if (!next) return line;
  return {
    past: [...line.past, { state: line.present, words: next.words }],
    present: restore(next.state, line.present),
    future,
    mergeKey: undefined,
  };
}
