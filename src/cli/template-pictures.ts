import { templates } from "../classic/linear/templates.ts";
import { NablaError } from "../errors.ts";
import type { Model } from "../index.ts";
import type { ReportData } from "../report/index.ts";
import type { RecordedData } from "./run-record.ts";

/** The rows of a linear model of pictures, as the report shows them; undefined for other models and other samples. */
export function reportTemplates(
  model: Model,
  { shape, classes }: Pick<RecordedData, "shape" | "classes">,
): ReportData["templates"] {
  const [height = 0, width = 0, channels = 1] = shape;
  const arePictures = shape.length === 2 || (shape.length === 3 && (channels === 1 || channels === 3));
  if (!arePictures || width * height > 1 << 16) return undefined;
  try {
    return templates(model, { shape }).map(({ data, largest }, k) => ({
      name: classes[k] ?? String(k),
      weights: data,
      width,
      height,
      channels: channels === 3 ? 3 : 1,
      largest,
    }));
  } catch (error) {
    if (error instanceof NablaError && error.code === "UNSUPPORTED") return undefined; // not a linear model
    throw error;
  }
}
