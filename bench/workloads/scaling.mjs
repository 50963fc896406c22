/** Claim: 2 threads train at least 90 % as many samples a second as two independent processes of 1 thread together. */

import { boundClaim, number } from "../claims.mjs";
import { nablaContestants } from "../contestants.mjs";
import { median, summary } from "../statistics.mjs";
import { start } from "../subject.mjs";
import { task as digits } from "./digits-sgd.mjs";
import { task as pictures } from "./pictures.mjs";

export const workload = {
  name: "scaling",
  title: "1 → 2 threads against two processes",
  unit: "samples/s",
  async run(bench) {
    const entries = [];
    const claims = [];
    for (const { sizes, batch, ...rest } of [digits, pictures]) {
      const task = { ...rest, sizes, batch, data: bench.data(rest.data) };
      const pairs = nablaContestants({ ...bench.platforms, browser: undefined }, { threads: [1, 2] });
      for (const arithmetic of ["portable", "fma"])
        for (const engine of new Set(pairs.map((contestant) => contestant.engine))) {
          const of = (threads) =>
            pairs.find((c) => c.arithmetic === arithmetic && c.engine === engine && c.threads === threads);
          const name = `${sizes.join("-")}, ${arithmetic === "fma" ? "FMA" : "plain"}, ${engine}`;
          bench.say(`scaling: ${name}`);
          try {
            const { together, apart } = await measure(task, of(2), of(1), bench.pace);
            const facts = { family: "nabla", engine, arithmetic };
            entries.push({
              ...facts,
              id: `${name}, threads`,
              title: `${name}, one process`,
              threads: 2,
              measured: summary(together),
            });
            entries.push({
              ...facts,
              id: `${name}, processes`,
              title: `${name}, two processes added`,
              threads: 1,
              measured: summary(apart),
            });
            const share = 100 * median(together.map((rate, i) => rate / apart[i]));
            const sides = `${number(median(together))} against ${number(median(apart))} samples/s`;
            claims.push(boundClaim({ text: name, value: share, atLeast: 90, unit: " %", sides }));
          } catch (error) {
            entries.push({
              id: name,
              title: name,
              family: "nabla",
              engine,
              arithmetic,
              threads: 2,
              reason: error.message,
            });
            claims.push(boundClaim({ text: name, atLeast: 90, unit: " %", reason: error.message }));
          }
        }
    }
    return { entries, claims };
  },
};

/** Alternates: two threads alone, then two processes at once. */
async function measure(task, two, one, pace) {
  const subjects = [];
  try {
    for (const contestant of [two, one, one]) {
      const subject = await start(contestant);
      subjects.push(subject);
      await subject.ask({ ask: "open", task, options: contestant.options });
    }
    const [threads, ...processes] = subjects;
    const { count } = task.data;
    const samples = Math.min(count, task.batch * 64);
    for (const subject of subjects) await subject.call("ready", samples);
    let epochs = 1;
    for (;;) {
      const { seconds } = await processes[0].call("train", samples, epochs);
      if (seconds >= pace.slice / 2) {
        epochs = Math.max(1, Math.round((epochs * pace.slice) / seconds));
        break;
      }
      epochs *= 2;
    }
    await threads.call("train", samples, epochs);
    const together = [];
    const apart = [];
    for (let turn = 0; turn < pace.alternations; turn++) {
      together.push((samples * epochs) / (await threads.call("train", samples, epochs)).seconds);
      const both = await Promise.all(processes.map((subject) => subject.call("train", samples, epochs)));
      apart.push(both.reduce((sum, { seconds }) => sum + (samples * epochs) / seconds, 0));
    }
    return { together, apart };
  } finally {
    for (const subject of subjects) subject.close();
  }
}
