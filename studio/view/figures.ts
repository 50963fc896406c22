/** Numbers as the studio writes them: a real minus sign, and no more digits than say something. */

/** A value with `digits` significant digits: 0.1733, 12.40, −0.00027, 3.1e−9. */
export function figure(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 10 ** -digits ? value.toExponential(digits - 2) : fixed(value, size, digits);
  return text.replaceAll("-", "−");
}

function fixed(value: number, size: number, digits: number): string {
  const whole = Math.floor(size).toString().length;
  return value.toFixed(Math.max(0, size < 1 ? digits : digits - whole));
}

/** A whole number with a mark between the thousands: 12,340. */
export const whole = (value: number): string => value.toLocaleString("en").replace("-", "−");

/** A share in percent: 95.83 %. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
