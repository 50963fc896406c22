/** What this platform offers for sharing the work of a step; the threads themselves are code that is fetched on demand. */

/** More threads than this are never started. */
export const maximumThreads = 64;

/** A thread, as far as it is used. */
export interface Thread {
  postMessage(message: unknown): void;
  terminate(): unknown;
}

/** The part of node:worker_threads that is used. */
export interface WorkerThreads {
  readonly Worker: new (
    code: string,
    options: { eval: boolean },
  ) => Thread & { unref(): void; on(event: "error", listener: () => void): unknown };
}

/** Node's threads; undefined in a browser. */
export const workerThreads = (): WorkerThreads | undefined => nodeModule("node:worker_threads");

/**
 * Whether memory can be shared and the caller may wait: in Node, and in the worker of an isolated page. Does not open
 * node:worker_threads, which takes 3 ms that a net on one thread need not wait for.
 */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  if (node()) return true;
  const { crossOriginIsolated, document } = globalThis as { crossOriginIsolated?: boolean; document?: unknown };
  return crossOriginIsolated === true && document === undefined;
}

/** Threads that this machine runs at once, as far as it tells. */
export function availableThreads(): number {
  const os = nodeModule<{ availableParallelism(): number }>("node:os");
  const cores = os
    ? os.availableParallelism()
    : ((globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1);
  return Math.max(1, Math.min(cores, maximumThreads));
}

const nodeModule = <T>(name: string): T | undefined => node()?.(name) as T | undefined;

/** What gives Node's own modules, which all have threads; undefined in a browser. */
const node = (): ((name: string) => unknown) | undefined =>
  (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule;
