/** Claim: resident memory stands still: after 200 fits at most 1.05 of what it is after 20, after a million tiny steps likewise. */

import { boundClaim, number } from "../claims.mjs";
import { nablaContestants } from "../contestants.mjs";
import { start } from "../subject.mjs";
import { task as digits } from "./digits-sgd.mjs";
import { task as tiny } from "./tiny.mjs";

const cases = [
  { title: "one model, 20 → 200 fits", task: { ...digits, steady: "fit" }, threads: 1, grow: fits(false) },
  { title: "one model, 20 → 200 fits", task: { ...digits, steady: "fit" }, threads: 2, grow: fits(false) },
  { title: "a new model each time, 20 → 200 fits", task: { ...digits, steady: "fit" }, threads: 1, grow: fits(true) },
  { title: "100,000 → 1,000,000 tiny steps", task: tiny, threads: 1, grow: tinySteps },
];

export const workload = {
  name: "memory",
  title: "memory",
  unit: "MB",
  isTime: true,
  async run(bench) {
    const entries = [];
    const claims = [];
    for (const { title, task, threads, grow } of cases) {
      const contestant = nablaContestants(bench.platforms, { threads: [threads] })[0];
      bench.say(`memory: ${title}, ${contestant.title}`);
      const facts = { family: "nabla", engine: contestant.engine, arithmetic: contestant.arithmetic, threads };
      const text = `${title}, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
      let subject;
      try {
        subject = await start(contestant);
        await subject.ask({ ask: "open", task: { ...task, data: bench.data(task.data) }, options: contestant.options });
        const [before, after] = await grow(subject);
        const shown = (bytes) => ({
          median: bytes / 1e6,
          minimum: bytes / 1e6,
          maximum: bytes / 1e6,
          values: [bytes / 1e6],
        });
        entries.push({ ...facts, id: `${text}, before`, title: `${title}: before`, measured: shown(before) });
        entries.push({ ...facts, id: `${text}, after`, title: `${title}: after`, measured: shown(after) });
        const sides = `${number(before / 1e6)} → ${number(after / 1e6)} MB`;
        claims.push(boundClaim({ text, value: after / before, atMost: 1.05, unit: "×", sides }));
      } catch (error) {
        entries.push({ ...facts, id: text, title, reason: error.message });
        claims.push(boundClaim({ text, atMost: 1.05, unit: "×", reason: error.message }));
      } finally {
        subject?.close();
      }
    }
    return { entries, claims };
  },
};

function fits(isNew) {
  return async (subject) => {
    const before = (await subject.call("fits", 20, isNew)).value;
    const after = (await subject.call("fits", 180, isNew)).value;
    return [before, after];
  };
}

/** Each fit is 1,000 epochs of 100 steps. */
async function tinySteps(subject) {
  await subject.call("train", 1000, 1000);
  const before = (await subject.call("resident")).value;
  for (let i = 0; i < 9; i++) await subject.call("train", 1000, 1000);
  return [before, (await subject.call("resident")).value];
}
