import { formatCount, formatNumber, formatPercent } from "../plot/format.ts";
import { type Picture, pictureUri } from "../plot/picture.ts";
import type { Scene } from "../plot/scene.ts";
import { toSvg } from "../plot/to-svg.ts";
import type { LayersData, LayersExample, LayersLayer, LayersMaximum, LayersUnit } from "./layers-data.ts";
import { layersStyle } from "./layers-style.ts";
import { type Markup, markup, nameMarkup, plainName, trustedMarkup } from "./markup.ts";
import { htmlPage } from "./page.ts";
import { panel, scrollable } from "./panel.ts";

/**
 * What every unit of a network sees, as one HTML file that needs nothing else: weights, the input that excites a unit
 * most, the real examples that do, and how often it is excited at all. The same data give the same text.
 */
export function layersHtml(data: LayersData): string {
  const body = markup`${pageHeader(data)}
<main>
<div class="deck two">${networkPanel(data)}${legendPanel(data)}</div>
${data.layers.map((layer, i) => layerPanel(layer, i, data))}
</main>
<footer>Made by nabla. This page needs no other file and runs no script.</footer>`;
  return htmlPage({ title: data.title, kind: "layers", style: layersStyle, body });
}

function pageHeader({ title, when, examples, layers }: LayersData): Markup {
  const units = layers.reduce((sum, layer) => sum + layer.units, 0);
  const dead = layers.reduce((sum, layer) => sum + layer.dead.length, 0);
  const deadWords =
    dead === 0 ? "None of them is dead." : `${formatCount(dead)} of them ${dead === 1 ? "is" : "are"} dead.`;
  return markup`<header>
<div class="brand"><p><b><span aria-hidden="true">∇ </span>nabla</b> layers</p>${when === undefined ? undefined : markup`<p>${when}</p>`}</div>
<h1>What the units see: ${nameMarkup(title)}</h1>
<p class="prose">${counted(units, "unit")} in ${counted(layers.length, "layer")}, shown ${counted(examples.count, "example")} of ${nameMarkup(examples.name)}. ${deadWords}</p>
</header>`;
}

function networkPanel({ diagram }: LayersData): Markup {
  const svg = trustedMarkup(toSvg(diagram, { standalone: false }));
  return panel(
    "network",
    "Network",
    "Every circle is a unit, every line a weight",
    markup`<div class="scroll diagram" role="group" aria-label="The network" tabindex="0">${svg}</div>`,
  );
}

