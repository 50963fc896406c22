import { check } from "./views/check.ts";
import { explanation } from "./views/explanation.ts";

/** What panels may ask the worker for, by name; one file for each. */
export const views = { check, explanation };
