import { readdirSync, readFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { activationNamed, crossEntropy, dense, optimizerNamed, sequential } from "nabla";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { floatsFromText } from "../../studio/state/base64url.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { jobOf } from "../../studio/state/job.ts";
import { fromLink, toLink } from "../../studio/state/link.ts";
import type { DrawnData, Workbench } from "../../studio/state/workbench.ts";
import { launch } from "./browser.ts";
import { soon } from "./soon.ts";
import { openStudio, serveStudio } from "./studio.ts";

let browser: Browser;
let plain: { readonly url: string; readonly server: Server };
let isolated: typeof plain;

beforeAll(async () => {
  browser = await launch();
  plain = await serveStudio();
  isolated = await serveStudio({ isIsolated: true });
});

afterAll(async () => {
  await browser?.close();
  plain?.server.close();
  isolated?.server.close();
});

/** The link that the Share dialog offers. */
async function sharedLink(page: Page, kind: "Same start" | "This moment"): Promise<Workbench> {
  await page.getByRole("button", { name: "Share" }).click();
  await page.locator("dialog label", { hasText: kind }).click();
  const box = page.getByRole("textbox", { name: "Link" });
  await page.waitForFunction(
    (wanted) => {
      const text = document.querySelector<HTMLTextAreaElement>("dialog textarea")?.value ?? "";
      return (
        text.startsWith("http") &&
        document.querySelector<HTMLTextAreaElement>("dialog textarea")!.dataset["kind"] === wanted
      );
    },
    kind === "This moment" ? "moment" : "start",
  );
  const link = await box.inputValue();
  await page.keyboard.press("Escape");
  return fromLink(new URL(link).hash);
}

/** Weights after so many steps in Node, of the net that a state describes. */
async function weightsInNode(state: Workbench, epochs: number): Promise<Readonly<Record<string, Float32Array>>> {
  const data = dataOf(state.data as DrawnData);
  const { model: record, optimizer, batchSize, seed } = jobOf(state, data);
  const layers = record.layers.map(({ kind, settings }) =>
    kind === "dense" ? dense(settings!["units"] as number) : activationNamed(kind),
  );
  const model = sequential(layers, { input: record.input, seed: record.seed });
  const { kind, ...settings } = optimizer;
  await model.fit(data.train, {
    loss: crossEntropy,
    optimizer: optimizerNamed(kind, settings),
    batchSize,
    seed,
    epochs,
  }).done;
  return Object.fromEntries(model.weights.names().map((name) => [name, model.weights.get(name).data]));
}

const momentWeights = (state: Workbench): Readonly<Record<string, Float32Array>> =>
  Object.fromEntries(
    Object.entries(state.training.moment!.states).map(([name, text]) => [name, floatsFromText(text)!]),
  );

describe("the frame", () => {
  test("undo and redo by keys, panels that close and come back, keys that can be switched off", async () => {
    const { page, context } = await openStudio(browser, plain.url);
    const seed = page.getByLabel("Seed", { exact: true });
    await seed.fill("12");
    await seed.press("Enter");
    await page.locator("body").press("Control+z");
    await soon(() => seed.inputValue()).toBe("7");
    await page.locator("body").press("Control+Shift+z");
    await soon(() => seed.inputValue()).toBe("12");
    await page.locator("[data-panel=data]").hover();
    await page.getByRole("button", { name: "Close Data" }).click();
    await soon(() => page.locator("[data-panel=data]").count()).toBe(0);
    await page.getByRole("button", { name: "Open Data" }).click();
    await soon(() => page.locator("[data-panel=data]").count()).toBe(1);
    await page.locator("[data-panel=loss]").hover();
    await page.getByRole("button", { name: "Maximise Loss" }).click();
    await soon(() => page.locator("[data-panel]").count()).toBe(1);
    await page.getByRole("button", { name: "Loss back to its place" }).click();
    await soon(() => page.locator("[data-panel]").count()).toBe(4);
    await page.locator("body").press("d");
    await soon(() => page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.locator("body").press("?");
    await page.getByLabel("Single keys work").uncheck();
    await page.keyboard.press("Escape");
    await page.locator("body").press("d");
    await soon(() => page.locator("html").getAttribute("data-theme")).toBe("dark");
    await context.close();
  });
});

describe("links", () => {
  test.each([
    ["without shared memory", () => plain.url, false],
    ["with shared memory", () => isolated.url, true],
  ] as const)("link → same state → same bits after 110 steps, %s", async (_, url, hasSharedMemory) => {
    const state: Workbench = {
      ...defaultWorkbench,
      data: { kind: "drawn", generator: "moons", size: 125, noise: 0.1, seed: 4, validation: 0.2 },
      network: {
        ...defaultWorkbench.network,
        layers: [
          { units: 5, activation: "relu" },
          { units: 2, activation: "softmax" },
        ],
      },
      training: { ...defaultWorkbench.training, until: { kind: "epoch", value: 11 } },
    };
    const { page, context, complaints } = await openStudio(browser, url(), { hash: await toLink(state) });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(hasSharedMemory);
    await page.getByRole("button", { name: "Play" }).click();
    await soon(() => page.locator("[data-figure=epoch]").textContent()).toBe("11");
    const back = await sharedLink(page, "This moment");
    expect({ ...back, training: { ...back.training, moment: null } }).toEqual(state);
    expect(back.training.moment!.step).toBe(110);
    const inNode = await weightsInNode(state, 11);
    const inPage = momentWeights(back);
    for (const [name, values] of Object.entries(inNode)) expect(inPage[name], name).toEqual(values);

    // the moment, opened in another tab, goes on to the very bits of a run that was never cut
    const second = await openStudio(browser, url(), {
      hash: await toLink({ ...back, training: { ...back.training, until: { kind: "epoch", value: 20 } } }),
    });
    await soon(() => second.page.locator("[data-figure=epoch]").textContent()).toBe("11");
    await second.page.getByRole("button", { name: "Play" }).click();
    await soon(() => second.page.locator("[data-figure=epoch]").textContent()).toBe("20");
    const later = momentWeights(await sharedLink(second.page, "This moment"));
    for (const [name, values] of Object.entries(await weightsInNode(state, 20)))
      expect(later[name], name).toEqual(values);
    expect(momentWeights(await sharedLink(page, "This moment")), "the first tab stands where it stood").toEqual(inPage);
    expect(complaints).toEqual([]);
    await context.close();
    await second.context.close();
  });

  test.each([
    ["broken", "v1=AAAA"],
    ["of another kind", "section-2"],
    ["with a name of a generator that is none", null],
  ])("a link that is %s: a sentence, and the usual start", async (_, hash) => {
    const bad =
      hash ??
      (await toLink({
        ...defaultWorkbench,
        data: { ...(defaultWorkbench.data as DrawnData), generator: "<img src=x>" as never },
      }));
    const { page, context, complaints } = await openStudio(browser, plain.url, { hash: bad });
    await soon(() => page.getByRole("alert").first().textContent()).toMatch(/link|data\.generator/);
    await soon(() => page.locator("[data-panel]").count()).toBe(4);
    await page.getByRole("button", { name: "Go on" }).click();
    await soon(() => page.getByRole("alert").count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe("workers", () => {
  test("a tab that is closed leaves none", async () => {
    const session = await browser.newBrowserCDPSession();
    const workers = async (): Promise<number> =>
      ((await session.send("Target.getTargets")) as { targetInfos: { type: string }[] }).targetInfos.filter(
        ({ type }) => /worker/.test(type),
      ).length;
    const before = await workers();
    const { page, context } = await openStudio(browser, isolated.url);
    await page.getByRole("button", { name: "Play" }).click();
    await soon(() => page.workers().length).toBeGreaterThan(0);
    await context.close();
    await soon(workers).toBe(before);
  });

  test("divergence stops training, and one click goes back to the last finite state", async () => {
    const state: Workbench = {
      ...defaultWorkbench,
      data: { kind: "drawn", generator: "curve-sine", size: 40, noise: 0, seed: 1, validation: 0 },
      network: {
        ...defaultWorkbench.network,
        layers: [
          { units: 8, activation: "relu" },
          { units: 1, activation: "linear" },
        ],
      },
      training: { ...defaultWorkbench.training, optimizer: "sgd", learningRate: 900 },
    };
    const { page, context } = await openStudio(browser, plain.url, { hash: await toLink(state) });
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByRole("button", { name: "Back to the last finite state" }).click({ timeout: 10_000 });
    await soon(() => page.getByRole("alert").count()).toBe(0);
    const moment = momentWeights(await sharedLink(page, "This moment"));
    for (const values of Object.values(moment)) expect(values.every(Number.isFinite)).toBe(true);
    await context.close();
  });
});

describe("size", () => {
  const folder = fileURLToPath(new URL("../../dist/studio", import.meta.url));
  const zipped = (file: string): number => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length;

  test("the first load is at most 90 KB, all screens at most 300 KB, the worker apart", async () => {
    const { page, context } = await openStudio(browser, plain.url);
    const loaded = await page.evaluate(() =>
      performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname),
    );
    const first = [
      "index.html",
      ...loaded
        .map((path) => path.replace("/deep/path/", ""))
        .filter((path) => /\.(js|css)$/.test(path) && !path.startsWith("worker")),
    ];
    const firstBytes = [...new Set(first)].reduce((sum, file) => sum + zipped(file), 0);
    expect(first).toContain("main.js");
    expect(firstBytes).toBeLessThanOrEqual(90_000);
    const all = [
      "index.html",
      "main.js",
      "main.css",
      ...readdirSync(join(folder, "chunks")).map((file) => `chunks/${file}`),
    ];
    expect(all.reduce((sum, file) => sum + zipped(file), 0)).toBeLessThanOrEqual(300_000);
    await context.close();
  });
});
