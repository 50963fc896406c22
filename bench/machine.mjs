/** What the numbers depend on: processor, memory, system and versions. Nothing that names this very machine. */
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { packageVersion } from "./contestants.mjs";

const peers = [
  "@tensorflow/tfjs",
  "@jax-js/jax",
  "convnetjs",
  "neataptic",
  "brain.js",
  "synaptic",
  "onnxruntime-node",
  "onnxruntime-web",
];

export function describeMachine({ nodes, python }) {
  const [{ model } = { model: "unknown" }] = cpus();
  return {
    processor: model.trim(),
    cores: availableParallelism(),
    vectors: vectorUnits(),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
    nodes: nodes.map(({ version }) => version),
    pythonPackages: python && { torch: python.torch, scikitLearn: python.sklearn, numpy: python.numpy },
    peers: Object.fromEntries(peers.map((name) => [name, packageVersion(name) ?? "not installed"])),
    loadAtStart: Number(loadavg()[0].toFixed(2)),
  };
}

/** The widest vectors of the processor, where Linux says so. */
function vectorUnits() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))[1].split(" ");
    return ["avx512f", "avx2", "avx", "sse4_2"].filter((name) => flags.includes(name));
  } catch {
    return [];
  }
}
