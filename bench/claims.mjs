/** From measurements to verdicts: the best of a group, a ratio, and whether it meets a target. */
import { median } from "./statistics.mjs";

/** The entry with the greatest (or, for times, least) median among those that were measured and that `accept` takes. */
export function best(entries, accept, { isTime = false } = {}) {
  const able = entries.filter((entry) => entry.measured && accept(entry));
  const sign = isTime ? -1 : 1;
  return able.sort((a, b) => sign * (b.measured.median - a.measured.median))[0];
}

/**
 * A claim "ours is at least `target` times theirs". Times count the other way round. Where both were measured in the same
 * turns, neighbours in time are compared, and the median of the ratios counts: a machine is faster at some times.
 */
export function ratioClaim({ text, ours, theirs, target, isTime = false }) {
  if (!ours || !theirs)
    return unmeasured(text, `≥ ${target}×`, !ours ? "nabla was not measured" : "the peer was not measured");
  const value = medianRatio(isTime ? theirs.measured : ours.measured, isTime ? ours.measured : theirs.measured);
  const sides = `${describe(ours)} against ${describe(theirs)}`;
  return { text, value, shown: `${number(value)}×`, target: `≥ ${target}×`, isMet: value >= target, sides };
}

/** How many times `b` is `a`, turn by turn. */
export function medianRatio(a, b) {
  if (a.values.length !== b.values.length) return a.median / b.median;
  return median(a.values.map((value, turn) => value / b.values[turn]));
}

/** A claim about one number: at least or at most `target`. */
export function boundClaim({ text, value, unit = "", atLeast, atMost, sides = "", reason }) {
  const target = atLeast === undefined ? `≤ ${number(atMost)}${unit}` : `≥ ${number(atLeast)}${unit}`;
  if (value === undefined || Number.isNaN(value)) return unmeasured(text, target, reason ?? "not measured");
  const isMet = atLeast === undefined ? value <= atMost : value >= atLeast;
  return { text, value, shown: `${number(value)}${unit}`, target, isMet, sides };
}

const unmeasured = (text, target, reason) => ({ text, target, isMet: null, shown: "–", sides: reason });

export const describe = ({ title, threads }) => `${title}, ${threads === 1 ? "1 thread" : `${threads} threads`}`;

/** A number with as many places as say something. */
export function number(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (size >= 10_000) return `${(value / 1e3).toFixed(0)} k`;
  if (size >= 1000) return `${(value / 1e3).toFixed(1)} k`;
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

export const isNabla =
  (arithmetic, accept = () => true) =>
  (entry) =>
    entry.family === "nabla" &&
    entry.engine !== "Chromium" &&
    (arithmetic === undefined || entry.arithmetic === arithmetic) &&
    accept(entry);

export const isFamily = (family) => (entry) => entry.family === family;

/** A JavaScript peer that trains in batches of the task's size. */
export const isScriptInBatches = (entry) => entry.isScript === true && !entry.isBatchOne;
