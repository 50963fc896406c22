/**
 * Remakes `fixtures/*.json`, the reference numbers of the tests, with PyTorch: `npm run fixtures`.
 *
 * `npm run fixtures -- ops losses` makes only those; `npm run fixtures -- --check` writes nothing and fails when a
 * file would change. The numbers depend on nothing but the makers and the versions named in fixtures/README.md.
 * Tests read the committed files, so nobody needs Python to run them.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const NAMES = ["ops", "losses", "networks", "optimizers", "schedules", "machines", "maps", "layers", "perceptron"];
const PYTHONS = ["python3", "/usr/bin/python3"];
const LIMIT = 1_500_000; // bytes of all JSON files together

const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));
const fileOf = (name) => `${folder}${name}.json`;

// One thread and torch's plain kernels: the last bit of a sum or an exp would follow the processor otherwise.
const environment = {
  ...process.env,
  ATEN_CPU_CAPABILITY: "default",
  OMP_NUM_THREADS: "1",
  OPENBLAS_NUM_THREADS: "1",
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONIOENCODING: "utf-8",
};

const words = process.argv.slice(2);
const isCheck = words.includes("--check");
const wanted = words.filter((word) => word !== "--check");
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown !== undefined) fail(`There is no fixture named "${unknown}". Known: ${NAMES.join(", ")}.`, 2);

const python = findPython();
const made = (wanted.length > 0 ? wanted : NAMES).map((name) => ({ name, text: make(name) }));

if (isCheck) {
  const changed = made.filter(({ name, text }) => text !== textOf(name)).map(({ name }) => name);
  if (changed.length > 0) fail(`These fixtures would change: ${changed.join(", ")}.`);
} else {
  for (const { name, text } of made) writeFileSync(fileOf(name), text);
}

let total = 0;
for (const name of NAMES) {
  const bytes = Buffer.byteLength(textOf(name));
  total += bytes;
  console.log(`fixtures/${name}.json`.padEnd(28) + `${(bytes / 1000).toFixed(0)} kB`.padStart(8));
}
if (total > LIMIT) fail(`The fixtures take ${total} bytes, more than ${LIMIT}. Make the cases smaller.`);
process.stdout.write(run(`${folder}make/check.py`)); // every number again, in plain numpy

/** The first Python that has what the makers import. */
function findPython() {
  for (const candidate of PYTHONS) {
    const { status } = spawnSync(candidate, ["-c", "import numpy, sklearn, torch"], { env: environment });
    if (status === 0) return candidate;
  }
  return fail(
    `No Python with torch, numpy and scikit-learn (tried ${PYTHONS.join(" and ")}). ` +
      "On Debian 12: apt-get install python3-torch python3-numpy python3-sklearn. " +
      "Only making fixtures needs it; npm test reads the committed files.",
  );
}

/** The JSON text a maker prints, once it has been parsed. */
function make(name) {
  const text = run(`${folder}make/${name}.py`);
  JSON.parse(text);
  return text;
}

function run(script) {
  const { status, stdout } = spawnSync(python, [script], {
    env: environment,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) fail(`${script} failed, as it says above.`);
  return stdout;
}

function textOf(name) {
  try {
    return readFileSync(fileOf(name), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}
