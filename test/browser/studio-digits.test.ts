import type { Server } from "node:http";
import { dense, relu, sequential, softmax } from "nabla";
import { mnist16, sampleOf, type TrainAndTest } from "nabla/data";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packDigits } from "../../src/cli/studio-server/pack-digits.ts";
import { launch } from "./browser.ts";
import { coloursOf } from "./colours.ts";
import { faultsOf } from "./faults.ts";
import { soon } from "./soon.ts";
import { openStudio, serveStudio } from "./studio.ts";

type Served = { readonly url: string; readonly server: Server };

let browser: Browser;
let bare: Served;
let served: Served;
let digits: TrainAndTest;
/** Of one set of few pictures, which a net learns in a second. */
const manifest = (run: object | null = null) =>
  JSON.stringify({ format: 1, digits: { "mnist-16x16": { file: "data/ink.bin", bytes: 90_000 } }, run });

beforeAll(async () => {
  browser = await launch();
  const { train, test: judge } = await mnist16();
  digits = { train: train.take(2500), test: judge.take(300) };
  bare = await serveStudio();
  served = await serveStudio({ files: { "studio.json": () => manifest(), "data/ink.bin": packDigits(digits) } });
});

afterAll(async () => {
  await browser?.close();
  bare?.server.close();
  served?.server.close();
});

async function openDigits(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Digits", exact: true }).click();
  await page.getByRole("button", { name: "Open 16 × 16 ink" }).click();
  await page.locator("[data-figure=test-accuracy]", { hasText: "%" }).waitFor();
}

/** How many shades are on a canvas. */
const shadesOf = (page: Page, name: string): Promise<number> => coloursOf(page.getByRole("img", { name, exact: true }));

const shares = (page: Page): Promise<readonly string[]> => page.locator("output[data-digit]").allTextContents();

