/** What generated code was asked to do since it is watched. */
export interface RunWatch {
  /** The most threads that shared a run. */
  most(): number;
  /** Counts anew. */
  forget(): void;
  /** Ends the watch. */
  [Symbol.dispose](): void;
}

type Run = (first: number, last: number, scratch: number, thread: number, threads: number) => void;

/** Watches the runs of all WebAssembly instances that are made from now on in this realm. */
export function watchRuns(): RunWatch {
  const { Instance } = WebAssembly;
  let most = 0;
  WebAssembly.Instance = new Proxy(Instance, {
    construct(target, parameters: ConstructorParameters<typeof Instance>) {
      const { run, ...others } = new target(...parameters).exports;
      const watched: Run = (first, last, scratch, thread, threads) => {
        most = Math.max(most, threads);
        (run as Run)(first, last, scratch, thread, threads);
      };
      return { exports: { ...others, run: watched } };
    },
  });
  return {
    most: () => most,
    forget: () => void (most = 0),
    [Symbol.dispose]() {
      WebAssembly.Instance = Instance;
    },
  };
}
