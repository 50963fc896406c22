import { MessageChannel } from "node:worker_threads";
import { serveTraining } from "nabla/worker";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch } from "./browser.ts";
import { type NetworkName, networkNames, type Trained, trainNetwork } from "./pages/networks.ts";
import type { TestPage } from "./pages/page.ts";
import { type Headers, openSite, type Site } from "./pages/site.ts";
import { steer } from "./pages/steer.ts";

// The library as a page gets it: the built files, served over HTTP, in a real browser.

const isolation: Headers = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const policies = {
  open: {},
  isolated: isolation,
  withoutWasm: { "content-security-policy": "script-src 'self'" },
  withoutBlobs: {
    ...isolation,
    "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  },
} satisfies Readonly<Record<string, Headers>>;

let browser: Browser;
let site: Site;
/** What Node makes of the same networks, on one thread. */
const expected = new Map<NetworkName, Trained>();

beforeAll(async () => {
  site = await openSite(policies);
  browser = await launch();
  for (const name of networkNames) expected.set(name, await trainNetwork(name, 1));
});

afterAll(async () => {
  await browser?.close();
  site?.close();
});

interface Told {
  /** Errors that nobody caught. */
  readonly uncaught: readonly string[];
  /** Everything on the console. */
  readonly said: readonly string[];
  readonly requests: readonly string[];
}

/** Opens the page of a policy in a fresh context; `action` asks something of it. */
async function visit<T>(
  policy: keyof typeof policies,
  action: (ask: <R>(question: (page: TestPage) => Promise<R>) => Promise<R>) => Promise<T>,
): Promise<Told & { readonly answer: T }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const [uncaught, said, requests] = [[] as string[], [] as string[], [] as string[]];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => uncaught.push(String(error)));
  page.on("request", (request) => requests.push(new URL(request.url()).pathname));
  await page.goto(site.pageOf(policy));
  const answer = await action(
    (question) => page.evaluate(`(${String(question)})(globalThis.testPage)`) as ReturnType<typeof question>,
  );
  await context.close();
  return { answer, uncaught, said, requests };
}

const quiet = { uncaught: [], said: [] };

describe("a page like most", () => {
  test("trains on its main thread and in a worker, on one thread, to Node's bits", async () => {
    const visited = await visit("open", async (ask) => ({
      here: await ask((page) => page.trainHere("tiny")),
      picturesHere: await ask((page) => page.trainHere("pictures")),
      inWorker: await ask((page) => page.trainInWorker("tiny")),
      picturesInWorker: await ask((page) => page.trainInWorker("pictures")),
    }));
    const start = { engine: "wasm", arithmetic: "portable", threads: 1 };
    const tiny = { ...expected.get("tiny"), start };
    const pictures = { ...expected.get("pictures"), start };
    expect(visited).toMatchObject(quiet);
    expect(visited.answer).toEqual({
      here: tiny,
      picturesHere: pictures,
      inWorker: { ...tiny, sharing: 1 },
      picturesInWorker: { ...pictures, sharing: 1 },
    });
  });

  test("importing does nothing but fetch the package's own files", async () => {
    const { answer, requests, ...told } = await visit("open", (ask) => ask((page) => page.importWatched()));
    expect(told).toEqual(quiet);
    expect(answer).toEqual([]);
    const others = requests.filter((path) => !/^\/nabla\/[\w/-]+\.js$/.test(path));
    expect(others.filter((path) => !/^\/open\/(index\.html|page\.js|chunk-\w+\.js)$/.test(path))).toEqual([]);
  });
});

describe("an isolated page", () => {
  test("shares the work in a worker among threads, to the same bits", async () => {
    const visited = await visit("isolated", async (ask) => ({
      cores: await ask(async () => navigator.hardwareConcurrency),
      here: await ask((page) => page.trainHere("pictures")),
      inWorker: await ask((page) => page.trainInWorker("pictures", 40)),
      tiny: await ask((page) => page.trainInWorker("tiny")),
    }));
    expect(visited).toMatchObject(quiet);
    const { cores, here, inWorker, tiny } = visited.answer;
    const { weights, losses } = expected.get("pictures")!;
    expect(here).toMatchObject({ weights, losses, start: { engine: "wasm", threads: 1 } }); // a main thread may not wait
    expect(inWorker).toMatchObject({ weights, losses, start: { engine: "wasm", threads: cores } });
    expect(inWorker.sharing).toBeGreaterThanOrEqual(Math.min(2, cores));
    expect(tiny).toMatchObject({ weights: expected.get("tiny")!.weights, start: { threads: 1 }, sharing: 1 });
  });
});

describe("training off the main thread", () => {
  test("gives Node's bits, with shared memory, without it, and without WebAssembly", async () => {
    const { port1, port2 } = new MessageChannel();
    serveTraining(port2, { views: { sum: () => 0 } });
    const { weights, losses } = await steer(port1);
    for (const policy of ["open", "isolated", "withoutWasm"] as const) {
      const { answer, uncaught } = await visit(policy, (ask) => ask((page) => page.steer()));
      expect(uncaught).toEqual([]);
      expect(answer).toMatchObject({ weights, losses, error: "OPTION" });
      expect(answer.snapshots).toBeGreaterThan(0);
      expect(answer.late).toBe("ENVIRONMENT");
    }
  });
});

describe("a strict content security policy", () => {
  /** The browser itself says on the console what a policy forbade; nothing else may be there. */
  const others = (said: readonly string[]): readonly string[] =>
    said.filter((text) => !text.includes("Content Security Policy"));

  test("without WebAssembly: the plain twins train, to the same bits", async () => {
    const visited = await visit("withoutWasm", async (ask) => ({
      here: await ask((page) => page.trainHere("tiny")),
      inWorker: await ask((page) => page.trainInWorker("tiny")),
    }));
    const start = { engine: "plain", arithmetic: "portable", threads: 1 };
    expect(visited.uncaught).toEqual([]);
    expect(others(visited.said)).toEqual([]);
    const tiny = { ...expected.get("tiny"), start };
    expect(visited.answer).toEqual({ here: tiny, inWorker: { ...tiny, sharing: 0 } });
  });

  test("without workers from blobs: training goes on alone, to the same bits", async () => {
    const visited = await visit("withoutBlobs", (ask) => ask((page) => page.trainInWorker("pictures", 5)));
    expect(visited.uncaught).toEqual([]);
    expect(others(visited.said)).toEqual([]);
    const { weights, losses } = expected.get("pictures")!;
    expect(visited.answer).toMatchObject({ weights, losses, start: { engine: "wasm" }, sharing: 1 });
  });
});
