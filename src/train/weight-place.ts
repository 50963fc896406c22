import { NablaError, quoted } from "../errors.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Where one weight lies in the row-major values of its parameter. `index` has a place for each axis. Throws OPTION for a
 * parameter or a place that is not there, DATA for a value that float32 cannot hold.
 */
export function weightPlace(parameters: Parameters, name: string, index: readonly number[], value: number): number {
  const parameter = parameters.get(name);
  if (!parameter) {
    const known = parameters.names.join(", ") || "none";
    throw new NablaError("OPTION", `setWeight: there is no parameter ${quoted(String(name))}`, {
      expected: known,
      received: quoted(String(name)),
      hint: `The model has ${known}.`,
    });
  }
  const { layer, tensor } = parameter;
  const { shape } = tensor;
  const isPlace = (extent: number, axis: number): boolean =>
    Number.isSafeInteger(index[axis]) && index[axis]! >= 0 && index[axis]! < extent;
  if (!Array.isArray(index) || index.length !== shape.length || !shape.every(isPlace)) {
    const received = Array.isArray(index) ? `[${index.slice(0, 8).map(String).join(", ")}]` : typeof index;
    throw new NablaError("OPTION", `setWeight: ${quoted(name)} has no place ${received}`, {
      where: { layer },
      expected: `one index for each axis of [${shape.join(", ")}], from 0`,
      received,
      hint: "Weights of a dense layer are [units, features].",
    });
  }
  if (typeof value !== "number" || !Number.isFinite(Math.fround(value)))
    throw new NablaError("DATA", `setWeight: the new value of ${quoted(name)} is ${String(value)}`, {
      where: { layer },
      expected: "a finite number",
      received: String(value),
      hint: "Give a number that float32 can hold.",
    });
  return shape.reduce((flat, extent, axis) => flat * extent + index[axis]!, 0);
}
