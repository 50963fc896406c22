import { sizeOf } from "../array/ndarray.ts";
import { plainBackend } from "../backend/plain/backend.ts";
import { compile } from "../compile/index.ts";
import type { Tensor } from "../graph/index.ts";
import type { TracedExample } from "./graph-values.ts";

/**
 * What the engine computes for the same graph: compiled, fused, in float32 under portable arithmetic. `wanted` are the
 * tensors to be seen; gradients with respect to parameters among them. Runs on the plain twin, which needs no
 * preparation and gives the bits of the WebAssembly under portable arithmetic.
 */
export function float32Values(example: TracedExample, wanted: readonly Tensor[]): ReadonlyMap<Tensor, Float32Array> {
  const outputs = Object.fromEntries(wanted.map((tensor, i) => [`value ${i}`, tensor]));
  const store = plainBackend().open({ threads: 1 });
  try {
    const plan = compile({ outputs });
    const executable = store.loadNow(plan);
    for (const [leaf, { data }] of example.feed) {
      const name = leaf.attributes["name"] as string;
      if (leaf.op.name === "state") {
        if (store.has(name)) store.write(name, data);
      } else if (plan.buffers.some((buffer) => buffer.name === name && buffer.role === "input"))
        executable.setInput(name, data);
      else if (plan.buffers.some((buffer) => buffer.name === name && buffer.role === "perStep"))
        executable.setSteps(name, 0, data);
    }
    executable.run(0, 1);
    return new Map(
      wanted.map((tensor, i) => {
        const out = new Float32Array(sizeOf(tensor.shape));
        executable.getOutput(`value ${i}`, out);
        return [tensor, out];
      }),
    );
  } finally {
    store[Symbol.dispose]();
  }
}
