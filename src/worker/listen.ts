import type { WorkerLike } from "./messages.ts";

/** Listens to a worker or port, of a page or of Node; gives a function that ends it. */
export function listen(port: WorkerLike, onMessage: (data: unknown) => void, onEnd: (why: string) => void): () => void {
  const onEvent = (event: { readonly data?: unknown }): void => onMessage(event.data);
  const onError = (event: { readonly message?: unknown }): void => onEnd(String(event?.message ?? "") || "it failed");
  const onExit = (): void => onEnd("it ended");
  const isWeb = port.addEventListener !== undefined;
  const all: readonly (readonly [string, (value: never) => void])[] = [
    ["message", isWeb ? onEvent : onMessage],
    ["messageerror", () => onEnd("a message could not be read")],
    ["error", onError],
    ["exit", onExit],
    ["close", onExit],
  ];
  const listeners = all as readonly (readonly [string, never])[]; // each kind of port has its own type of listener
  for (const [type, listener] of listeners)
    if (isWeb) port.addEventListener!(type, listener);
    else port.on?.(type, listener);
  port.start?.(); // a port of a channel waits for this
  return () => {
    for (const [type, listener] of listeners)
      if (isWeb) port.removeEventListener?.(type, listener);
      else port.off?.(type, listener);
  };
}
