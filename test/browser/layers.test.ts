import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layersHtml } from "../../src/report/html-layers.ts";
import { digitsLayers, hostileLayers, planeLayers } from "../report/layers-sample.ts";
import { launch } from "./browser.ts";

const pages: Readonly<Record<string, string>> = {
  "digits.html": layersHtml(digitsLayers),
  "plane.html": layersHtml(planeLayers),
  "hostile.html": layersHtml(hostileLayers),
};
const views: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  "320 px": { colorScheme: "light", viewport: { width: 320, height: 640 } },
};

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-layers-"));
  for (const [name, text] of Object.entries(pages)) await writeFile(join(folder, name), text);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a page as a reader would, and afterwards finds nothing said on the console and nothing asked of any server. */
async function open(name: string, options: BrowserContextOptions, action: (page: Page) => Promise<void>) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) said.push(`request to ${request.url()}`);
  });
  await page.goto(pathToFileURL(join(folder, name)).href);
  await action(page);
  await context.close();
  expect(said).toEqual([]);
}

describe.each(Object.keys(pages))("the page of units: %s", (name) => {
  // The pages share their style: one goes through every view, the other through the narrowest; the names of the third
  // change no element.
  const seen = name === "digits.html" ? Object.keys(views) : name === "plane.html" ? ["320 px"] : [];
  test.each(seen)("has no accessibility fault: %s", async (view) => {
    await open(name, views[view]!, async (page) => {
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
      });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`),
      ).toEqual([]);
    });
  });
  test("never scrolls sideways, down to 320 px", async () => {
    await open(name, {}, async (page) => {
      for (const width of [320, 375, 600, 800, 1280]) {
        await page.setViewportSize({ width, height: 640 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width} px`).toBe(width);
      }
    });
  });
});

test("pictures are drawn, and their zero is the paper of the theme", async () => {
  for (const view of ["light", "dark"])
    await open("digits.html", views[view]!, async (page) => {
      const seen = await page.evaluate(() => ({
        images: [...document.images].map((image) => image.complete && image.naturalWidth),
        zero: getComputedStyle(document.querySelector(".zero")!).fill,
        sign: getComputedStyle(document.querySelector(".sign")!).stroke,
      }));
      expect(new Set(seen.images)).toEqual(new Set([28]));
      expect(seen.zero).toBe(view === "light" ? "rgb(247, 247, 244)" : "rgb(26, 32, 40)");
      expect(seen.sign).toBe(view === "light" ? "rgb(23, 25, 28)" : "rgb(233, 235, 238)");
      // The pixels of the weights are really there: an even square takes 300 bytes.
      const box = (await page.locator(".pair svg").nth(1).boundingBox())!;
      expect((await page.screenshot({ clip: box })).length).toBeGreaterThan(1500);
    });
});
