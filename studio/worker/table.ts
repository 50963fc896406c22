import { NablaError } from "nabla";
import { readTable, type TableAnswer, type TableQuestion } from "../state/read-table.ts";

/** What this worker says: the table, or what is wrong with it. */
export type TableReply = { readonly answer: TableAnswer } | { readonly code: string; readonly message: string };

/** Reads one table and says what is in it. A worker of its own: it waits for no training, and a large table holds up nothing. */
self.addEventListener("message", async ({ data }: MessageEvent<TableQuestion>) => {
  let reply: TableReply;
  try {
    reply = { answer: await readTable(data) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    reply = { code: error instanceof NablaError ? error.code : "ENVIRONMENT", message };
  }
  self.postMessage(reply);
});
