/**
 * A picture of the training speeds for the README: one group of bars a workload, ours in ink, the others in grey, lengths by
 * logarithm because they span three powers of ten. It brings its own paper, light or dark, and reads as text.
 */
import { number } from "../claims.mjs";

const width = 720;
const left = 190;
const right = 84;
const barHeight = 15;
const gap = 5;
const groupGap = 34;
const margin = 16;

const shown = ["tiny", "digits-sigmoid", "digits-sgd", "digits-adam", "pictures"];

/** SVG of the rows that are training workloads; undefined where there are none. */
export function bars(rows) {
  const groups = shown.flatMap((name) => {
    const row = rows.find((one) => one.name === name && one.entries?.some(({ measured }) => measured));
    return row ? [{ title: row.title, bars: barsOf(row.entries) }] : [];
  });
  if (groups.length === 0) return undefined;
  const parts = [];
  let y = 40;
  for (const { title, bars: list } of groups) {
    parts.push(`<text class="title" x="0" y="${y}">${escaped(title)}</text>`);
    y += 12;
    const values = list.map(({ value }) => Math.log10(value));
    const [low, high] = [Math.floor(Math.min(...values) - 0.2), Math.max(...values)];
    for (const { label, value, isOurs } of list) {
      const length = Math.max(2, ((Math.log10(value) - low) / (high - low || 1)) * (width - left - right));
      const middle = y + barHeight / 2 + 4;
      parts.push(
        `<text class="label${isOurs ? " ours" : ""}" x="${left - 8}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
        `<rect class="${isOurs ? "ours" : "other"}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}"/>`,
        `<text class="value" x="${(left + length + 6).toFixed(1)}" y="${middle}">${escaped(number(value))}</text>`,
      );
      y += barHeight + gap;
    }
    y += groupGap;
  }
  const words = groups
    .map(
      ({ title, bars: list }) => `${title}: ${list.map(({ label, value }) => `${label} ${number(value)}`).join(", ")}`,
    )
    .join(". ");
  const [across, down] = [width + 2 * margin, y - groupGap + 2 * margin];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${across} ${down}" width="${across}" role="img" aria-labelledby="t d">
<title id="t">Training speed, samples a second</title>
<desc id="d">${escaped(words)}</desc>
<style>${style}</style>
<rect class="paper" x="${-margin}" y="${-margin}" width="${across}" height="${down}" rx="6"/>
<text class="head" x="0" y="14">Training samples a second; the scale of each group is logarithmic</text>
${parts.join("\n")}
</svg>
`;
}

const style = [
  'text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;fill:#626970;font-variant-numeric:tabular-nums}',
  ".title,.head,.label.ours{fill:#17191c}.title{font-weight:600;font-size:13px}rect.ours{fill:#17191c}rect.other{fill:#868b90;fill-opacity:.55}.paper{fill:#fff}",
  "@media (prefers-color-scheme:dark){text{fill:#929ba6}.title,.head,.label.ours{fill:#e9ebee}rect.ours{fill:#e9ebee}rect.other{fill:#6b7480;fill-opacity:.8}.paper{fill:#15171a}}",
].join("");

/** The best of each family; ours in both arithmetics, and in Chromium. */
function barsOf(entries) {
  const bestOf = new Map();
  for (const { measured, family, arithmetic, engine, isBatchOne } of entries) {
    if (!measured) continue;
    const isOurs = family === "nabla";
    const words = isOurs
      ? `nabla ${arithmetic === "fma" ? "FMA" : "plain"}${engine === "Chromium" ? ", Chromium" : ""}`
      : family;
    const label = isBatchOne ? `${words}, batch 1` : words;
    if (!(bestOf.get(label)?.value >= measured.median)) bestOf.set(label, { label, value: measured.median, isOurs });
  }
  return [...bestOf.values()].sort((a, b) => b.value - a.value);
}

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
