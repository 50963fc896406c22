import { activations, gradient } from "./views/activations.ts";
import { check } from "./views/check.ts";
import { decision, outputs } from "./views/decision.ts";
import { digitOcclusion } from "./views/digit-occlusion.ts";
import { digitPictures } from "./views/digit-pictures.ts";
import { digitPrediction } from "./views/digit-prediction.ts";
import { digitTemplate, digitTemplates } from "./views/digit-templates.ts";
import { digitTest } from "./views/digit-test.ts";
import { explanation } from "./views/explanation.ts";
import { lossCurveView } from "./views/loss-curve.ts";
import { losses } from "./views/losses.ts";
import { maps, unitMap } from "./views/maps.ts";
import { warp } from "./views/warp.ts";
import { weights } from "./views/weights.ts";

/** What panels may ask the worker for, by name; one file for each. */
export const views = {
  activations,
  check,
  decision,
  digitOcclusion,
  digitPictures,
  digitPrediction,
  digitTemplate,
  digitTemplates,
  digitTest,
  explanation,
  /** The same, for the checks of a lesson, which stand beside panels that watch it for another example. */
  facts: explanation,
  gradient,
  lossCurve: lossCurveView,
  losses,
  maps,
  outputs,
  unitMap,
  warp,
  weights,
};
