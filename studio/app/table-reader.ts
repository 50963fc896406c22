import type { TableAnswer, TableQuestion } from "../state/read-table.ts";
import type { TableReply } from "../worker/table.ts";

/** Reads a table of text off the page. Rejects with the reader's words; `signal` gives the reading up. */
export type TableReader = (question: TableQuestion, signal: AbortSignal) => Promise<TableAnswer>;

/** `connect` opens a worker for one table, which ends with it. */
export const tableReader =
  (connect: () => Worker): TableReader =>
  (question, signal) => {
    const worker = connect();
    return new Promise<TableAnswer>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("Given up", "AbortError")));
      worker.addEventListener("message", ({ data }: MessageEvent<TableReply>) => {
        if ("answer" in data) resolve(data.answer);
        else reject(new Error(data.message));
      });
      worker.addEventListener("error", () =>
        reject(new Error("The table could not be read: its reader did not start.")),
      );
      worker.postMessage(question);
    }).finally(() => worker.terminate());
  };
