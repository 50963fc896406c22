import { wrongOption } from "../errors.ts";
import type { Dataset } from "./dataset.ts";

/** A data set, told from samples. */
export const isDataset = (value: unknown): value is Dataset =>
  typeof (value as Dataset | null | undefined)?.take === "function" && "x" in (value as object);

/** Throws OPTION for anything but a data set, such as bare rows. `asking` says who needs one. */
export function checkDataset(data: unknown, asking: string): void {
  if (!isDataset(data)) throw wrongOption(asking, "data", data, "a data set, such as dataset(x, y)");
}
