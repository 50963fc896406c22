/** Trains until threads share the work, rests, prints what the rest cost, and comes to its end with threads waiting. */

import { setTimeout as pause } from "node:timers/promises";
import { pictures, train } from "./pictures.ts";
import { watchRuns } from "./watch-runs.ts";

const watch = watchRuns();
const data = pictures(640);
let fits = 0;
for (; fits < 100 && watch.most() < 2; fits++) await train(data);
await pause(100); // threads look for work for a moment before they sleep
const before = process.cpuUsage();
await pause(300);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ sharing: watch.most(), fits, milliseconds: (user + system) / 1000 }));
