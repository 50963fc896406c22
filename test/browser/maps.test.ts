import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mapPage } from "../../src/report/map-page.ts";
import { makeThumbnails } from "../../src/report/map-thumbnails.ts";
import { clusters } from "../classic/tables.ts";
import { launch } from "./browser.ts";

const flat = clusters(300, 2, 3, 6);
const deep = clusters(300, 3, 3, 6);
const classes = ["zero", '</script><b id="x">', "\u202eright to left"];
const page = mapPage({
  title: 'Map of "<i>"',
  description: "300 samples.",
  command: "nabla project --name '<script>'",
  maps: [
    { title: "The input", positions: flat.x, facts: [["KL divergence", "1.2"]] },
    { title: "Layer <b>1</b>", positions: deep.x, facts: [] },
  ],
  labels: flat.labels,
  classes,
  thumbnails: makeThumbnails({
    count: 300,
    width: 9,
    height: 8,
    channels: 1,
    pixelsOf: (i) => Array.from({ length: 72 }, (_, k) => (k + i) % 2),
  }),
});

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nabla-maps-"));
  await writeFile(join(folder, "map.html"), page);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(options: BrowserContextOptions, action: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options);
  const opened = await context.newPage();
  const said: string[] = [];
  // the test's own looks at pixels make Chromium give advice
  opened.on("console", (message) => message.text().includes("willReadFrequently") || said.push(message.text()));
  opened.on("pageerror", (error) => said.push(String(error)));
  opened.on("request", (request) => {
    if (!/^(file|data):/.test(request.url())) said.push(`request to ${request.url()}`);
  });
  await opened.goto(pathToFileURL(join(folder, "map.html")).href);
  await opened.waitForTimeout(150);
  await action(opened);
  await context.close();
  expect(said).toEqual([]);
}

const light = { colorScheme: "light", viewport: { width: 1280, height: 900 } } as const;

/** How many different colours a canvas shows, and a sum that changes with the picture. */
const pixels = (opened: Page, selector: string) =>
  opened.evaluate((query) => {
    const canvas = document.querySelector<HTMLCanvasElement>(query)!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set<number>();
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) {
      const color = data[i]! * 65536 + data[i + 1]! * 256 + data[i + 2]!;
      if (data[i + 3]! > 0) colors.add(color);
      sum = (sum * 31 + color + data[i + 3]!) % 1000000007;
    }
    return { colors: colors.size, sum };
  }, selector);

describe("a page of maps", () => {
  test.each([
    ["light", light],
    ["dark", { ...light, colorScheme: "dark" }],
    ["320 px", { colorScheme: "light", viewport: { width: 320, height: 640 } }],
  ] as const)("has no accessibility fault: %s", async (_, view) => {
    await open(view, async (opened) => {
      const { violations } = await new AxeBuilder({ page: opened }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const width = await opened.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBe(view.viewport.width);
    });
  });

  test("draws points of every class; keys, buttons, wheel and drag move it", async () => {
    await open(light, async (opened) => {
      const first = await pixels(opened, '[data-map="0"]');
      expect(first.colors).toBeGreaterThan(20);
      expect((await pixels(opened, '[data-map="1"]')).colors).toBeGreaterThan(20);
      const seen = new Set([first.sum]);
      const changes = async (act: () => Promise<void>) => {
        await act();
        await opened.waitForTimeout(80);
        const { sum } = await pixels(opened, '[data-map="0"]');
        expect(seen.has(sum)).toBe(false);
        seen.add(sum);
      };
      await opened.focus('[data-map="0"]');
      await changes(() => opened.keyboard.press("+"));
      await changes(() => opened.keyboard.press("ArrowLeft"));
      await changes(() => opened.click('[data-for="0"] [data-do="in"]'));
      await opened.hover('[data-map="0"]');
      await changes(() => opened.mouse.wheel(0, -200));
      await changes(async () => {
        await opened.mouse.down();
        await opened.mouse.move(400, 420, { steps: 4 });
        await opened.mouse.up();
      });
      await opened.focus('[data-map="0"]');
      await opened.keyboard.press("0");
      await opened.waitForTimeout(80);
      seen.add((await pixels(opened, '[data-map="0"]')).sum);
      await changes(() => opened.uncheck('input[data-class="1"]'));
      await opened.check('input[data-class="1"]');
    });
  });

  test("tells what lies under the pointer, with its picture, by mouse and by key", async () => {
    await open(light, async (opened) => {
      expect((await pixels(opened, "#thumbnail")).colors).toBe(0);
      await opened.focus('[data-map="0"]');
      await opened.keyboard.press("n");
      expect(await opened.textContent("#said")).toBe("Sample 1, zero");
      expect((await pixels(opened, "#thumbnail")).colors).toBe(2);
      await opened.keyboard.press("n");
      expect(await opened.textContent("#said")).toBe('Sample 2, </script><b id="x">');
      const box = (await opened.locator('[data-map="0"]').boundingBox())!;
      for (let i = 1; i < 40; i++) await opened.mouse.move(box.x + (box.width * i) / 40, box.y + box.height / 2);
      expect(await opened.textContent("#said")).toMatch(/^Sample \d+, /);
    });
  });

  test("has every point in a table, and hostile names as text", async () => {
    await open(light, async (opened) => {
      expect(await opened.textContent("#which")).toBe("Samples 1 to 25 of 300");
      const cells = await opened.locator("#rows tbody tr").nth(1).locator("td").allTextContents();
      expect(cells[0]).toBe('</script><b id="x">');
      expect(cells).toHaveLength(6);
      expect(Number(cells[1]!.replace("−", "-"))).toBeCloseTo(flat.x.data[2]!, 2);
      for (let i = 0; i < 11; i++) await opened.click("#after");
      expect(await opened.textContent("#which")).toBe("Samples 276 to 300 of 300");
      expect(await opened.isDisabled("#after")).toBe(true);
      expect(await opened.locator("#x").count()).toBe(0);
    });
  });

  test("runs no script but its own", async () => {
    const context = await browser.newContext();
    const opened = await context.newPage();
    await opened.goto(pathToFileURL(join(folder, "map.html")).href);
    const isRun = await opened.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.body.append(script);
      return document.title === "run";
    });
    await context.close();
    expect(isRun).toBe(false);
  });
});
