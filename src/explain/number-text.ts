/**
 * A number as it stands in a derivation: six decimals, at least six and at most seven digits (as many as float32 has),
 * and no zeros at the end. `−0.077956`, `0.000987084`, `3.998699`, `−101`, `1.23457e−7`. Independent of the machine's locale.
 */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text =
    size >= 1e7 || size < 1e-6
      ? value.toExponential(6)
      : size < 1e-2
        ? plain(value)
        : size < 10
          ? value.toFixed(6)
          : value.toPrecision(7);
  return trimmed(text).replace("e+", "e").replaceAll("-", "−");
}

/** Six digits after the zeros that follow the point. */
function plain(value: number): string {
  const text = value.toPrecision(6);
  return text.includes("e") ? value.toFixed(12) : text;
}

const trimmed = (text: string): string => {
  const [digits = "", exponent] = text.split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent === undefined ? short : `${short}e${exponent}`;
};

/** Fractions that are written as one: 0.5 is ½. Any other number is written with digits. */
export const fractionText = (value: number): string => {
  const fraction = fractions.get(Math.abs(value));
  return fraction === undefined ? numberText(value) : `${value < 0 ? "−" : ""}${fraction}`;
};

const fractions: ReadonlyMap<number, string> = new Map([
  [1 / 2, "½"],
  [1 / 3, "⅓"],
  [1 / 4, "¼"],
]);
