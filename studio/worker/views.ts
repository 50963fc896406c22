import { check } from "./views/check.ts";
import { digitOcclusion } from "./views/digit-occlusion.ts";
import { digitPictures } from "./views/digit-pictures.ts";
import { digitPrediction } from "./views/digit-prediction.ts";
import { digitTemplate, digitTemplates } from "./views/digit-templates.ts";
import { digitTest } from "./views/digit-test.ts";
import { explanation } from "./views/explanation.ts";
import { lossCurveView } from "./views/loss-curve.ts";
import { losses } from "./views/losses.ts";
import { readCsv } from "./views/read-csv.ts";

/** What panels may ask the worker for, by name; one file for each. */
export const views = {
  losses,
  lossCurve: lossCurveView,
  readCsv,
  check,
  explanation,
  digitOcclusion,
  digitPictures,
  digitPrediction,
  digitTemplate,
  digitTemplates,
  digitTest,
};
