import type { StudioData } from "./data.ts";
import { limits } from "./limits.ts";
import type { DrawnData, OwnData } from "./workbench.ts";

/**
 * What a hand does to points: each function gives the next data, and what it was given where there is nothing to do.
 * Numbers are as the state has them, before any standardizing; rows count all points, for training and validation.
 */

/** Decimals of a point that is painted or dragged: far less than a pixel, and links stay short. */
const decimals = 3;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;

/** What is drawn by seed as points of one's own, to be changed by hand. One decimal more than painted points have. */
export function ownOf(state: DrawnData | OwnData, { all, columns, classes }: StudioData, name: string): OwnData {
  if (state.kind === "own") return state;
  const width = columns.length;
  const numbers = Array.from(all.x.data, (value) => rounded(value, decimals + 1));
  const { y } = all;
  return {
    kind: "own",
    name,
    columns,
    rows: Array.from({ length: all.size }, (_, i) => numbers.slice(i * width, (i + 1) * width)),
    target:
      y?.kind === "values"
        ? { kind: "values", names: ["y"], values: Array.from(y.data, (value) => [rounded(value, decimals + 1)]) }
        : { kind: "classes", names: classes, labels: Array.from(y?.data ?? []) },
    isStandardized: false,
    seed: state.seed,
    validation: state.validation,
  };
}

/** Two classes with a point each: what one begins to paint from, since a net needs something to learn. */
export const fewPoints = (name: string, { seed, validation }: Pick<OwnData, "seed" | "validation">): OwnData => ({
  kind: "own",
  name,
  columns: ["x₁", "x₂"],
  rows: [
    [-0.75, 0],
    [0.75, 0],
  ],
  target: { kind: "classes", names: ["A", "B"], labels: [0, 1] },
  isStandardized: false,
  seed,
  validation,
});

/** How the points lie on a board: two numbers across and up, or one number across and its answer up. */
export type BoardKind = "plane" | "curve";

/** Undefined for data that no board can show whole: only some of its columns can be looked at. */
export function boardKindOf({ inputs, outputs, classes }: Pick<StudioData, "inputs" | "outputs" | "classes">) {
  if (inputs === 1 && outputs === 1 && classes.length === 0) return "curve" as const;
  return inputs === 2 && classes.length > 0 ? ("plane" as const) : undefined;
}

export interface BoardPoint {
  readonly x: number;
  readonly y: number;
}

/** Points of a class, or of a curve, where `label` says nothing. As many as there is room for. */
export function addPoints(own: OwnData, points: readonly BoardPoint[], label: number): OwnData {
  const taken = points.slice(0, Math.max(0, limits.rows - own.rows.length)).map(roundedPoint);
  if (taken.length === 0) return own;
  const { target } = own;
  if (target.kind === "values")
    return {
      ...own,
      rows: [...own.rows, ...taken.map(({ x }) => [x])],
      target: { ...target, values: [...target.values, ...taken.map(({ y }) => [y])] },
    };
  return {
    ...own,
    rows: [...own.rows, ...taken.map(({ x, y }) => [x, y])],
    target: { ...target, labels: [...target.labels, ...taken.map(() => label)] },
  };
}

export function movePoint(own: OwnData, row: number, point: BoardPoint): OwnData {
  const { x, y } = roundedPoint(point);
  if (own.target.kind === "classes") return setNumber(setNumber(own, row, 0, x), row, 1, y);
  return setAnswer(setNumber(own, row, 0, x), row, 0, y);
}

/** Without these rows; the last one stays, since there is no net for no points. */
export function removeRows(own: OwnData, rows: ReadonlySet<number>): OwnData {
  const kept = own.rows.flatMap((_, i) => (rows.has(i) ? [] : [i]));
  if (kept.length === own.rows.length) return own;
  if (kept.length === 0) kept.push(0);
  const { target } = own;
  return {
    ...own,
    rows: kept.map((i) => own.rows[i]!),
    target:
      target.kind === "classes"
        ? { ...target, labels: kept.map((i) => target.labels[i]!) }
        : { ...target, values: kept.map((i) => target.values[i]!) },
  };
}

/** A row like the one at `like`, at the end. */
export function repeatRow(own: OwnData, like: number): OwnData {
  const row = own.rows[like];
  if (!row || own.rows.length >= limits.rows) return own;
  const { target } = own;
  return {
    ...own,
    rows: [...own.rows, row],
    target:
      target.kind === "classes"
        ? { ...target, labels: [...target.labels, target.labels[like]!] }
        : { ...target, values: [...target.values, target.values[like]!] },
  };
}

export function setNumber(own: OwnData, row: number, column: number, value: number): OwnData {
  if (own.rows[row]?.[column] === undefined || own.rows[row][column] === value) return own;
  return { ...own, rows: own.rows.with(row, own.rows[row].with(column, value)) };
}

/** One of the numbers that a row asks the net for. */
export function setAnswer(own: OwnData, row: number, answer: number, value: number): OwnData {
  const { target } = own;
  if (target.kind !== "values") return own;
  const answers = target.values[row];
  if (answers?.[answer] === undefined || answers[answer] === value) return own;
  return { ...own, target: { ...target, values: target.values.with(row, answers.with(answer, value)) } };
}

export function setLabel(own: OwnData, row: number, label: number): OwnData {
  const { target } = own;
  if (target.kind !== "classes" || target.labels[row] === undefined || target.labels[row] === label) return own;
  if (!(label >= 0 && label < target.names.length)) return own;
  return { ...own, target: { ...target, labels: target.labels.with(row, label) } };
}

// ── classes ──

/** A class more, without points as yet; its name is the first letter that is free. */
export function addClass(own: OwnData): OwnData {
  const { target } = own;
  if (target.kind !== "classes" || target.names.length >= limits.classes) return own;
  const letters = Array.from({ length: limits.classes + 1 }, (_, i) =>
    i < 26 ? String.fromCharCode(65 + i) : `class ${i + 1}`,
  );
  const name = letters.find((letter) => !target.names.includes(letter))!;
  return { ...own, target: { ...target, names: [...target.names, name] } };
}

/** The same data where another class has the name, or there is none. */
export function renameClass(own: OwnData, label: number, name: string): OwnData {
  const { target } = own;
  const wanted = name.trim().slice(0, limits.name);
  if (target.kind !== "classes" || wanted === "" || target.names.includes(wanted)) return own;
  return { ...own, target: { ...target, names: target.names.with(label, wanted) } };
}

/** A class with all of its points; two classes stay, and some point of them. */
export function removeClass(own: OwnData, label: number): OwnData {
  const { target } = own;
  if (target.kind !== "classes" || target.names.length <= 2) return own;
  const kept = own.rows.flatMap((_, i) => (target.labels[i] === label ? [] : [i]));
  if (kept.length === 0) return own;
  return {
    ...own,
    rows: kept.map((i) => own.rows[i]!),
    target: {
      ...target,
      names: target.names.filter((_, i) => i !== label),
      labels: kept.map((i) => target.labels[i]! - (target.labels[i]! > label ? 1 : 0)),
    },
  };
}

const roundedPoint = ({ x, y }: BoardPoint): BoardPoint => ({ x: rounded(x, decimals), y: rounded(y, decimals) });
