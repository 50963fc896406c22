import { exitCodes } from "./exit.ts";
import { onReaderGone } from "./output.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * npm hands a Ctrl-C on to the command that the terminal has already told of it, so one key may come twice at once.
 * No finger is as quick.
 */
const sameKeyMilliseconds = 200;

export interface Interruptible {
  /** Ends what runs, gently; called once. */
  readonly stop: (reason: "asked" | "unread") => void;
  /** Last words and clearing before the process ends at once. */
  readonly beforeExit?: () => void;
}

/**
 * Turns the first Ctrl-C (or a request of the system to end, or a closed pipe) into `stop`, and a second into the end of
 * the process with code 130. Returns what puts things back.
 */
export function onInterrupt({ stop, beforeExit }: Interruptible): () => void {
  let stoppedAt: number | undefined;
  const handle = () => {
    const now = performance.now();
    if (stoppedAt === undefined) {
      stoppedAt = now;
      stop("asked");
    } else if (now - stoppedAt > sameKeyMilliseconds) {
      beforeExit?.();
      process.exit(exitCodes.interrupted);
    }
  };
  for (const signal of signals) process.on(signal, handle);
  const forget = onReaderGone(() => {
    if (stoppedAt !== undefined) return;
    stoppedAt = performance.now();
    stop("unread");
  });
  return () => {
    for (const signal of signals) process.off(signal, handle);
    forget();
  };
}
