import { sizeOf } from "../array/ndarray.ts";
import type { Executable } from "../backend/backend.ts";
import { NablaError, wrongOption } from "../errors.ts";
import type { Network } from "./network.ts";
import { itsOutput, keyOf, program } from "./predict.ts";

/** A prediction of a fixed number of samples at a time, without waiting and without making anything new. */
export type Compiled = ((x: Float32Array) => Float32Array) & Disposable;

/**
 * The model as a plain function of `batchSize` samples. It uses the parameters that the model has when it is called.
 * Throws OPTION for another size, and SHAPE, when it is called, for another number of values.
 */
export async function compileModel(
  network: Network,
  { batchSize = 1 }: { readonly batchSize?: number },
): Promise<Compiled> {
  if (!Number.isSafeInteger(batchSize) || batchSize < 1)
    throw wrongOption("compile", "batchSize", batchSize, "a whole number of at least 1");
  const key = keyOf(itsOutput, batchSize);
  const build = () => program(network, batchSize, itsOutput);
  await network.engine.executable(key, build);
  const [inputs, outputs] = [network.inputShape, network.outputShape].map((shape) => batchSize * sizeOf(shape));
  return compiledFunction(() => network.engine.executableNow(key, build), inputs!, outputs!);
}

/**
 * A model as a plain function: x [batchSize, …input] flat → outputs flat, which the next call overwrites. `executable`
 * gives the prediction's plan as the model has it at that time. Throws SHAPE for another number of values.
 */
function compiledFunction(executable: () => Executable, inputs: number, outputs: number): Compiled {
  const out = new Float32Array(outputs);
  let isOpen = true;
  const call = (x: Float32Array): Float32Array => {
    if (x.length !== inputs || !isOpen) throw wrongCall(x, inputs, isOpen);
    const plan = executable();
    plan.setInput("samples", x);
    plan.run(0, 1);
    plan.getOutput("answers", out);
    return out;
  };
  return Object.assign(call, {
    [Symbol.dispose](): void {
      isOpen = false;
    },
  });
}

function wrongCall(x: Float32Array, inputs: number, isOpen: boolean): NablaError {
  if (!isOpen)
    return new NablaError("OPTION", "this compiled model has been disposed of", { hint: "Compile the model again." });
  return new NablaError("SHAPE", `the compiled model takes ${inputs} numbers, got ${x.length}`, {
    expected: `${inputs} numbers`,
    received: `${x.length}`,
    hint: "Give the samples one after another in a Float32Array.",
  });
}
