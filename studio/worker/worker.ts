import { serveTraining } from "nabla/worker";
import { readDigits } from "./digits-reader.ts";
import { views } from "./views.ts";

/** The studio's worker: trains, and computes what the panels ask to see. */
serveTraining(self as unknown as Parameters<typeof serveTraining>[0], {
  views,
  data: readDigits,
});
