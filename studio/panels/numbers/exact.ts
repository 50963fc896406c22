/**
 * A number as nabla's derivations write it: six decimals, at least six digits of small ones, no zeros at the end.
 * `−0.077956`, `0.000987084`, `3.998699`.
 */
export function exact(value: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e7 || size < 1e-6
      ? value.toExponential(6)
      : size < 1e-2
        ? value.toFixed(Math.min(12, 5 - Math.floor(Math.log10(size))))
        : size < 10
          ? value.toFixed(6)
          : value.toPrecision(7);
  const [digits = "", exponent] = text.split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return (exponent === undefined ? short : `${short}e${exponent.replace("+", "")}`).replaceAll("-", "−");
}

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
  value < 0 && !isFirst ? `(${exact(value)})` : exact(value);
