/**
 * nabla in a page's worker: a headless browser, a server on this machine that hands out dist/ with the headers that
 * shared memory asks for, and the same subject as in Node. `openPage` gives what subject.mjs's Subject gives.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { chromium } from "playwright-core";
import { root } from "../scripts/process.mjs";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
];

const worker = `
import { open } from "/bench/subjects/nabla.mjs";
let subject;
async function answer({ ask, task, options, name, values, count }) {
  if (ask === "open") {
    subject = await open(task, options);
    return { about: subject.about };
  }
  if (ask === "judge") return { outputs: Array.from(await subject.predict(count)) };
  const began = performance.now();
  const value = await subject[name](...(values ?? []));
  return { seconds: (performance.now() - began) / 1000, value: value ?? null };
}
onmessage = async ({ data }) => {
  try { postMessage(await answer(data)); } catch (error) { postMessage({ error: String(error?.message ?? error) }); }
};
postMessage("ready");
`;

const page = `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module">
const worker = new Worker("/worker.mjs", { type: "module" });
worker.onerror = (event) => { globalThis.failure = event.message || "the worker did not start"; };
const next = () => new Promise((resolve) => { worker.onmessage = ({ data }) => resolve(data); });
const ready = next();
globalThis.ask = async (request) => {
  await ready;
  const answer = next();
  worker.postMessage(request);
  return answer;
};
globalThis.isLoaded = true;
</script>`;

const types = { html: "text/html", mjs: "text/javascript", js: "text/javascript", bin: "application/octet-stream" };

/** Serves the page, dist/, the subject, and the data files that were registered. */
function serve(files) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const isolation = {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cache-Control": "no-store",
    };
    const send = (type, body) => response.writeHead(200, { ...isolation, "Content-Type": types[type] }).end(body);
    try {
      if (path === "/") send("html", page);
      else if (path === "/worker.mjs") send("mjs", worker);
      else if (files.has(path)) send("bin", readFileSync(files.get(path)));
      else if (/^\/(dist|bench\/subjects)\/[\w./-]+\.m?js$/.test(path) && normalize(path) === path)
        send("js", readFileSync(join(root, path)));
      else response.writeHead(404, isolation).end();
    } catch {
      response.writeHead(404, isolation).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** `browser`: its path; `folder`: where its profile may lie until the end. */
export async function openPage({ browser: executablePath, folder: parent = tmpdir() }) {
  const files = new Map();
  const server = await serve(files);
  const folder = mkdtempSync(join(parent, "browser-"));
  const context = await chromium.launchPersistentContext(folder, { executablePath, args: flags, headless: true });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const tab = context.pages()[0] ?? (await context.newPage());
  await tab.goto(origin);
  await tab.waitForFunction("globalThis.isLoaded");

  async function ask(request, { seconds = 300 } = {}) {
    let sent = request;
    if (request.ask === "open") {
      const { data } = request.task;
      files.set("/data/x.bin", data.x).set("/data/y.bin", data.y);
      const task = { ...request.task, data: { ...data, x: `${origin}/data/x.bin`, y: `${origin}/data/y.bin` } };
      const entries = { index: `${origin}/dist/index.js`, data: `${origin}/dist/data.js` };
      sent = { ...request, task, options: { ...request.options, entries } };
    }
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ error: `no answer within ${seconds} s` }), seconds * 1000);
    });
    const answer = await Promise.race([tab.evaluate((message) => globalThis.ask(message), sent), late]);
    clearTimeout(timer);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }

  return {
    ask,
    call: (name, ...values) => ask({ ask: "call", name, values }),
    close() {
      server.close();
      server.closeAllConnections();
      context
        .close()
        .catch(() => {})
        .then(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    },
  };
}