describe("digits", () => {
  test("are learned, drawn, judged and looked into", async () => {
    const { page, context, complaints } = await openStudio(browser, served.url);
    await openDigits(page);
    for (let epoch = 1; epoch <= 4; epoch++) {
      await page.getByRole("button", { name: "One step forward" }).click();
      await page.locator("[data-figure=epoch]", { hasText: new RegExp(`^${epoch}$`) }).waitFor();
    }
    await page.waitForFunction(
      () => Number.parseFloat(document.querySelector("[data-figure=test-accuracy]")!.textContent!) > 60,
    );

    // a picture of the test set: the shares are those of ten digits
    await page.getByRole("button", { name: "Test picture 0, a 7" }).click();
    await page.locator("[data-figure=said]", { hasText: "7" }).waitFor();
    const sum = (await shares(page)).reduce((total, share) => total + Number(share), 0);
    expect(sum).toBeCloseTo(1, 2);
    for (const name of ["Ink pad", "What the net sees", "Weights of each neuron as a picture", "The template"])
      expect(await shadesOf(page, name), name).toBeGreaterThan(name.startsWith("W") && name.includes("sees") ? 1 : 2);

    // its score is the sum that is written beside it
    const number = async (selector: string) =>
      Number((await page.locator(selector).first().textContent())!.replace("−", "-").replace("+", ""));
    const score = await number("[data-figure=score]");
    const parts = [
      await number(".digit-sums .pos"),
      await number(".digit-sums .neg"),
      await number("[data-figure=bias]"),
    ];
    expect(parts[0]! + parts[1]! + parts[2]!).toBeCloseTo(score, 1);

    // a cell of the confusion matrix leads to its pictures, a picture to the pad
    const cell = page.locator(".digit-confusion button:enabled[data-right=false]").first();
    const [, times, digit, said] = /^(\d+) times (\d) was called (\d)/.exec((await cell.getAttribute("aria-label"))!)!;
    await cell.click();
    await page.getByRole("heading", { name: `${digit} called ${said}` }).waitFor();
    const pictures = page.locator(".digit-gallery button:enabled");
    await pictures.first().waitFor();
    await soon(() => pictures.count()).toBe(Math.min(24, Number(times)));
    await pictures.first().click();
    await page.locator("[data-figure=said]", { hasText: said! }).waitFor();

    // occlusion
    await page.locator("label", { hasText: "occlusion" }).click();
    await page.getByRole("img", { name: "Occlusion map" }).waitFor();
    await page.waitForFunction(() => /loses while a patch/.test(document.body.textContent ?? ""));

    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await faultsOf(page), scheme).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("are drawn by keys, and the table says what is drawn", async () => {
    const { page, context } = await openStudio(browser, served.url, { width: 320 });
    await openDigits(page);
    const pad = page.getByRole("grid", { name: "Ink pad" });
    await pad.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await soon(() => page.getByRole("gridcell").getAttribute("aria-label")).toBe("Row 13, column 9, ink");
    await page.waitForFunction(() => document.querySelector("[data-figure=said]")!.textContent !== "–");
    const summary = await page.getByText(/of 256 pixels have ink/).textContent();
    expect(summary).toContain("6 of 256 pixels have ink");
    await page.locator("figure", { has: pad }).locator("summary").click();
    const inked = page.locator("figure", { has: pad }).locator("tbody td:not(:first-child)", { hasText: /^1$/ });
    await soon(() => inked.count()).toBe(6);
    await pad.focus();
    await page.keyboard.press("Delete");
    await soon(() => inked.count()).toBe(5);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole("button", { name: "Clear" }).click();
    await soon(() => inked.count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await context.close();
  });

  test("say what to do where there are none", async () => {
    const { page, context } = await openStudio(browser, bare.url);
    await page.getByRole("button", { name: "Digits", exact: true }).click();
    await page.getByText("The pictures of digits are not here").waitFor();
    await soon(() => page.getByRole("button", { name: "Open 28 × 28" }).isDisabled()).toBe(true);
    await context.close();
  });
});

describe("a run of the server", () => {
  test("is shown while it trains, and opened with its weights when it is done", async () => {
    const model = sequential([dense(20), relu, dense(10), softmax], { input: 256, seed: 5 });
    await model.fit(digits.train, { epochs: 2, batchSize: 50 }).done;
    const bytes = await model.toBytes();
    let asked = 0;
    const run = (isLive: boolean) => ({
      name: "2026-<b>run</b>",
      isLive,
      state: isLive ? "running" : "finished",
      files: { config: "run/config.json", model: "run/model.nabla", report: "run/report.html" },
      events: "run/events",
    });
    const events = [
      `event: run\ndata: ${JSON.stringify(run(true))}`,
      `data: {"kind":"start","epochs":5}`,
      `data: {"kind":"step","epoch":3,"step":90,"loss":0.5}`,
      `data: {"kind":"epoch","epoch":3,"loss":0.2,"metrics":{"accuracy":0.974}}`,
      `data: {"kind":"done","test":{"accuracy":0.93}}`,
      `event: done\ndata: {"state":"finished"}`,
    ];
    const live = await serveStudio({
      files: {
        // live when the page opens, done when it asks again
        "studio.json": () => manifest(run(asked++ === 0)),
        "data/ink.bin": packDigits(digits),
        "run/config.json": () => JSON.stringify({ train: { batchSize: 50 }, data: { name: "mnist-16x16" } }),
        "run/model.nabla": bytes,
        "run/events": () => `retry: 1000\n\n${events.join("\n\n")}\n\n`,
      },
    });
    const { page, context, complaints } = await openStudio(browser, live.url);
    await page.getByRole("grid", { name: "Ink pad" }).waitFor();
    await page.getByRole("button", { name: "Test picture 0, a 7" }).click();
    const answer = await model.predict(sampleOf(digits.test, 0).data);
    await soon(() => shares(page)).toEqual([...answer.data].map((share) => share.toFixed(4)));
    // undo gives back what was there before the run
    await page.getByRole("button", { name: /^Undo: open the run 2026-<b>run/ }).click();
    await page.getByRole("grid", { name: "Ink pad" }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
    await context.close();
    live.server.close();
  });
});
