/** What the training workloads share: the contestants of a task, measured in turn. */
import { alternate } from "../alternate.mjs";
import { nablaContestants, pythonContestants, scriptContestants } from "../contestants.mjs";

/** Measures the task for nabla in `threads`, and for the peers that `accept` takes. */
export async function train(bench, task, { threads = [1, 2], accept = () => true, browser = true, afterTurn } = {}) {
  const platforms = browser ? bench.platforms : { ...bench.platforms, browser: undefined };
  const peers = [...pythonContestants(platforms), ...scriptContestants(platforms)].filter(accept);
  const contestants = bench.select([...nablaContestants(platforms, { threads }), ...peers]);
  const own = { ...task, data: bench.data(task.data) };
  return alternate(
    contestants.map((contestant) => ({ contestant, task: own })),
    bench.pace,
    bench.say,
    afterTurn,
  );
}

/** What all tasks but the lecture's end in. */
export const classification = { output: "softmax", loss: "crossEntropy" };

export const sgd = (learningRate) => ({ kind: "sgd", learningRate });

/** Multiplications of one training sample: each product three times, the first layer's without the gradient of the input. */
export function multiplications(sizes) {
  let sum = 0;
  for (let i = 1; i < sizes.length; i++) sum += sizes[i - 1] * sizes[i] * (i === 1 ? 2 : 3);
  return sum;
}
