import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { defaultLook, defaultWorkbench } from "../../studio/state/defaults.ts";
import { fromLink, toLink } from "../../studio/state/link.ts";
import type { OwnData, Workbench } from "../../studio/state/workbench.ts";
import { coloursOf } from "./colours.ts";
import { faultsOf } from "./faults.ts";
import { soon } from "./soon.ts";
import { studioForTests } from "./studio.ts";

const studio = studioForTests();

const dataPanel = (page: Page): Locator => page.locator("[data-panel=data]");
const lossPanel = (page: Page): Locator => page.locator("[data-panel=loss]");

/** The state as its link has it. */
async function stateOf(page: Page): Promise<Workbench> {
  await page.getByRole("button", { name: "Share" }).click();
  const box = page.getByRole("textbox", { name: "Link" });
  await soon(() => box.inputValue()).toMatch(/#v1=/);
  const link = await box.inputValue();
  await page.keyboard.press("Escape");
  return fromLink(new URL(link).hash);
}

async function ownData(page: Page): Promise<OwnData> {
  const { data } = await stateOf(page);
  if (data.kind !== "own") throw new Error(`the data are ${data.kind}`);
  return data;
}

/** From the start so many epochs on. */
async function epochs(page: Page, most: number): Promise<void> {
  const shown = page.locator("[data-figure=epoch]");
  await soon(() => shown.textContent()).toBe("0");
  for (let i = 0; i < most; i++) await page.getByRole("button", { name: "One step forward" }).click();
  await soon(() => shown.textContent()).toBe(String(most));
}

describe("data", () => {
  test("points are painted, dragged and erased by pointer and by keys; undo takes back one stroke", async () => {
    const { page, context, complaints } = await studio.open();
    const panel = dataPanel(page);
    const board = panel.locator(".board canvas");
    await soon(() => coloursOf(board)).toBeGreaterThan(20);
    await panel.getByRole("button", { name: "Empty board" }).click();
    const box = (await board.boundingBox())!;
    const at = (x: number, y: number): readonly [number, number] => [box.x + x * box.width, box.y + y * box.height];
    await page.mouse.move(...at(0.2, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.8, 0.2), { steps: 8 });
    await page.mouse.up();
    const painted = await ownData(page);
    const strokes = painted.rows.length - 2;
    expect(strokes).toBeGreaterThan(8);
    expect(painted.rows.slice(2).every(([, y]) => y! > 0.3)).toBe(true);

    await panel.getByRole("button", { name: "Choose and drag points" }).click();
    await page.mouse.move(...at(0.125, 0.5)); // (−0.75, 0)
    await page.mouse.down();
    await page.mouse.move(...at(0.5, 0.75), { steps: 4 });
    await page.mouse.up();
    expect((await ownData(page)).rows[0]).toEqual([expect.closeTo(0, 1), expect.closeTo(-0.5, 1)]);

    await panel.getByRole("button", { name: "Erase points" }).click();
    await page.mouse.click(...at(0.5, 0.75));
    expect((await ownData(page)).rows).toHaveLength(strokes + 1);
    for (let i = 0; i < 3; i++) await page.locator("body").press("Control+z");
    expect((await ownData(page)).rows).toHaveLength(2);

    await panel.getByRole("button", { name: "Paint points" }).click();
    await panel.getByRole("button", { name: "B", exact: true }).click();
    await board.focus();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "Enter"]) await page.keyboard.press(key);
    const byKeys = await ownData(page);
    expect(byKeys.rows[2]).toEqual([0, expect.closeTo(0.2, 2)]);
    expect(byKeys.target).toMatchObject({ labels: [0, 1, 1] });
    await board.focus();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Delete");
    expect((await ownData(page)).rows).toHaveLength(2);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("the table has every number, and they can be changed, added and taken away", async () => {
    const { page, context, complaints } = await studio.open();
    const panel = dataPanel(page);
    const numbers = panel.locator(".points tbody");
    const before = await numbers.textContent();
    await panel.getByRole("button", { name: "Two spirals" }).click();
    await soon(() => numbers.textContent()).not.toBe(before);
    await panel.getByRole("button", { name: "Later rows" }).click();
    await panel
      .getByLabel(/^x₁ of row/)
      .first()
      .fill("0.125");
    await page.keyboard.press("Enter");
    const changed = await ownData(page);
    expect(changed.name).toBe("Two spirals, edited");
    expect(changed.rows.some(([x]) => x === 0.125)).toBe(true);
    await panel.getByRole("button", { name: "Add a row" }).click();
    expect((await ownData(page)).rows).toHaveLength(changed.rows.length + 1);
    await panel.getByRole("button", { name: /^Remove row/ }).click();
    expect((await ownData(page)).rows).toHaveLength(changed.rows.length);
    await panel.getByRole("button", { name: "first" }).click();
    await panel.getByLabel("Name of the class").fill("<b>one</b>");
    await page.keyboard.press("Enter");
    await soon(() => panel.getByRole("button", { name: "<b>one</b>" }).count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a table of text: mistakes by row and column, hostile names as they are, a file that is dropped", async () => {
    const { page, context, complaints } = await studio.open();
    const panel = dataPanel(page);
    await panel.getByRole("button", { name: "Paste or drop CSV" }).click();
    const dialog = page.getByRole("dialog");
    const text = dialog.getByRole("textbox");
    await text.fill("height,weight,<i>kind</i>\n1.2,30,cat\n0.4,eight,dog\n");
    expect(await faultsOf(page, "dialog")).toEqual([]);
    await dialog.getByRole("button", { name: "Use these rows" }).click();
    await soon(() => dialog.getByRole("alert").textContent()).toMatch(/"eight" in row 3, column "weight"/);
    await text.fill("height,weight,<i>kind</i>\n1.2,30,<img src=x>\n0.4,8,dog\n0.5,9,dog\n1.3,31,<img src=x>");
    await dialog.getByRole("button", { name: "Use these rows" }).click();
    await soon(() => dialog.count()).toBe(0);
    const own = await ownData(page);
    expect(own).toMatchObject({ name: "Pasted rows", columns: ["height", "weight"], isStandardized: true });
    expect(own.target).toEqual({ kind: "classes", names: ["<img src=x>", "dog"], labels: [0, 1, 1, 0] });
    await soon(() => panel.getByRole("button", { name: "<img src=x>" }).count()).toBe(1);
    expect(await page.locator("img").count()).toBe(0);

    const rows = Array.from({ length: 20_000 }, (_, i) => `${i % 97},${i % 89},${i % 83},${i % 2}`).join("\n");
    const transfer = await page.evaluateHandle((content) => {
      const given = new DataTransfer();
      given.items.add(new File([content], "large.csv", { type: "text/csv" }));
      return given;
    }, `a,b,c,y\n${rows}`);
    await panel.locator(".data-body").dispatchEvent("drop", { dataTransfer: transfer });
    await soon(() => dialog.textContent()).toContain("large.csv");
    await dialog.getByRole("button", { name: "Use these rows" }).click();
    await soon(() => dialog.count()).toBe(0);
    await soon(() => panel.textContent()).toContain("20,000 points, 3 numbers each");
    await panel.locator(".axes select").first().selectOption("2");
    await soon(() => coloursOf(panel.locator(".board canvas"))).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

describe("loss", () => {
  test("curve, examples, mistakes and function are drawn, told and kept in step with the run", async () => {
    const { page, context, complaints } = await studio.open();
    const panel = lossPanel(page);
    const curve = panel.getByRole("img", { name: "Loss by epoch" });
    const bars = panel.getByRole("application", { name: "Every example, worst first" });
    await soon(() => bars.count()).toBe(1);
    await soon(() => coloursOf(bars)).toBeGreaterThan(5);
    const empty = await coloursOf(curve);
    await panel.getByText("Table", { exact: false }).first().click();
    const table = panel.getByRole("region", { name: "Loss by epoch" });
    expect(await table.locator("tbody tr").count()).toBe(0);
    await epochs(page, 3);
    await soon(() => table.locator("tbody tr").count()).toBe(3);
    await soon(() => coloursOf(curve)).toBeGreaterThan(empty);
    const summary = panel.locator("p.spoken", { hasText: "After 3 epochs" });
    await soon(() => summary.count()).toBe(1);

    const [figure, worst] = [page.locator("[data-figure=loss]"), panel.locator(".bars .label").first()];
    const before = [await figure.textContent(), await worst.textContent()];
    await page.getByRole("button", { name: "One step forward" }).click();
    await soon(async () => [await figure.textContent(), await worst.textContent()]).not.toEqual(before);

    await bars.focus();
    await page.keyboard.press("Home");
    const chosen = dataPanel(page).locator("tr[data-chosen] th");
    const first = await chosen.textContent();
    await soon(() => panel.locator("p.spoken", { hasText: `number ${first}, costs` }).count()).toBe(1);
    await page.keyboard.press("ArrowRight");
    await soon(() => chosen.textContent()).not.toBe(first);

    await panel.getByText("Mistakes").click();
    const cells = panel.locator(".confusion td button");
    await soon(() => cells.count()).toBe(9);
    const counts = await cells.evaluateAll((list) =>
      list.map((cell) => Number.parseInt(cell.firstChild!.textContent!, 10)),
    );
    expect(counts.reduce((a, b) => a + b, 0)).toBe(216);
    const most = counts.indexOf(Math.max(...counts.filter((_, i) => i % 4 !== 0)));
    await cells.nth(most).click();
    const listed = panel.locator(".examples tbody tr");
    await soon(() => listed.count()).toBe(Math.min(12, counts[most]!));
    await listed.nth(1).getByRole("button").click();
    await soon(() => chosen.textContent()).toBe(await listed.nth(1).locator("th").textContent());

    await panel.getByText("Function").click();
    const graph = panel.getByRole("img", { name: "Function: crossEntropy" });
    await soon(() => graph.count()).toBe(1);
    await soon(() => coloursOf(graph)).toBeGreaterThan(10);
    await panel.locator(".choice select").last().selectOption("tanh");
    await soon(() => panel.textContent()).toContain("1 − tanh²");
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("every loss that fits trains, with every optimizer; those that do not fit say why", async () => {
    const { page, context, complaints } = await studio.open();
    const panel = lossPanel(page);
    const choice = panel.locator(".training select").first();
    const names = await choice
      .locator("option")
      .evaluateAll((list) => list.map((option) => (option as HTMLOptionElement).value));
    expect(names).toHaveLength(10);
    const figure = page.locator("[data-figure=loss]");
    for (const name of names.filter((name) => name !== "crossEntropy")) {
      await choice.selectOption(name);
      await epochs(page, 1);
      expect(Number(await figure.textContent()), name).toBeGreaterThan(0);
    }
    for (const name of ["sgd", "momentum", "adam", "adagrad", "rmsprop"]) {
      await panel.locator(".training select").nth(1).selectOption(name);
      await epochs(page, 1);
    }
    await dataPanel(page).getByRole("button", { name: "Sine curve" }).click();
    await choice.selectOption("auto");
    const disabled = choice.locator("option:disabled");
    await soon(() => disabled.allTextContents()).toEqual([
      "cross entropy (needs a softmax output)",
      "hinge (needs classes)",
      "multiclass hinge (needs classes)",
    ]);
    await panel.getByRole("slider", { name: "Learning rate" }).press("ArrowRight");
    expect((await stateOf(page)).training.learningRate).toBe(0.02);
    await panel.getByRole("button", { name: "all" }).click();
    expect((await stateOf(page)).training.batchSize).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test.each([
  ["dark", 1440, "mistakes"],
  ["light", 320, "function"],
] as const)("axe finds nothing in the panels: %s, %i px, %s", async (colorScheme, width, show) => {
  const hash = await toLink({ ...defaultWorkbench, look: { ...defaultLook, loss: { ...defaultLook.loss, show } } });
  const { page, context } = await studio.open({ colorScheme, width, hash });
  await epochs(page, 1);
  await page.waitForTimeout(300);
  expect(await faultsOf(page, "[data-panel=data]")).toEqual([]);
  expect(await faultsOf(page, "[data-panel=loss]")).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  await context.close();
});
