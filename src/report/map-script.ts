/**
 * The script of a page of maps: plain JavaScript that reads the data beside it and draws. A constant, because the page's
 * policy allows just this text by its hash. It writes text as text, never as markup.
 */
export const mapScript = `"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const viewOf = (text) => { const bytes = bytesOf(text); return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength); };
const labelView = data.labels === "" ? null : viewOf(data.labels);
const labelOf = (i) => (labelView ? labelView.getUint16(2 * i, true) : 0);
const hidden = new Set();
const dark = matchMedia("(prefers-color-scheme: dark)");
const colorOf = (label) => data.colors[dark.matches ? "dark" : "light"][label % data.colors.light.length];
// a canvas takes no custom properties: the colours as they came out
const inkOf = (element) => getComputedStyle(element).color;
const shapeOf = (label) => data.shapes[label % data.shapes.length];
const order = Array.from({ length: data.count }, (_, i) => i);
let chosen = -1;

const trace = (c, shape, x, y, r) => {
  if (shape === "circle") { c.moveTo(x + r, y); c.arc(x, y, r, 0, 2 * Math.PI); return; }
  if (shape === "cross" || shape === "plus") {
    const t = 0.4 * r, s = shape === "cross" ? Math.SQRT1_2 : 1, d = shape === "cross" ? Math.SQRT1_2 : 0;
    [[t, r], [t, t], [r, t], [r, -t], [t, -t], [t, -r], [-t, -r], [-t, -t], [-r, -t], [-r, t], [-t, t], [-t, r]].forEach(([a, b], i) => {
      const px = x + 1.1 * (a * s - b * d), py = y + 1.1 * (a * d + b * s);
      if (i === 0) c.moveTo(px, py); else c.lineTo(px, py);
    });
    c.closePath(); return;
  }
  if (shape === "bar") { c.rect(x - r, y - 0.45 * r, 2 * r, 0.9 * r); return; }
  const corners = { triangle: 3, square: 4, diamond: 4, pentagon: 5 }[shape];
  const turn = shape === "square" ? Math.PI / 4 : Math.PI / 2, reach = corners === 3 ? 1.25 * r : 1.15 * r;
  for (let k = 0; k < corners; k++) {
    const a = turn + (2 * Math.PI * k) / corners, px = x + reach * Math.cos(a), py = y - reach * Math.sin(a);
    if (k === 0) c.moveTo(px, py); else c.lineTo(px, py);
  }
  c.closePath();
};

const maps = data.maps.map(({ title, components, positions }, index) => {
  const view = viewOf(positions), n = data.count;
  const at = (i, axis) => view.getFloat32(4 * (i * components + axis), true);
  const raw = [0, 1, 2].map((axis) => Float32Array.from({ length: n }, (_, i) => (axis < components ? at(i, axis) : 0)));
  const canvas = document.querySelector('canvas[data-map="' + index + '"]');
  const map = { index, title, components, canvas, raw, xs: raw[0].slice(), ys: raw[1].slice(), zoom: 1, x: 0, y: 0, yaw: 0.6, pitch: 0.4, size: 1, isDue: false };
  const range = (list) => { let low = Infinity, high = -Infinity; for (const v of list) { if (v < low) low = v; if (v > high) high = v; } return [low, high]; };
  const project = () => {
    if (components === 3) {
      const [c, s, d, t] = [Math.cos(map.yaw), Math.sin(map.yaw), Math.cos(map.pitch), Math.sin(map.pitch)];
      for (let i = 0; i < n; i++) {
        const depth = s * raw[0][i] + c * raw[2][i];
        map.xs[i] = c * raw[0][i] - s * raw[2][i];
        map.ys[i] = d * raw[1][i] + t * depth;
      }
    }
  };
  project();
  const [[lowX, highX], [lowY, highY]] = [range(map.xs), range(map.ys)];
  const reach = components === 3 ? 1.1 * Math.max(...raw.map((list) => { const [a, b] = range(list); return b - a; })) : Math.max(highX - lowX, highY - lowY) || 1;
  const home = () => { map.zoom = 1; map.x = (lowX + highX) / 2; map.y = (lowY + highY) / 2; };
  home();
  map.home = home; map.project = project;
  map.unit = () => (0.92 * map.size * map.zoom) / reach;
  map.screen = (i) => [map.size / 2 + (map.xs[i] - map.x) * map.unit(), map.size / 2 - (map.ys[i] - map.y) * map.unit()];
  map.radius = () => Math.min(9, (n > 20000 ? 1.1 : n > 4000 ? 1.6 : n > 800 ? 2.4 : 3.6) * Math.sqrt(map.zoom));
  map.draw = () => {
    map.isDue = false;
    const ratio = devicePixelRatio || 1, size = canvas.clientWidth;
    if (size === 0) return;
    map.size = size;
    const pixels = Math.round(size * ratio);
    if (canvas.width !== pixels) { canvas.width = pixels; canvas.height = pixels; }
    const c = canvas.getContext("2d"), r = map.radius(), ink = inkOf(document.body), sheet = getComputedStyle(canvas).backgroundColor;
    c.setTransform(ratio, 0, 0, ratio, 0, 0);
    c.clearRect(0, 0, size, size);
    const classes = Math.max(1, data.classes.length);
    const byClass = Array.from({ length: classes }, () => []);
    for (const i of order) if (!hidden.has(labelOf(i))) {
      const [x, y] = map.screen(i);
      if (x > -r && y > -r && x < size + r && y < size + r) byClass[labelOf(i)].push(x, y);
    }
    c.globalAlpha = 0.8;
    byClass.forEach((list, label) => {
      c.fillStyle = colorOf(label);
      if (r < 1.5) { for (let k = 0; k < list.length; k += 2) c.fillRect(list[k] - r, list[k + 1] - r, 2 * r, 2 * r); return; }
      c.beginPath();
      for (let k = 0; k < list.length; k += 2) trace(c, shapeOf(label), list[k], list[k + 1], r);
      c.fill();
      if (r >= 3) { c.lineWidth = 0.75; c.strokeStyle = ink; c.stroke(); }
    });
    c.globalAlpha = 1;
    c.font = "600 12px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle"; c.lineJoin = "round";
    const taken = [];
    byClass.forEach((list, label) => {
      if (list.length === 0 || data.classes.length === 0) return;
      const middle = (from) => { const v = []; for (let k = from; k < list.length; k += 2) v.push(list[k]); v.sort((a, b) => a - b); return v[v.length >> 1]; };
      const name = data.classes[label].length > 24 ? data.classes[label].slice(0, 23) + "\\u2026" : data.classes[label];
      const width = c.measureText(name).width + 6, x = middle(0), top = middle(1);
      let y = top;
      for (let k = 0; k < 40 && taken.some((o) => Math.abs(o.x - x) < (o.w + width) / 2 && Math.abs(o.y - y) < 15); k++) y = top + (k % 2 ? -1 : 1) * 8 * (k / 2 + 1);
      taken.push({ x, y, w: width });
      c.lineWidth = 4; c.strokeStyle = sheet; c.strokeText(name, x, y);
      c.fillStyle = ink; c.fillText(name, x, y);
    });
    if (chosen >= 0) {
      const [x, y] = map.screen(chosen);
      c.strokeStyle = ink; c.lineWidth = 2;
      c.beginPath(); c.arc(x, y, r + 5, 0, 2 * Math.PI); c.stroke();
    }
  };
  map.ask = () => { if (!map.isDue) { map.isDue = true; requestAnimationFrame(map.draw); } };
  map.zoomBy = (factor, px = map.size / 2, py = map.size / 2) => {
    const before = map.unit();
    map.zoom = Math.min(400, Math.max(0.5, map.zoom * factor));
    const change = 1 / before - 1 / map.unit();
    map.x += (px - map.size / 2) * change; map.y -= (py - map.size / 2) * change;
    map.ask();
  };
  map.move = (dx, dy) => { map.x -= dx / map.unit(); map.y += dy / map.unit(); map.ask(); };
  map.turn = (a, b) => { map.yaw += a; map.pitch += b; project(); map.ask(); };
  map.nearest = (px, py, most) => {
    let best = -1, least = most * most;
    for (let i = 0; i < n; i++) {
      if (hidden.has(labelOf(i))) continue;
      const [x, y] = map.screen(i), d = (x - px) * (x - px) + (y - py) * (y - py);
      if (d < least) { least = d; best = i; }
    }
    return best;
  };
  return map;
});

const askAll = () => maps.forEach((map) => map.ask());
const said = document.getElementById("said"), thumbnail = document.getElementById("thumbnail");
const show = (i) => {
  if (i === chosen || i < 0) return;
  chosen = i;
  said.textContent = "Sample " + (i + 1) + (data.classes.length > 0 ? ", " + data.classes[labelOf(i)] : "");
  const t = data.thumbnails;
  if (thumbnail && t) {
    const c = thumbnail.getContext("2d");
    c.clearRect(0, 0, t.width, t.height);
    if (i < t.count) {
      t.view ??= bytesOf(t.bytes);
      const image = c.createImageData(t.width, t.height), each = Math.ceil((t.width * t.height * t.channels) / 2);
      for (let p = 0; p < t.width * t.height; p++) for (let k = 0; k < 4; k++) {
        const q = p * t.channels + (t.channels === 3 ? k : 0), byte = t.view[i * each + (q >> 1)];
        image.data[4 * p + k] = k === 3 ? 255 : 17 * (q % 2 === 0 ? byte & 15 : byte >> 4);
      }
      c.putImageData(image, 0, 0);
    } else said.textContent += " (no picture: only the first " + t.count + " samples have one here)";
  }
  askAll();
};

for (const map of maps) {
  const { canvas } = map;
  let from = null, pinch = 0;
  const pointers = new Map();
  const place = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); pointers.set(event.pointerId, place(event)); from = place(event); pinch = 0; });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    if (pointers.has(event.pointerId)) pointers.set(event.pointerId, [x, y]);
    if (pointers.size === 2) {
      const [a, b] = [...pointers.values()], apart = Math.hypot(a[0] - b[0], a[1] - b[1]);
      if (pinch > 0) map.zoomBy(apart / pinch, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2);
      pinch = apart;
    } else if (from && pointers.size === 1) {
      if (map.components === 3 && !event.shiftKey) map.turn((x - from[0]) / 120, (y - from[1]) / 120);
      else map.move(x - from[0], y - from[1]);
      from = [x, y];
    } else show(map.nearest(x, y, 14));
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => {
    pointers.delete(event.pointerId); from = null; pinch = 0;
    if (end === "pointerup") show(map.nearest(...place(event), 20));
  });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); map.zoomBy(Math.exp(-event.deltaY / 400), ...place(event)); }, { passive: false });
  const step = (by) => {
    for (let k = 1, i = chosen; k <= data.count; k++) {
      i = (i + by + data.count) % data.count;
      if (!hidden.has(labelOf(i))) { show(i); return; }
    }
  };
  const acts = {
    in: () => map.zoomBy(1.4), out: () => map.zoomBy(1 / 1.4), all: () => { map.home(); map.ask(); }, turn: () => map.turn(0.25, 0),
    left: () => map.move(0.15 * map.size, 0), right: () => map.move(-0.15 * map.size, 0), up: () => map.move(0, 0.15 * map.size), down: () => map.move(0, -0.15 * map.size),
  };
  const keys = { "+": acts.in, "=": acts.in, "-": acts.out, "0": acts.all, ArrowLeft: acts.left, ArrowRight: acts.right, ArrowUp: acts.up, ArrowDown: acts.down, n: () => step(1), p: () => step(-1) };
  canvas.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
    if (!act) return;
    event.preventDefault(); act();
  });
  for (const button of document.querySelectorAll('[data-for="' + map.index + '"] button')) button.addEventListener("click", () => acts[button.dataset.do]());
  new ResizeObserver(map.ask).observe(canvas);
}

const drawKeys = () => {
  for (const key of document.querySelectorAll("canvas[data-key]")) {
    const c = key.getContext("2d"), label = Number(key.dataset.key);
    c.clearRect(0, 0, 36, 36); c.fillStyle = colorOf(label); c.beginPath(); trace(c, shapeOf(label), 18, 18, 11); c.fill();
    c.lineWidth = 1.5; c.strokeStyle = inkOf(document.body); c.stroke();
  }
};
for (const box of document.querySelectorAll("input[data-class]")) box.addEventListener("change", () => {
  const label = Number(box.dataset.class);
  if (box.checked) hidden.delete(label); else hidden.add(label);
  askAll();
});
dark.addEventListener("change", () => { drawKeys(); askAll(); });

const perPage = 25, rows = document.getElementById("rows"), which = document.getElementById("which");
const buttons = { before: document.getElementById("before"), after: document.getElementById("after") };
let first = 0;
const cell = (kind, text, scope) => { const element = document.createElement(kind); element.textContent = text; if (scope) element.scope = scope; return element; };
const words = (element) => { element.className = "words"; return element; };
const head = document.createElement("tr");
head.append(words(cell("th", "Sample", "col")));
if (data.classes.length > 0) head.append(words(cell("th", "Class", "col")));
for (const map of maps) for (const axis of ["x", "y", "z"].slice(0, map.components)) head.append(cell("th", maps.length > 1 ? map.title + ", " + axis : axis, "col"));
rows.tHead.append(head);
const fill = () => {
  const last = Math.min(data.count, first + perPage);
  rows.tBodies[0].replaceChildren(...order.slice(first, last).map((i) => {
    const row = document.createElement("tr");
    row.append(cell("th", String(i + 1), "row"));
    if (data.classes.length > 0) row.append(words(cell("td", data.classes[labelOf(i)])));
    for (const map of maps) for (let axis = 0; axis < map.components; axis++) row.append(cell("td", map.raw[axis][i].toFixed(3).replace("-", "\\u2212")));
    return row;
  }));
  which.textContent = "Samples " + (first + 1) + " to " + last + " of " + data.count;
  buttons.before.disabled = first === 0;
  buttons.after.disabled = last === data.count;
};
buttons.before.addEventListener("click", () => { first = Math.max(0, first - perPage); fill(); });
buttons.after.addEventListener("click", () => { first += perPage; fill(); });
fill(); drawKeys(); askAll();
`;
