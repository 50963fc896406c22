import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confusionChart } from "../../src/plot/confusion-chart.ts";
import { lineChart } from "../../src/plot/line-chart.ts";
import { toSvg } from "../../src/plot/to-svg.ts";
import { reportHtml } from "../../src/report/html.ts";
import { confusion, digits, digitsReport, history, hostileReport, regressionReport } from "../report/sample.ts";
import { launch } from "./browser.ts";

const loss = lineChart({
  title: "Loss",
  description: "It falls.",
  xLabel: "Epoch",
  yLabel: "Cross entropy",
  series: [{ name: "train", points: history.epochs.map((event) => [event.epoch, event.loss]) }],
});
const matrix = confusionChart({ matrix: confusion, classes: digits, title: "Confusion", description: "Few mistakes." });
const files: Readonly<Record<string, string>> = {
  "digits.html": reportHtml(digitsReport),
  "regression.html": reportHtml(regressionReport),
  "hostile.html": reportHtml(hostileReport),
  "loss.svg": toSvg(loss),
  "confusion.svg": toSvg(matrix),
};
const views: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  "320 px": { colorScheme: "light", viewport: { width: 320, height: 640 } },
};

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-report-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Opens a file as a reader would, and afterwards finds nothing said on the console and nothing asked of any server. */
async function open(
  name: string,
  options: BrowserContextOptions,
  action: (page: Page) => Promise<void>,
): Promise<void> {
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

describe.each(["digits.html", "regression.html", "hostile.html"])("%s", (name) => {
  // The pages share their style: one goes through every view, the others through the narrowest.
  const names = name === "digits.html" ? Object.keys(views) : ["320 px"];
  test.each(names)("has no accessibility fault: %s", async (view) => {
    await open(name, views[view]!, async (page) => {
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

describe("digits.html", () => {
  test("its policy lets its own style and pictures through, and nothing else", async () => {
    await open("digits.html", views["light"]!, async (page) => {
      const seen = await page.evaluate(() => ({
        background: getComputedStyle(document.body).backgroundColor,
        line: getComputedStyle(document.querySelector(".series")!).stroke,
        pictures: [...document.images].map((image) => image.complete && image.naturalWidth),
      }));
      expect(seen.background).toBe("rgb(252, 252, 250)");
      expect(seen.line).toBe("rgb(23, 25, 28)");
      expect(seen.pictures).toEqual(Array.from({ length: 18 }, () => 28));
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(folder, "digits.html")).href);
    const isRun = await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.body.append(script);
      document.body.setAttribute("style", "background: red");
      return document.title === "run" || getComputedStyle(document.body).backgroundColor === "rgb(255, 0, 0)";
    });
    await context.close();
    expect(isRun).toBe(false);
  });
  test("is dark on a dark screen and light on paper", async () => {
    await open("digits.html", views["dark"]!, async (page) => {
      const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(await background()).toBe("rgb(18, 22, 28)");
      await page.emulateMedia({ media: "print" });
      expect(await background()).toBe("rgb(252, 252, 250)");
    });
  });
});

test.each(["loss.svg", "confusion.svg"])("%s on its own is readable in both themes", async (name) => {
  for (const [colorScheme, ink] of [
    ["light", "rgb(23, 25, 28)"],
    ["dark", "rgb(233, 235, 238)"],
  ] as const) {
    await open(name, { colorScheme }, async (page) => {
      expect(await page.evaluate(() => getComputedStyle(document.querySelector(".strong")!).fill)).toBe(ink);
    });
  }
});
