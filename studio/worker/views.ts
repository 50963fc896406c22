import { digitOcclusion } from "./views/digit-occlusion.ts";
import { digitPictures } from "./views/digit-pictures.ts";
import { digitPrediction } from "./views/digit-prediction.ts";
import { digitTemplate, digitTemplates } from "./views/digit-templates.ts";
import { digitTest } from "./views/digit-test.ts";

/** What panels may ask the worker for, by name; one file for each. */
export const views = { digitOcclusion, digitPictures, digitPrediction, digitTemplate, digitTemplates, digitTest };
