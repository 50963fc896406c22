import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findDigits } from "../../src/cli/studio-server/digit-files.ts";
import { exportSite } from "../../src/cli/studio-server/export-site.ts";
import { typeOf } from "../../src/cli/studio-server/headers.ts";
import { startServer } from "../../src/cli/studio-server/server.ts";
import { runIn } from "../../src/cli/studio-server/shown-run.ts";
import { appFolder, siteOf } from "../../src/cli/studio-server/site.ts";
import { mnistFolder } from "../cli/pictures.ts";
import { launch } from "./browser.ts";
import { trainNetwork } from "./pages/networks.ts";
import type { TestPage } from "./pages/page.ts";
import { siteFiles } from "./pages/site.ts";

// What the studio's server and its export are to a real browser.

let browser: Browser;
let files: ReadonlyMap<string, string>;
const place = mkdtempSync(join(tmpdir(), "nabla studio "));

beforeAll(async () => {
  files = await siteFiles(); // which builds
  mnistFolder(join(place, "mnist"));
  vi.stubEnv("NABLA_DATA", join(place, "mnist"));
  browser = await launch();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await browser?.close();
  rmSync(place, { recursive: true, force: true });
});

/** Opens an address; gives the page and all that was complained about. */
async function open(url: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() !== "info") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests, close: () => context.close() };
}

const hasStarted = "document.querySelector('#studio main h1')?.textContent !== 'nabla studio'";

describe("the server", () => {
  test("lets a page train in a worker on several threads, and nothing that its policy forbids", async () => {
    const app = join(place, "threads");
    for (const [path, text] of files) {
      const file = join(
        app,
        ...path
          .replace(/^\/page\//, "/")
          .slice(1)
          .split("/"),
      );
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    const server = await startServer(siteOf({ app, digits: undefined, run: undefined }), 0);
    const opened = await open(server.url);
    try {
      const ask = <T>(question: (page: TestPage) => Promise<T>) =>
        opened.page.evaluate(`(${String(question)})(globalThis.testPage)`) as Promise<T>;
      const { weights, start, sharing } = await ask((page) => page.trainInWorker("pictures", 40));
      const cores = await ask(async () => navigator.hardwareConcurrency);
      expect(weights).toEqual((await trainNetwork("pictures", 1)).weights);
      expect(start).toMatchObject({ engine: "wasm", threads: cores });
      expect(sharing).toBeGreaterThanOrEqual(Math.min(2, cores));
      expect(opened.complaints).toEqual([]);
      const refused = await ask(async () => {
        const attempt = (code: () => unknown) => {
          try {
            code();
            return "done";
          } catch (error) {
            return String(error);
          }
        };
        const script = document.createElement("script");
        script.textContent = "globalThis.wasRun = true";
        document.head.append(script);
        const elsewhere = await fetch("http://127.0.0.1:9/").catch(() => "refused");
        await new Promise((resolve) => setTimeout(resolve)); // what asks us is itself let off the policy's rule of eval
        return {
          isInlineRun: "wasRun" in globalThis,
          evaluated: attempt(() => new Function("return 1")()),
          elsewhere,
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        };
      });
      expect(refused).toMatchObject({
        isInlineRun: false,
        evaluated: expect.stringMatching(/^EvalError/),
        elsewhere: "refused",
        workers: 0,
      });
    } finally {
      await opened.close();
      await server.close();
    }
  });

  test("may not be framed, and gives its events to an EventSource", async () => {
    const run = join(place, "run");
    mkdirSync(run);
    const data = { name: "x", shape: [2], classes: ["a"], samples: { train: 1, test: 1 } };
    writeFileSync(join(run, "config.json"), JSON.stringify({ data, train: {} }));
    writeFileSync(join(run, "metrics.jsonl"), '{"kind":"start"}\n{"kind":"done","stopped":"finished"}\n');
    const server = await startServer(siteOf({ app: appFolder(), digits: await findDigits(), run: runIn(run) }), 0);
    const opened = await open(server.url);
    try {
      await opened.page.waitForFunction(hasStarted);
      expect(opened.complaints).toEqual([]);
      expect(opened.requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual([]);
      const told = await opened.page.evaluate(async () => {
        const { run: shown } = (await (await fetch("studio.json")).json()) as {
          readonly run: { readonly events: string };
        };
        const source = new EventSource(shown.events);
        const heard: string[] = [];
        source.onmessage = ({ data }) => heard.push((JSON.parse(data) as { kind: string }).kind);
        source.addEventListener("run", ({ data }) => heard.push((JSON.parse(data) as { name: string }).name));
        await new Promise<void>((resolve) => source.addEventListener("done", () => resolve()));
        source.close();
        return heard;
      });
      expect(told).toEqual(["run", "start", "done"]);
      const isFramed = await opened.page.evaluate(async () => {
        const frame = document.createElement("iframe");
        frame.src = "/";
        await new Promise((resolve) => {
          frame.onload = resolve;
          document.body.append(frame);
        });
        return frame.contentDocument !== null;
      });
      expect(isFramed).toBe(false);
    } finally {
      await opened.close();
      await server.close();
    }
  });
});

describe("an exported studio", () => {
  const target = join(place, "exported");
  beforeAll(async () => {
    await exportSite({ app: appFolder(), digits: await findDigits(), run: undefined }, target);
  });

  test("starts on any web server, at any path, and asks for nothing from elsewhere", async () => {
    const under = "/courses/nets/2026/";
    const server = createServer(({ url = "" }, response) => {
      const name = url.slice(under.length).replace(/[?#].*/, "") || "index.html";
      try {
        if (!url.startsWith(under) || name.includes("..")) throw new Error("elsewhere");
        response.writeHead(200, { "content-type": typeOf(name) }).end(readFileSync(join(target, ...name.split("/"))));
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const opened = await open(`${origin}${under}`);
    try {
      await opened.page.waitForFunction(hasStarted);
      const sizes = await opened.page.evaluate(async () => {
        const { digits } = (await (await fetch("studio.json")).json()) as {
          readonly digits: Readonly<Record<string, { readonly file: string; readonly bytes: number }>>;
        };
        const { file, bytes } = digits["mnist-16x16"]!;
        return [(await (await fetch(file)).arrayBuffer()).byteLength, bytes];
      });
      expect(sizes[0]).toBe(sizes[1]);
      expect(opened.complaints).toEqual([]);
      const outside = opened.requests.filter((url) => !url.startsWith(`${origin}${under}`) && !url.startsWith("data:"));
      expect(outside).toEqual([]);
    } finally {
      await opened.close();
      server.closeAllConnections();
      server.close();
    }
  });

  test("opened as a file, says what to do instead", async () => {
    const { page, close } = await open(pathToFileURL(join(target, "index.html")).href);
    const text = await page.locator("#studio").innerText();
    expect(text).toContain("npx nabla studio");
    await close();
  });
});
