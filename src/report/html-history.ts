import { formatCount, formatDuration, formatNumber, formatPercent } from "../plot/format.ts";
import { lineChart, type Series } from "../plot/line-chart.ts";
import { niceTicks, tickLabels } from "../plot/scale.ts";
import { toSvg } from "../plot/to-svg.ts";
import type { EpochEvent, History } from "../train/events.ts";
import { type Markup, markup, nameMarkup, plainName, trustedMarkup } from "./markup.ts";
import { panel, scrollable } from "./panel.ts";

const mostCharts = 4;
const mostRows = 100;

/** One panel with a line chart for the loss and for each metric; none before the second epoch, when there is no line. */
export function curveSections({ epochs }: History): readonly Markup[] {
  if (epochs.length < 2) return [];
  return ["loss", ...metricNames(epochs)].slice(0, mostCharts).map((name, i) => curveSection(epochs, name, i));
}

function curveSection(epochs: readonly EpochEvent[], name: string, position: number): Markup {
  const isShare = name === "accuracy";
  const format = isShare ? (value: number) => formatPercent(value) : (value: number) => formatNumber(value);
  const train = epochs.map((event) => [event.epoch, trainValue(event, name)] as const);
  const validation = epochs
    .filter((event) => event.validation !== undefined)
    .map((event) => [event.epoch, ownValue(event.validation, name)] as const);
  const hasValidation = validation.some(([, value]) => Number.isFinite(value));
  const series: Series[] = [
    { name: "train", points: train },
    ...(hasValidation ? [{ name: "validation", points: validation, dash: "dashed" } as const] : []),
  ];
  const title = plainName(name === "loss" ? "Loss" : isShare ? "Accuracy" : name);
  const sentences = series.map(({ name, points }) => {
    const [first, last] = [points[0]!, points.at(-1)!];
    return `On ${name === "train" ? "training" : "validation"} data from ${format(first[1])} after epoch ${first[0]} to ${format(last[1])} after epoch ${last[0]}.`;
  });
  const scene = lineChart({
    title: `${title} over the epochs`,
    description: sentences.join(" "),
    xLabel: "Epoch",
    yLabel: "",
    height: 250,
    series,
    isXWhole: true,
    formatY: format,
    ...(name === "loss" ? { yIncludes: [0] } : {}),
    ...(isShare
      ? {
          yBounds: [0, 1] as const,
          formatYTicks: (ticks) => tickLabels(ticks.map((tick) => Number((tick * 100).toPrecision(12)))),
        }
      : {}),
  });
  return panel(
    `curve-${position}`,
    title,
    name === "loss" ? "Mean per sample" : isShare ? "Share answered right, %" : undefined,
    [trustedMarkup(toSvg(scene, { standalone: false }))],
  );
}

/** Every figure of every epoch; long runs show a hundred evenly spaced epochs, the best and the last among them. */
export function epochsSection({ epochs, best }: History): Markup | undefined {
  if (epochs.length === 0) return undefined;
  const shown = shownEpochs(epochs, best);
  const metrics = metricNames(epochs);
  const hasValidation = epochs.some((event) => event.validation !== undefined);
  const measured = ["loss", ...metrics];
  const heading = (name: string, isValidation: boolean) =>
    markup`<th scope="col">${isValidation ? "Val. " : ""}${name === "loss" ? (isValidation ? "loss" : "Loss") : nameMarkup(isValidation ? name : capital(name))}</th>`;
  const rows = shown.map((event) => {
    const isBest = event.epoch === best;
    const cells = [
      ...measured.map((name) => valueText(name, trainValue(event, name))),
      ...(hasValidation ? measured.map((name) => valueText(name, ownValue(event.validation, name))) : []),
      formatCount(event.samplesPerSecond),
      formatDuration(event.seconds),
    ];
    return markup`<tr${isBest ? markup` class="best"` : ""}><th scope="row">${event.epoch}${isBest ? " best" : ""}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`;
  });
  const table = markup`<table class="rows"><thead><tr><th scope="col" class="words">Epoch</th>${measured.map((name) => heading(name, false))}${
    hasValidation ? measured.map((name) => heading(name, true)) : []
  }<th scope="col">Samples/s</th><th scope="col">Time</th></tr></thead><tbody>${rows}</tbody></table>`;
  const explanation =
    shown.length < epochs.length ? `${shown.length} of ${formatCount(epochs.length)} shown` : undefined;
  return panel("epochs", "Epochs", explanation, scrollable("Figures of each epoch", table));
}

function shownEpochs(epochs: readonly EpochEvent[], best: number): readonly EpochEvent[] {
  if (epochs.length <= mostRows) return epochs;
  const wanted = new Set(niceTicks(1, epochs.length, mostRows, true));
  return epochs.filter((event, i) => i === 0 || i === epochs.length - 1 || event.epoch === best || wanted.has(i + 1));
}

/** The names of all metrics, in the order they first appear; at most 8, since a table ends somewhere. */
function metricNames(epochs: readonly EpochEvent[]): readonly string[] {
  const names = new Set<string>();
  for (const { metrics } of epochs) for (const name of Object.keys(metrics)) if (names.size < 8) names.add(name);
  names.delete("loss");
  return [...names];
}

function trainValue(event: EpochEvent, name: string): number {
  return name === "loss" ? event.loss : ownValue(event.metrics, name);
}

// Own properties only: a metric may be called `__proto__` or `constructor`.
function ownValue(record: Readonly<Record<string, number>> | undefined, name: string): number {
  if (record === undefined || !Object.hasOwn(record, name)) return Number.NaN;
  const value: unknown = Object.getOwnPropertyDescriptor(record, name)?.value;
  return typeof value === "number" ? value : Number.NaN;
}

function valueText(name: string, value: number): string {
  if (Number.isNaN(value)) return "–";
  return name === "accuracy" ? formatPercent(value) : formatNumber(value);
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
