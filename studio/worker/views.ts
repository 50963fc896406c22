import { lossCurveView } from "./views/loss-curve.ts";
import { losses } from "./views/losses.ts";
import { readCsv } from "./views/read-csv.ts";

/** What panels may ask the worker for, by name; one file for each. */
export const views = { losses, lossCurve: lossCurveView, readCsv };
