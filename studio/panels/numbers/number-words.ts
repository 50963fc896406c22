import { numberText } from "nabla/explain";

export { numberText };

/** As it fits into a box of the graph: four decimals, fewer before a point. */
export function brief(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e5 || size < 5e-5
      ? value.toExponential(1).replace("+", "")
      : value.toFixed(size < 10 ? 4 : size < 1000 ? 2 : 1);
  return (Number.isInteger(value) && size < 1e5 ? String(value) : text).replaceAll("-", "−");
}

/** In a product: a negative number in parentheses, unless it stands first. */
export const factor = (value: number, isFirst = false): string =>
  value < 0 && !isFirst ? `(${numberText(value)})` : numberText(value);
