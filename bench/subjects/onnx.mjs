/** onnxruntime, native (`node`) or WebAssembly (`web`): prediction by the weights of one of our nets, as an ONNX model. */
import { createRequire } from "node:module";
import { onnxModel } from "../onnx-model.mjs";
import { readData } from "./read-data.mjs";

export async function open(task, { kind, threads }) {
  const ort = createRequire(import.meta.url)(`onnxruntime-${kind}`);
  if (kind === "web") ort.env.wasm.numThreads = threads;
  const { x, features } = readData({ ...task.data, count: 1000 });
  let session;
  const inputs = {};
  const about = { threads };
  return {
    about,
    async weights(list) {
      session = await ort.InferenceSession.create(onnxModel(list), {
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        graphOptimizationLevel: "all",
        executionProviders: [kind === "web" ? "wasm" : "cpu"],
      });
    },
    compile() {},
    async infer(batchSize, times) {
      inputs[batchSize] ??= { x: new ort.Tensor("float32", x.slice(0, batchSize * features), [batchSize, features]) };
      let outputs;
      for (let i = 0; i < times; i++) outputs = await session.run(inputs[batchSize]);
      return [...outputs.y.data.subarray(0, 10)];
    },
  };
}
