/** Figures as a person reads them. Independent of the machine's locale, so that outputs compare. */

const minus = "−";

function isUsable(value: number): boolean {
  return Number.isFinite(value);
}

/** `48000` as `48,000`; fractions are rounded. */
export function formatCount(value: number): string {
  if (!isUsable(value)) return "not finite";
  const digits = Math.abs(Math.round(value)).toFixed(0);
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ",");
  return value < 0 && digits !== "0" ? minus + grouped : grouped;
}

/**
 * The share `0.9762` as `97.62 %`.
 * Rounding never claims all or nothing: 9,999.6 of 10,000 stays `99.99 %`, and one in a million `0.01 %`.
 */
export function formatPercent(share: number, decimals = 2): string {
  if (!isUsable(share)) return "not finite";
  const percent = share * 100;
  let text = percent.toFixed(decimals);
  const [none, all] = [(0).toFixed(decimals), (100).toFixed(decimals)];
  if (text === all && percent < 100) text = `99${decimals > 0 ? `.${"9".repeat(decimals)}` : ""}`;
  if (text === none && percent > 0) text = decimals > 0 ? `0.${"0".repeat(decimals - 1)}1` : "1";
  return `${text.replace("-", minus)} %`;
}

/**
 * A measured number in about `digits` digits: `0.0812`, `1.250`, `123.5`, `1.23e−7`.
 * Below 1 it has `digits` decimals, as long as three of them say something; trailing zeros stay, so that columns align.
 */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "not a number";
  if (!isUsable(value)) return value > 0 ? "infinite" : `${minus}infinite`;
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size < 1e-3 || size >= 1e9 ? value.toExponential(Math.max(0, digits - 2)) : plainDigits(value, digits);
  return text.replace("e+", "e").replaceAll("-", minus);
}

// toPrecision turns to exponents where the integer part is longer than `digits`.
function plainDigits(value: number, digits: number): string {
  if (Math.abs(value) < 1) return value.toFixed(digits);
  return Math.abs(value) >= Number(`1e${digits}`) ? formatCount(value).replace(minus, "-") : value.toPrecision(digits);
}

/** A time span in seconds as `0.84 s`, `12 s`, `1 min 04 s` or `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (!isUsable(seconds) || seconds < 0) return "unknown";
  if (seconds < 9.95) return `${seconds < 0.995 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (count: number) => String(count).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/** A shape as `28 × 28`; the empty shape is `one number`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "one number" : shape.map(formatCount).join(" × ");
}
