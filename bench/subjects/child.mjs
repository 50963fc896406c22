/**
 * A subject's process: `node child.mjs <module>`. Answers one request at a time, a line of JSON each way; times are taken
 * here, around the work alone. Lines that are answers begin with "@": libraries may print others.
 */
import { createInterface } from "node:readline";

const module = await import(process.argv[2]);
let subject;

async function answer({ ask, task, options, name, values, count }) {
  if (ask === "open") {
    subject = await module.open(task, options);
    return { about: subject.about ?? {} };
  }
  if (ask === "judge") {
    const outputs = await subject.predict(count);
    return { outputs: Array.from(outputs) };
  }
  if (name === "ready" && !subject.ready) return {};
  const began = performance.now();
  const value = await subject[name](...(values ?? []));
  return { seconds: (performance.now() - began) / 1000, value: value ?? null };
}

const say = (message) => process.stdout.write(`@${JSON.stringify(message)}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line)));
  } catch (error) {
    say({ error: String(error?.message ?? error).slice(0, 400), stack: String(error?.stack ?? "").slice(0, 2000) });
  }
}
process.exit(0);
