/**
 * Claim: no slow corner. Adam through 2,000 steps whose weight gradients are exactly 0 (its moments fade to denormal numbers
 * where nothing stops them); a learning rate that differs at every step; a last batch that is smaller.
 */

import { boundClaim, number } from "../claims.mjs";
import { nablaContestants } from "../contestants.mjs";
import { median, summary } from "../statistics.mjs";
import { start } from "../subject.mjs";
import { classification } from "./train.mjs";

const steps = 2000;
const batch = 10;
const base = {
  title: "784-30-10 ReLU, batch 10, Adam",
  sizes: [784, 30, 10],
  hidden: "relu",
  ...classification,
  optimizer: { kind: "adam", learningRate: 0.001 },
  batch,
  shuffle: false,
};
const usual = { ...base, data: `bytes:${(steps + 64) * batch}:784:10` };

/** Each: two ways to spend an epoch, and how many samples it holds. The first should cost what the second does. */
const cases = [
  {
    title: "2,000 zero-gradient steps",
    atMost: 1.1,
    odd: { task: { ...base, data: `fading:${(steps + 64) * batch}:784:10:${64 * batch}` } },
    even: { task: usual },
  },
  {
    title: "another learning rate at every step",
    atMost: 1.1,
    odd: { task: usual, options: { decay: true } },
    even: { task: usual },
  },
  {
    title: "a last batch of 7",
    atMost: 1.1,
    odd: { task: usual, options: { samples: steps * batch + 7 }, samples: steps * batch + 7 },
    even: { task: usual, options: { samples: steps * batch }, samples: steps * batch },
  },
];

export const workload = {
  name: "corners",
  title: "slow corners",
  unit: "µs/sample",
  isTime: true,
  note: "Each epoch of a fit counts, the first too; fits alternate.",
  async run(bench) {
    const entries = [];
    const claims = [];
    const contestants = nablaContestants({ ...bench.platforms, browser: undefined }, { threads: [1] });
    for (const contestant of bench.select(contestants))
      for (const { title, atMost, odd, even } of cases) {
        bench.say(`corners: ${title}, ${contestant.title}`);
        const text = `${title}, ${contestant.title}`;
        const facts = { family: "nabla", engine: contestant.engine, arithmetic: contestant.arithmetic, threads: 1 };
        try {
          const [a, b] = await measure(bench, contestant, [odd, even]);
          entries.push({ ...facts, id: text, title: text, measured: summary(a) });
          entries.push({ ...facts, id: `${text}: usual`, title: `${text}: the usual case`, measured: summary(b) });
          const value = median(a.map((time, i) => time / b[i]));
          const sides = `${number(median(a))} against ${number(median(b))} µs a sample`;
          claims.push(boundClaim({ text, value, atMost, unit: "×", sides }));
        } catch (error) {
          entries.push({ ...facts, id: text, title: text, reason: error.message });
          claims.push(boundClaim({ text, atMost, unit: "×", reason: error.message }));
        }
      }
    return { entries, claims };
  },
};

/** µs a sample over the epochs of each fit, in turn; the first round warms up. */
async function measure(bench, contestant, sides) {
  const subjects = [];
  try {
    for (const { task } of sides) {
      const subject = await start(contestant);
      subjects.push(subject);
      await subject.ask({ ask: "open", task: { ...task, data: bench.data(task.data) }, options: contestant.options });
    }
    const times = sides.map(() => []);
    for (let turn = -1; turn < bench.pace.alternations; turn++)
      for (const [i, { options = {}, samples = (steps + 64) * batch }] of sides.entries()) {
        const { value } = await subjects[i].call("epochs", 2, options);
        if (turn >= 0) times[i].push((1e6 * value.reduce((sum, seconds) => sum + seconds, 0)) / value.length / samples);
      }
    return times;
  } finally {
    for (const subject of subjects) subject.close();
  }
}
