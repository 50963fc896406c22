/** What a test asks a page to do, on `globalThis.testPage`. */

import type { NetworkName, Trained } from "./networks.ts";
import type { Steered } from "./steer.ts";
import type { WorkerAnswer, WorkerQuestion } from "./worker.ts";

export interface TestPage {
  trainHere(name: NetworkName): Promise<Trained>;
  trainInWorker(name: NetworkName, attempts?: number): Promise<WorkerAnswer>;
  /** Trains in a worker under the hand of a client on this thread. */
  steer(): Promise<Steered>;
  /** Imports the package; gives what that did besides: names of new globals, and of calls that reach outside. */
  importWatched(): Promise<readonly string[]>;
}

const testPage: TestPage = {
  async trainHere(name) {
    const { trainNetwork } = await import("./networks.ts");
    return trainNetwork(name);
  },
  trainInWorker: (name, attempts = 1) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }: MessageEvent<WorkerAnswer>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message || "the worker could not be started"));
      worker.onmessageerror = () => reject(new Error("the worker's answer could not be read"));
      worker.postMessage({ name, attempts } satisfies WorkerQuestion);
    }),
  async steer() {
    const { steer } = await import("./steer.ts");
    const open = () => new Worker(new URL("training-worker.js", import.meta.url), { type: "module" });
    return steer(open());
  },
  async importWatched() {
    const seen: string[] = [];
    watch(globalThis, ["Worker", "SharedArrayBuffer", "MessageChannel", "setTimeout", "setInterval", "fetch"], seen);
    watch(WebAssembly, ["Module", "Instance", "Memory", "compile", "instantiate", "validate"], seen);
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    await import("nabla");
    return [...seen, ...Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name))];
  },
};

/** Notes the name of each of these functions in `seen` when somebody calls it or makes something with it. */
function watch(holder: object, names: readonly string[], seen: string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(holder, name);
    if (typeof original !== "function") continue;
    const watched = new Proxy(original, {
      apply(target, self, parameters): unknown {
        seen.push(name);
        return Reflect.apply(target, self, parameters);
      },
      construct(target, parameters) {
        seen.push(name);
        return Reflect.construct(target, parameters) as object;
      },
    });
    Reflect.set(holder, name, watched);
  }
}

Object.assign(globalThis, { testPage });
