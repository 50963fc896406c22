import { formatCount, formatShape } from "../plot/format.ts";
import { type Markup, type MarkupPart, markup, nameMarkup } from "./markup.ts";
import { panel, scrollable, termList } from "./panel.ts";
import type { ReportData } from "./report-data.ts";

const mostLayers = 200;

/** The layers in order, each with the shape that leaves it and its parameters. */
export function modelSection({ model, data }: ReportData): Markup {
  const rows = model.layers.slice(0, mostLayers).map(
    ({
      name,
      kind,
      output,
      parameters,
    }) => markup`<tr><th scope="row">${nameMarkup(name)}</th><td class="words">${nameMarkup(
      kind,
    )}</td><td>${formatShape(output)}</td><td>${parameters === 0 ? "–" : formatCount(parameters)}</td></tr>
`,
  );
  const left = model.layers.length - rows.length;
  const more =
    left > 0 ? markup`<tr><th scope="row">${formatCount(left)} more</th><td></td><td></td><td></td></tr>` : undefined;
  const table = markup`<table class="rows"><thead><tr><th scope="col" class="words">Layer</th><th scope="col" class="words">Kind</th><th scope="col">Output</th><th scope="col">Parameters</th></tr></thead>
<tbody><tr><th scope="row">input</th><td class="words">data</td><td>${formatShape(data.shape)}</td><td>–</td></tr>${rows}${more}</tbody>
<tfoot><tr><th scope="row">All</th><td></td><td></td><td>${formatCount(model.parameters)}</td></tr></tfoot></table>`;
  return panel("network", "Network", "Shape of one sample as it leaves each layer", scrollable("Layers", table));
}

/** Data, settings, seed, arithmetic and engine: what it takes to repeat the run. */
export function settingsSection(report: ReportData): Markup {
  const { data, settings, seed, arithmetic, engine, threads, when, command } = report;
  const entries: (readonly [MarkupPart, MarkupPart])[] = [["Data", nameMarkup(data.name)]];
  const counts: readonly (readonly [string, number | undefined])[] = [
    ["Training samples", data.train],
    ["Validation samples", data.validation],
    ["Test samples", data.test],
  ];
  for (const [name, count] of counts) if (count !== undefined) entries.push([name, formatCount(count)]);
  if (data.classes) entries.push(["Classes", formatCount(data.classes.length)]);
  for (const [name, value] of settings.slice(0, 100)) entries.push([nameMarkup(name), nameMarkup(String(value))]);
  if (seed !== undefined) entries.push(["Seed", String(seed)]);
  if (arithmetic !== undefined) entries.push(["Arithmetic", nameMarkup(arithmetic)]);
  if (engine !== undefined) entries.push(["Engine", nameMarkup(engine)]);
  if (threads !== undefined) entries.push(["Threads", String(threads)]);
  if (when !== undefined) entries.push(["Begun", nameMarkup(when)]);
  const again =
    command &&
    markup`<p class="label">To repeat it</p><code class="command"><bdi>${command.slice(0, 1000)}</bdi></code>`;
  return panel("settings", "How it was trained", undefined, [termList(entries), again]);
}

/** What the doctor found, each with its evidence and what to try. */
export function findingsSection({ findings = [] }: ReportData): Markup | undefined {
  if (findings.length === 0) return undefined;
  const items = findings
    .slice(0, 50)
    .map(
      ({ evidence, advice, layer }) =>
        markup`<li>${layer === undefined ? undefined : markup`${nameMarkup(layer)}: `}${evidence.slice(0, 500)} <span class="label">${advice.slice(0, 500)}</span></li>`,
    );
  return panel("findings", "Findings", "What was seen while training", markup`<ul class="findings">${items}</ul>`);
}
