/** `npm run bench`: nabla and its peers side by side. `--help` says what can be asked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../scripts/build.mjs";
import { Failure, root, runMain, say } from "../scripts/process.mjs";
import { setup } from "../scripts/setup.mjs";
import { findPlatforms } from "./contestants.mjs";
import { prepare } from "./data.mjs";
import { install } from "./install.mjs";
import { describeMachine } from "./machine.mjs";
import { help, readOptions } from "./options.mjs";
import { bars } from "./report/bars.mjs";
import { report } from "./report/table.mjs";
import { workloads } from "./workloads/index.mjs";

/** Seconds: a slice, the longest whole epoch, warming up at least, learning at most. Numbers: alternations, starts. */
const usual = { alternations: 10, slice: 0.4, longest: 1.5, warm: 1, learning: 60, starts: 20 };
const quick = { alternations: 3, slice: 0.05, longest: 0.3, warm: 0.1, learning: 20, starts: 3 };

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    console.log(help);
    for (const { name, title } of workloads) console.log(`  ${name.padEnd(16)}${title}`);
    return;
  }
  const chosen = choose(options.rows);
  setup();
  await build();
  const isOursAlone = options.only?.every((name) => name.startsWith("nabla")) ?? false;
  const installation = isOursAlone ? undefined : install(say);
  const found = findPlatforms();
  const folder = mkdtempSync(join(tmpdir(), "nabla-bench-"));
  const platforms = { ...found, folder, ...(options["no-browser"] && { browser: undefined }) };
  const base = options.quick ? quick : usual;
  const pace = { ...base, ...(options.alternations && { alternations: options.alternations }) };
  const date = new Date().toISOString();
  const machine = describeMachine(platforms);
  const bench = {
    platforms,
    pace,
    folder,
    say,
    seed: options.seed ?? Number(date.slice(0, 10).replaceAll("-", "")),
    select,
    data,
  };
  const prepared = new Map();

  function data(name) {
    if (!prepared.has(name)) prepared.set(name, prepare(name, folder));
    return prepared.get(name);
  }

  function select(contestants) {
    const matches = ({ id, family }) =>
      options.only.some((name) => id.toLowerCase().startsWith(name) || family.toLowerCase().startsWith(name));
    return options.only ? contestants.filter(matches) : contestants;
  }

  // However it ends, the data and the browsers' folders go.
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
  const rows = [];
  for (const { run, ...facts } of chosen) {
    const began = performance.now();
    try {
      rows.push({ ...facts, ...(await run(bench)), seconds: 0 });
    } catch (error) {
      rows.push({ ...facts, entries: [], claims: [], error: String(error.stack ?? error) });
    }
    rows.at(-1).seconds = Math.round((performance.now() - began) / 1000);
  }
  const results = { date, machine, pace, installation, rows };
  if (!options.quick && !options["no-write"]) write(results, options);
  const text = options.json
    ? JSON.stringify(results, withoutPaths, 2)
    : report(results, { isMarkdown: options.markdown });
  await new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
  process.exit(rows.some(({ error }) => error) ? 1 : 0); // a browser that closes slowly must not keep us
});

function choose(names) {
  if (!names) return workloads;
  const unknown = names.filter((name) => !workloads.some((workload) => workload.name === name));
  if (unknown.length > 0)
    throw new Failure(
      `there is no workload ${unknown.join(", ")}; there are ${workloads.map(({ name }) => name).join(", ")}.`,
    );
  return workloads.filter(({ name }) => names.includes(name));
}

/** The JSON with everything raw; the picture only where all took part. */
function write(results, { only, rows }) {
  const folder = join(root, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const isWhole = !only && !rows;
  const name = `${results.date.slice(0, 10)}${isWhole ? "" : "-part"}`;
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(results, withoutPaths, 1)}\n`);
  const picture = bars(results.rows);
  if (isWhole && picture) writeFileSync(join(folder, "speed.svg"), picture);
  if (isWhole) writeFileSync(join(folder, "table.md"), `${report(results, { isMarkdown: true })}\n`);
  say(`wrote bench/results/${name}.json${isWhole ? ", table.md and speed.svg" : ""}`);
}

/** Numbers to six digits; nothing that names places on this machine. */
function withoutPaths(key, value) {
  if (typeof value === "number" && !Number.isInteger(value)) return Number(value.toPrecision(6));
  if (typeof value === "string" && (key === "reason" || key === "error"))
    return value.replaceAll(root, ".").replaceAll(tmpdir(), "…");
  if (
    ["environment", "browser", "python", "flags", "packages", "outputs", "module"].includes(key) &&
    typeof value !== "object"
  )
    return undefined;
  return value;
}
