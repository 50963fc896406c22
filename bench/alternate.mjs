/** Interleaved measuring: A B C A B C …, one subject at work at any moment. */
import { readFileSync } from "node:fs";
import { summary } from "./statistics.mjs";
import { start } from "./subject.mjs";

/**
 * Opens every contestant on its task, lets each learn until `task.learns` is met, then times slices in turn.
 * Gives one entry a pair: { id, title, …, measured: summary of samples a second } or { …, reason }. `afterTurn` is what
 * else is to be measured in each turn.
 */
export async function alternate(pairs, pace, say, afterTurn = async () => {}) {
  const entries = [];
  for (const { contestant, task } of pairs) {
    if (contestant.missing) {
      entries.push({ contestant, task, reason: contestant.missing });
      continue;
    }
    say(`${task.title}: ${contestant.title}, ${threadsOf(contestant)}: learning`);
    entries.push({ contestant, task, ...(await enter(contestant, task, pace)) });
  }
  const able = entries.filter(({ subject }) => subject);
  try {
    for (let turn = 0; turn < pace.alternations && able.length > 0; turn++) {
      say(`${able[0].task.title}: alternation ${turn + 1} of ${pace.alternations}`);
      for (const entry of able) if (!entry.reason) await oneSlice(entry);
      await afterTurn();
    }
  } finally {
    for (const { subject } of able) subject.close();
  }
  return entries.map(factsOf);
}

/** What is kept of an entry. */
function factsOf({ contestant, reason, about, slice, rates, learned }) {
  const { id, title, family, engine, threads, arithmetic, isScript, isBatchOne = false } = contestant;
  const facts = { id, title, family, engine, threads, arithmetic, isScript, isBatchOne, about, slice, learned };
  if (reason || !rates?.length) return { ...facts, reason: reason ?? "no slice was timed" };
  return { ...facts, measured: summary(rates) };
}

export const threadsOf = ({ threads }) => (threads === 1 ? "1 thread" : `${threads} threads`);

async function oneSlice(entry) {
  const { samples, epochs } = entry.slice;
  try {
    const { seconds } = await entry.subject.call("train", samples, epochs);
    entry.rates.push((samples * epochs) / seconds);
  } catch (error) {
    entry.reason = error.message;
  }
}

async function enter(contestant, task, pace) {
  let subject;
  try {
    subject = await start(contestant);
    // Peers that keep an object for each sample take the first part of the data, as much as their slices need.
    const own = { ...task, data: { ...task.data, count: Math.min(task.data.count, contestant.most ?? Infinity) } };
    const { about } = await subject.ask({ ask: "open", task: own, options: contestant.options ?? {} });
    const learned = await learn(subject, own, pace);
    if (!learned.isEnough) {
      subject.close();
      return { about, learned, reason: `it did not learn: ${learned.words}` };
    }
    return { subject, about, learned, slice: learned.slice, rates: [] };
  } catch (error) {
    subject?.close();
    return { reason: error.message };
  }
}

/** Trains until the accuracy on the first samples is what the task asks, and finds how much one slice holds. */
async function learn(subject, task, pace) {
  const { data, batch, learns } = task;
  const judged = Math.min(1000, data.count);
  let slice = { samples: Math.min(data.count, batch * 4), epochs: 1 };
  let trained = 0;
  let spent = 0;
  let accuracy = 0;
  // A fit that begins anew each time has a start to be made small beside the rest.
  const wanted = pace.slice * (task.steady === "fit" ? 1.5 : 1);
  for (;;) {
    await subject.call("ready", slice.samples);
    const { seconds } = await subject.call("train", slice.samples, slice.epochs);
    const size = slice.samples * slice.epochs;
    trained += size;
    spent += seconds;
    const isSettled = seconds >= 0.6 * wanted;
    // Code that has just started says little of its speed: grow in steps of 8.
    const next = sliceFor(Math.min((size / seconds) * wanted, size * 8), size / seconds, task, pace);
    if (isSettled && spent >= pace.warm) {
      const { outputs } = await subject.ask({ ask: "judge", count: judged });
      accuracy = accuracyOf(outputs, judged, data);
      if (accuracy >= learns.accuracy || spent > pace.learning) break;
    }
    slice = next;
  }
  await subject.call("ready", slice.samples);
  const words = `accuracy ${accuracy.toFixed(2)} after ${trained} samples, ${learns.accuracy} is asked`;
  return { isEnough: accuracy >= learns.accuracy, accuracy, trained, words, slice };
}

/** Whole epochs over all the data; over the first part of it where one epoch would take too long. */
function sliceFor(size, rate, { data, batch }, { longest }) {
  if (data.count / rate <= longest || size >= data.count)
    return { samples: data.count, epochs: Math.max(1, Math.round(size / data.count)) };
  return { samples: Math.max(batch, Math.floor(size / batch) * batch), epochs: 1 };
}

let labels = { path: "", values: [] };

function accuracyOf(outputs, count, { y, classes }) {
  if (labels.path !== y) labels = { path: y, values: readFileSync(y).subarray(8) };
  let right = 0;
  for (let i = 0; i < count; i++) {
    const row = outputs.slice(i * classes, (i + 1) * classes);
    if (row.some((value) => value === null || Number.isNaN(value))) return 0;
    if (row.indexOf(Math.max(...row)) === labels.values[i]) right += 1;
  }
  return right / count;
}
