import { NablaError } from "../errors.ts";
import type { TrainingSession } from "../train/session.ts";
import { protocol, type Response, type WorkerLike } from "./messages.ts";
import { toPlainError } from "./plain-error.ts";
import { transferable } from "./transferable.ts";

/**
 * Sends a response; large arrays are handed over, but for those of the session's data. What cannot be handed over is
 * copied, and views that can be neither go as errors: there is a response in any case.
 */
export function post(
  port: WorkerLike,
  response: Omit<Response, "protocol">,
  session: TrainingSession | undefined,
): void {
  const message: Response = { protocol, ...response };
  for (const transfer of [transferable(message, buffersOf(session)), []]) {
    try {
      port.postMessage(message, transfer as never);
      return;
    } catch {
      // memory that cannot be handed over is copied; a function can be neither
    }
  }
  port.postMessage({ ...message, ...withoutViews(response) });
}

/** What the session trains on: views may give it back, but it stays here. */
function buffersOf({ data, validation }: Partial<TrainingSession> = {}): ReadonlySet<unknown> {
  const arrays = [data, validation].flatMap((set) => [set?.x.data, set?.y?.data, set?.rows]);
  return new Set<unknown>(arrays.map((array) => array?.buffer));
}

/** What is left of an answer whose views cannot be sent. */
function withoutViews({ snapshot }: Pick<Response, "snapshot">): Partial<Response> {
  const error = toPlainError(
    new NablaError("UNSUPPORTED", "what a view gave cannot be sent to the page", {
      expected: "plain data",
      received: "a function, or memory that cannot be copied",
      hint: "Let the view return numbers, text, arrays and plain objects.",
    }),
  );
  if (!snapshot) return { result: undefined, error };
  const viewErrors = Object.fromEntries(Object.keys(snapshot.views).map((name) => [name, error]));
  return { snapshot: { ...snapshot, views: {}, viewErrors: { ...snapshot.viewErrors, ...viewErrors } } };
}
