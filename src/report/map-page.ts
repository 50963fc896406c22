import type { NdArray } from "../array/ndarray.ts";
import { classColors, classShapes, colorIndex } from "../plot/class-colors.ts";
import { formatCount } from "../plot/format.ts";
import { mapScript } from "./map-script.ts";
import { mapStyle } from "./map-style.ts";
import type { Thumbnails } from "./map-thumbnails.ts";
import { type Markup, markup, nameMarkup, plainName, trustedMarkup } from "./markup.ts";
import { htmlPage } from "./page.ts";
import { termList } from "./panel.ts";
import { reportStyle } from "./stylesheet.ts";

export interface PageMap {
  /** "The input", "Layer relu 1". */
  readonly title: string;
  /** [n, 2] or [n, 3] */
  readonly positions: NdArray;
  /** What to know of it: method, trustworthiness … */
  readonly facts: readonly (readonly [term: string, value: string])[];
}

export interface MapPage {
  readonly title: string;
  readonly description: string;
  readonly command: string;
  /** Maps of the same samples in the same order. */
  readonly maps: readonly PageMap[];
  /** Of each sample the number of its class. */
  readonly labels?: ArrayLike<number> | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly thumbnails?: Thumbnails | undefined;
}

/**
 * Maps as one HTML file that needs nothing else: to move in, to point at, to filter by class, by mouse and by keyboard,
 * with a table of all points. Its security policy allows its one script and its style by their hashes, nothing more, no
 * request at all. Data lie in it as numbers, names as escaped JSON.
 */
export function mapPage({ title, description, command, maps, labels, classes, thumbnails }: MapPage): string {
  const count = maps[0]?.positions.shape[0] ?? 0;
  const names = labels ? (classes ?? []) : [];
  const data = {
    count,
    classes: names.map((name) => plainName(name)),
    colors: classColors,
    shapes: classShapes,
    labels: labels ? base64(bytesOf(Uint16Array.from({ length: count }, (_, i) => labels[i]!))) : "",
    maps: maps.map(({ title: name, positions }) => ({
      title: plainName(name),
      components: positions.shape[1],
      positions: base64(bytesOf(positions.data)),
    })),
    thumbnails: thumbnails ? { ...thumbnails, bytes: base64(thumbnails.bytes) } : null,
  };
  const body = markup`<header>
<div class="brand"><p><b><span aria-hidden="true">∇ </span>nabla</b> map</p></div>
<h1>${nameMarkup(title)}</h1>
<p class="prose">${description}</p>
</header>
<main>
<noscript><p class="panel">The maps are drawn by a script that this page carries, and scripts are switched off here. The tables below say what is in them.</p></noscript>
<div class="maps">
<div class="deck two">${maps.map((map, i) => mapSection(map, i))}</div>
${legend(names, labels, count, thumbnails)}
</div>
${table(count)}
</main>
<footer>Made by nabla with <code>${command}</code>. This page needs no other file and sends nothing anywhere.</footer>
<script type="application/json" id="data">${trustedMarkup(safeJson(data))}</script>
`;
  return htmlPage({ title, kind: "map", style: reportStyle + mapStyle, script: mapScript, body });
}

function mapSection({ title, positions, facts }: PageMap, i: number): Markup {
  const isDeep = positions.shape[1] === 3;
  return markup`<section class="panel" aria-labelledby="map-${i}">
<div class="head"><h2 id="map-${i}">${nameMarkup(title)}</h2><p class="label">${isDeep ? "Drag turns, with Shift moves" : "Drag moves"}, wheel zooms</p></div>
<canvas class="map" data-map="${i}" tabindex="0" role="application" aria-roledescription="map" aria-labelledby="map-${i}" aria-describedby="keys said"></canvas>
<div class="buttons" data-for="${i}"><button type="button" data-do="in">Zoom in</button><button type="button" data-do="out">Zoom out</button><button type="button" data-do="left">Left</button><button type="button" data-do="right">Right</button><button type="button" data-do="up">Up</button><button type="button" data-do="down">Down</button>${isDeep ? markup`<button type="button" data-do="turn">Turn</button>` : undefined}<button type="button" data-do="all">Show all</button></div>
${termList(facts)}
</section>
`;
}

function legend(
  names: readonly string[],
  labels: ArrayLike<number> | undefined,
  count: number,
  thumbnails: Thumbnails | undefined,
): Markup {
  const counts = new Array<number>(names.length).fill(0);
  if (labels) for (let i = 0; i < count; i++) counts[labels[i]!]!++;
  const rows = names.map(
    (name, label) =>
      markup`<li><label><input type="checkbox" checked data-class="${label}"><canvas class="key key-${colorIndex(label)}" width="36" height="36" data-key="${label}" aria-hidden="true"></canvas>${nameMarkup(name)} <span class="label">${formatCount(counts[label]!)}</span></label></li>`,
  );
  return markup`<section class="panel side" aria-labelledby="legend">
<div class="head"><h2 id="legend">${names.length > 0 ? "Classes" : "Points"}</h2></div>
${names.length > 0 ? markup`<fieldset><legend class="label">Shown</legend><ul class="classes">${rows}</ul></fieldset>` : undefined}
<h3>Under the pointer</h3>
${thumbnails ? markup`<canvas class="thumbnail" id="thumbnail" width="${thumbnails.width}" height="${thumbnails.height}" aria-hidden="true"></canvas>` : undefined}
<p id="said" role="status">Nothing yet.</p>
<p class="label" id="keys">On a map, keys: arrows move, plus and minus zoom, 0 shows all, n and p go from point to point.</p>
</section>
`;
}

function table(count: number): Markup {
  return markup`<section class="panel" aria-labelledby="table">
<div class="head"><h2 id="table">All points</h2><p class="label">${formatCount(count)} samples, in the order of the data</p></div>
<div class="buttons"><button type="button" id="before" disabled>Earlier</button><button type="button" id="after">Later</button><span class="label" id="which" role="status"></span></div>
<div class="scroll" role="group" aria-label="All points" tabindex="0"><table class="rows" id="rows"><thead></thead><tbody></tbody></table></div>
</section>
`;
}

/** JSON inside a script element: nothing in it can end the element or begin a comment. */
const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Little-endian bytes, whatever the machine. */
function bytesOf(numbers: Float32Array | Uint16Array): Uint8Array {
  const size = numbers.BYTES_PER_ELEMENT;
  const view = new DataView(new ArrayBuffer(numbers.length * size));
  for (let i = 0; i < numbers.length; i++)
    if (size === 4) view.setFloat32(4 * i, numbers[i]!, true);
    else view.setUint16(2 * i, numbers[i]!, true);
  return new Uint8Array(view.buffer);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8190) text += btoa(String.fromCharCode(...bytes.subarray(i, i + 8190))); // a multiple of 3
  return text;
}