function legendPanel({ layers, isStandardized = false }: LayersData): Markup {
  const units = layers.flatMap(({ shown }) => shown);
  const picture = units.find(({ maximum }) => maximum?.picture)?.maximum?.picture;
  const lines: (readonly [term: string, text: string])[] = [];
  if (units.some(({ weights }) => weights)) lines.push(["Weights", weightLegend(picture)]);
  const map = units.find((unit) => unit.map)?.map;
  if (map)
    lines.push([
      "Map",
      `The sum of the unit at every point of the plane (${map.extent}), before its activation function. Blue and + : above 0. Orange and − : below. Bare paper: 0, where the unit begins to be active. Each map has its own scale, written below it.`,
    ]);
  if (units.some(({ maximum }) => maximum))
    lines.push([
      "Drives it",
      "An input that was made, not found: a search that goes uphill from almost nothing, and is kept from roughness and from too much of everything. It finds one peak, not the highest of all.",
    ]);
  if (units.some(({ examples }) => examples.length > 0))
    lines.push([
      "Below them",
      "The real examples that excite the unit most, the strongest first, each with the unit’s sum for it, before its activation function.",
    ]);
  if (isStandardized)
    lines.push([
      "Scale",
      "The network sees each column of the table less its mean, in standard deviations: 1 is one above the mean. Weights and made inputs are in that scale, examples in the table’s own.",
    ]);
  lines.push([
    "Active",
    "The share of all examples for which the sum is above 0. The mean is of what the unit passes on. A dead unit passes on the same number for every example, and so tells the layers after it nothing.",
  ]);
  return panel(
    "legend",
    "How to read this page",
    undefined,
    markup`<dl class="legend">${lines.map(([term, text]) => markup`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`,
  );
}

function weightLegend(picture: Picture | undefined): string {
  if (!picture)
    return "What the unit makes of each input. Blue, to the right: excites it. Dashed orange, to the left: calms it.";
  const scale = "Each picture has its own scale, written below it.";
  if (picture.channels === 3)
    return `What the unit makes of each colour of each pixel. Grey: no weight. Brighter or in a colour: that excites it. Darker: that calms it. ${scale}`;
  const light = picture.isInk ? "ink" : "light";
  return `What the unit makes of each pixel. Blue and + : ${light} there excites it. Orange and − : ${light} there calms it. Bare paper: no weight. ${scale}`;
}

/** `2 dead: 16 and 77`; long lists are cut. */
function deadWords(dead: readonly number[]): string {
  if (dead.length === 0) return "none dead";
  const listed = dead.slice(0, 12).join(", ");
  return `${formatCount(dead.length)} dead: ${listed}${dead.length > 12 ? " and more" : ""}`;
}

/** Three figures, or two decimals below 1: as many as fit below a small picture. */
const shortNumber = (value: number): string => formatNumber(value, Math.abs(value) < 1 ? 2 : 3);

const weightWords = {
  weights: "",
  product:
    "The weights are an approximation: those of all layers up to here multiplied, as if there were no activations between them.",
  slope: "The weights are an approximation: the slope of the unit at an input of zeros.",
} as const;

function layerPanel(layer: LayersLayer, position: number, { run, layers }: LayersData): Markup {
  const { name, followers, units, dead, shown, weights } = layer;
  const id = `layer-${position + 1}`;
  const after =
    followers.length === 0
      ? undefined
      : markup`, then ${followers.slice(0, 5).map((kind, i) => markup`${i === 0 ? "" : ", "}${nameMarkup(kind)}`)}`;
  const facts = [
    counted(units, "unit"),
    deadWords(dead),
    ...(position === layers.length - 1 && shown.some(({ stands }) => stands !== undefined)
      ? ["one for each class"]
      : []),
  ].join(", ");
  const approximation = shown.some((unit) => unit.weights) ? weightWords[weights] : "";
  const cut =
    shown.length < units
      ? markup`<p class="prose">${counted(shown.length, "unit")} of ${formatCount(units)} ${shown.length === 1 ? "is" : "are"} shown. For another: <code>nabla layers ${run} --layer ${layer.layer} --unit ${anotherUnit(layer)}</code>; for more: <code>--units ${formatCount(units).replaceAll(",", "")}</code>.</p>`
      : undefined;
  return markup`<section class="panel layer" aria-labelledby="${id}">
<div class="head"><h2 id="${id}">${nameMarkup(name)}${after}</h2><p class="label">${facts}</p></div>
${approximation === "" ? undefined : markup`<p class="prose">${approximation}</p>`}
<ul class="units">${shown.map((unit) => unitCard(unit, layer))}</ul>
${cut}
<details><summary>The figures of <bdi>${plainName(name)}</bdi> as a table</summary>
${figuresTable(layer)}</details>
</section>
`;
}

/** The first unit that is not shown. */
export function anotherUnit({ units, shown }: LayersLayer): number {
  const numbers = new Set(shown.map(({ unit }) => unit));
  let unit = 0;
  while (numbers.has(unit) && unit < units - 1) unit++;
  return unit;
}

function unitCard(unit: LayersUnit, layer: LayersLayer): Markup {
  const { weights, map, maximum, examples, stands } = unit;
  const called = `unit ${unit.unit}`;
  return markup`<li class="card"><h3>Unit ${unit.unit}${stands === undefined ? undefined : markup`, class ${nameMarkup(stands)}`}</h3>
<p class="label">${activityWords(unit, layer)}</p>
<div class="pair">${map && sceneFigure(map.scene, `Map ${map.range}`, "picture")}${weights && sceneFigure(weights.scene, `Weights ${weights.range}`, weights.form)}${maximum && maximumFigure(maximum, called)}</div>
${examples.length === 0 ? undefined : exampleList(examples, called)}</li>
`;
}

function activityWords({ active, mean, largest, isDead }: LayersUnit, { hasActive }: LayersLayer): string {
  if (isDead) return `dead: ${formatNumber(mean, 3)} for every example`;
  const words = [
    ...(hasActive ? [`active ${formatPercent(active, 1)}`] : []),
    `mean ${formatNumber(mean, 3)}`,
    `largest sum ${formatNumber(largest, 3)}`,
  ];
  return words.join(", ").replaceAll(" %", "\u00a0%");
}

function sceneFigure(scene: Scene, caption: string, form: "picture" | "bars"): Markup {
  const chart = trustedMarkup(toSvg(scene, { standalone: false }));
  return markup`<figure${widthOf(form)}>${chart}<figcaption>${caption}</figcaption></figure>`;
}

const widthOf = (form: "picture" | "bars"): Markup | undefined => (form === "bars" ? markup` class="wide"` : undefined);

function maximumFigure({ picture, scene, activation, start, ending }: LayersMaximum, called: string): Markup {
  const value = formatNumber(activation, 3);
  const words = {
    settled: `Drives it to ${value}`,
    bounded: `Drives it to ${value}, all the bounds allow`,
    rising: `Drives it to ${value}, still rising`,
    flat: `Nothing drives it: no slope at the start (${value})`,
    lower: `The search failed: ${value}, from ${formatNumber(start, 3)}`,
  }[ending];
  const image = picture
    ? markup`<img${picture.isInk ? markup` class="ink"` : ""} src="${pictureUri(picture)}" width="${picture.width}" height="${picture.height}" alt="Made input that drives ${called}">`
    : scene && trustedMarkup(toSvg(scene, { standalone: false }));
  return markup`<figure${widthOf(picture ? "picture" : "bars")}>${image}<figcaption>${words}</figcaption></figure>`;
}

function exampleList(examples: readonly LayersExample[], called: string): Markup {
  const label = `Examples that excite ${called} most`;
  if (!examples.every(({ picture }) => picture))
    return markup`<ol class="examples words" aria-label="${label}">${examples.map(
      (example) =>
        markup`<li><span>${shortNumber(example.value)}</span> ${className(example)}${valuesText(example)}, example ${formatCount(example.index + 1)}</li>`,
    )}</ol>`;
  return markup`<ol class="examples" aria-label="${label}">${examples.map(
    (example) => markup`<li>${pictureOf(example)}${className(example)}<span>${shortNumber(example.value)}</span></li>`,
  )}</ol>`;
}

const className = ({ label }: LayersExample): Markup | undefined =>
  label === undefined ? undefined : markup`<b>${nameMarkup(label)}</b> `;

const pictureOf = ({ picture, index }: LayersExample): Markup | undefined =>
  picture &&
  markup`<img${picture.isInk ? markup` class="ink"` : ""} src="${pictureUri(picture)}" width="${picture.width}" height="${picture.height}" alt="Example ${index + 1}">`;

const mostValues = 4;

/** `(0.41, −0.72)`; of long rows the first few. */
function valuesText({ values }: LayersExample): string {
  if (!values || values.length === 0) return "";
  const first = Array.from({ length: Math.min(mostValues, values.length) }, (_, i) => formatNumber(values[i]!, 3));
  return `(${first.join(", ")}${values.length > mostValues ? ", …" : ""})`;
}

function figuresTable({ layer, shown, hasActive }: LayersLayer): Markup {
  const hasMaximum = shown.some(({ maximum }) => maximum);
  const heads = [
    ...(hasActive ? ["Active"] : []),
    "Mean",
    "Smallest",
    "Largest",
    ...(hasMaximum ? ["Driven to"] : []),
    "State",
  ];
  const rows = shown.map(({ unit, stands, active, mean, smallest, largest, isDead, maximum }) => {
    const cells = [
      ...(hasActive ? [formatPercent(active, 1)] : []),
      formatNumber(mean, 3),
      formatNumber(smallest, 3),
      formatNumber(largest, 3),
      ...(hasMaximum ? [maximum ? formatNumber(maximum.activation, 3) : "–"] : []),
      isDead ? "dead" : "alive",
    ];
    return markup`<tr><th scope="row">${unit}${stands === undefined ? undefined : markup` ${nameMarkup(stands)}`}</th>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>
`;
  });
  const table = markup`<table class="rows"><thead><tr><th scope="col" class="words">Unit</th>${heads.map((head) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table>`;
  return scrollable(`Figures of layer ${layer}`, table);
}

const counted = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
