/** A page's module worker: trains the network it is asked for, and answers with what came out. */

import { watchRuns } from "../../threads/watch-runs.ts";
import { type NetworkName, type Trained, trainNetwork } from "./networks.ts";

export interface WorkerQuestion {
  readonly name: NetworkName;
  /** Threads take a while to start: at most so often it trains anew from the start until they take part. */
  readonly attempts: number;
}

export interface WorkerAnswer extends Trained {
  /** The most threads that shared a step. */
  readonly sharing: number;
}

const scope = globalThis as unknown as {
  onmessage: (event: { readonly data: WorkerQuestion }) => void;
  postMessage(answer: WorkerAnswer): void;
};

scope.onmessage = async ({ data: { name, attempts } }) => {
  using runs = watchRuns();
  let trained = await trainNetwork(name);
  for (let done = 1; done < attempts && runs.most() < 2; done++) trained = await trainNetwork(name);
  scope.postMessage({ ...trained, sharing: runs.most() });
};
