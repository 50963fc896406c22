import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { defaultLook, defaultTraining, defaultWorkbench } from "../../studio/state/defaults.ts";
import { toLink } from "../../studio/state/link.ts";
import type { Workbench } from "../../studio/state/workbench.ts";
import { faultsOf } from "./faults.ts";
import { soon } from "./soon.ts";
import { studioForTests } from "./studio.ts";

const studio = studioForTests();

/** Ten epochs a second: a run at full speed would leave axe little of two processors. */
const unhurried: Workbench = { ...defaultWorkbench, training: { ...defaultTraining, speed: 10 } };

/** What axe finds on the whole page, and whether the page can be pushed sideways. */
async function allFaultsOf(page: Page, where: string): Promise<readonly string[]> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  const faults = [...(await faultsOf(page)), ...(overflow > 0 ? [`${overflow} px too wide`] : [])];
  return faults.map((fault) => `${where}: ${fault}`);
}

test.each([
  ["dark", 1440],
  ["light", 320],
] as const)(
  "axe finds nothing while it trains, nor when the page says what went wrong: %s, %i px",
  async (colorScheme, width) => {
    const { page, context } = await studio.open({
      colorScheme,
      width,
      hash: await toLink(unhurried),
    });
    await page.getByRole("button", { name: "Play" }).click();
    const epoch = page.locator("[data-figure=epoch]");
    await soon(async () => Number(await epoch.textContent())).toBeGreaterThan(2);
    expect(await allFaultsOf(page, "workbench")).toEqual([]);
    await page.getByRole("button", { name: "Numbers", exact: true }).click();
    await page.locator("[data-figure=steps]").waitFor();
    expect(await allFaultsOf(page, "numbers")).toEqual([]);
    await context.close();

    const broken = await studio.open({ colorScheme, width, hash: "v1=broken" });
    await broken.page.getByRole("alert").first().waitFor();
    expect(await allFaultsOf(broken.page, "error")).toEqual([]);
    await broken.context.close();
  },
);

/** Of every picture: its name, the sentence that describes it, and the table behind it, opened. */
async function toldPictures(page: Page): Promise<Readonly<Record<string, { summary: string; table: string }>>> {
  const closed = page.locator("main figure:has(canvas) details:not([open]) > summary");
  while ((await closed.count()) > 0) await closed.first().click();
  const told = await page.locator("main figure:has(canvas)").evaluateAll((figures) =>
    figures.map((figure) => {
      const canvas = figure.querySelector("canvas")!;
      const summary = document.getElementById(canvas.getAttribute("aria-describedby") ?? "")?.textContent ?? "";
      // a board whose points stand in a table beside it has none of its own
      const beside = figure.closest("[data-panel]")?.querySelector("table")?.textContent ?? "";
      const table = figure.querySelector("table")?.textContent ?? beside;
      return [canvas.getAttribute("aria-label") ?? "", { summary, table }] as const;
    }),
  );
  return Object.fromEntries(told);
}

test.each([
  ["curve", "map"],
  ["mistakes", "warp"],
  ["function", "map"],
] as const)(
  "every picture has a name, a sentence and a table, which change with the data: %s, %s",
  async (loss, space) => {
    const state: Workbench = {
      ...defaultWorkbench,
      look: {
        ...defaultLook,
        unit: { layer: 1, unit: 0 },
        loss: { ...defaultLook.loss, show: loss },
        space: { ...defaultLook.space, show: space },
      },
    };
    const { page, context, complaints } = await studio.open({ hash: await toLink(state) });
    const oneEpoch = async (): Promise<void> => {
      const epoch = page.locator("[data-figure=epoch]");
      await soon(() => epoch.textContent()).toBe("0");
      await page.getByRole("button", { name: "One step forward" }).click();
      await soon(() => epoch.textContent()).toBe("1");
      await page.waitForTimeout(300);
    };
    await oneEpoch();
    const before = await toldPictures(page);
    expect(Object.keys(before).length).toBeGreaterThan(2);
    for (const [name, { summary, table }] of Object.entries(before)) {
      expect(name).not.toBe("");
      expect(summary, name).not.toBe("");
      expect(table, name).not.toBe("");
    }
    await page.locator("[data-panel=data]").getByRole("button", { name: "Two spirals" }).click();
    await oneEpoch();
    const same = async (): Promise<readonly string[]> => {
      const after = await toldPictures(page);
      return Object.keys(before).filter((name) => (after[name] ?? before[name])!.table === before[name]!.table);
    };
    // the loss as a function is the same for any data
    await soon(same).toEqual(Object.keys(before).filter((name) => name.startsWith("Function")));
    // every neuron's own map is a cell of a grid, and its name says what it shows
    const cells = page.locator("[data-panel=network] canvas[role=gridcell]");
    expect(await cells.count()).toBeGreaterThan(10);
    for (const name of await cells.evaluateAll((list) => list.map((cell) => cell.getAttribute("aria-label"))))
      expect(name).toMatch(/\w/);
    expect(complaints).toEqual([]);
    await context.close();
  },
);
