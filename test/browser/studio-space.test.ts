import { activationNamed, crossEntropy, dense, type Model, sequential } from "nabla";
import { activationsOf, explain } from "nabla/explain";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { dataOf, type StudioData } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { jobOf } from "../../studio/state/job.ts";
import { toLink } from "../../studio/state/link.ts";
import type { DrawnData, OwnData, Workbench } from "../../studio/state/workbench.ts";
import { figure } from "../../studio/view/figures.ts";
import { coloursOf } from "./colours.ts";
import { faultsOf } from "./faults.ts";
import { soon } from "./soon.ts";
import { studioForTests } from "./studio.ts";

const studio = studioForTests();

const small: Workbench = {
  ...defaultWorkbench,
  data: { ...(defaultWorkbench.data as DrawnData), size: 60 },
  network: {
    ...defaultWorkbench.network,
    layers: [
      { units: 4, activation: "tanh" },
      { units: 3, activation: "softmax" },
    ],
  },
};

const panel = (page: Page, name: "network" | "space"): Locator => page.locator(`[data-panel=${name}]`);

const figureOf = async (page: Page, name: string): Promise<string> =>
  (await page.locator(`[data-figure=${name}]`).textContent())!;

/** Waits until a check holds: views come with the worker's next answer. */
async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never came: ${what}`);
}

const isPainted = (canvas: Locator, least = 3) => until(async () => (await coloursOf(canvas)) >= least, "a picture");

/** The net of a state in Node, with its starting weights. */
function modelOf(state: Workbench, data: StudioData): Model {
  const { model } = jobOf(state, data);
  const layers = model.layers.map(({ kind, settings }) =>
    kind === "dense" ? dense(settings!["units"] as number) : activationNamed(kind),
  );
  return sequential(layers, { input: model.input, seed: model.seed });
}

describe("the panels of network and space", () => {
  test.each([
    { colorScheme: "light" as const, width: 1440, show: "Warped grid" },
    { colorScheme: "dark" as const, width: 1440, show: "Decision" },
    { colorScheme: "light" as const, width: 320, show: "Warped grid" },
  ])("every neuron and the plane are painted, and all can use it: $colorScheme, $width px, $show", async (options) => {
    const { page, context, complaints } = await studio.open({
      hash: await toLink(small),
      ...options,
    });
    for (let unit = 0; unit < 4; unit++) await isPainted(page.locator(`[data-cell="1-${unit}"]`));
    await isPainted(page.locator('[data-cell="0-1"]'));
    await isPainted(page.locator('[data-cell="2-2"]'), 2);
    await isPainted(panel(page, "space").locator("canvas"), 8);
    await soon(() => page.locator(".edge").count()).toBe(2 * 4 + 4 * 3);
    await panel(page, "space").getByText(options.show, { exact: true }).click();
    await isPainted(panel(page, "space").locator("canvas"), 8);
    expect(await faultsOf(page, "[data-panel=network]", "[data-panel=space]")).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(options.width);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a net is built by keys, each change has its words, and undo takes it back", async () => {
    const { page, context } = await studio.open({ hash: await toLink(small) });
    const sum = panel(page, "network").locator(".parameter-sum");
    await soon(() => sum.textContent()).toBe("2·4 + 4 + 4·3 + 3 = 27 parameters");
    await page.getByRole("button", { name: "Add a layer before Output" }).press("Enter");
    await soon(() => sum.textContent()).toBe("2·4 + 4 + 4·4 + 4 + 4·3 + 3 = 47 parameters");
    await page.getByRole("textbox", { name: "Units of Hidden 2" }).fill("64");
    await page.keyboard.press("Enter");
    await soon(() => sum.textContent()).toBe("2·4 + 4 + 4·64 + 64 + 64·3 + 3 = 527 parameters");
    await isPainted(page.locator("canvas.fold"), 4);
    await page.getByRole("combobox", { name: "Activation of Hidden 1" }).selectOption("relu");
    const undo = page.getByRole("button", { name: /^Undo/ });
    await soon(() => undo.getAttribute("aria-label")).toBe("Undo: tanh to relu in hidden 1");
    await undo.press("Enter");
    await soon(() => undo.getAttribute("aria-label")).toBe("Undo: 4 to 64 units in hidden 2");
    await undo.press("Enter");
    await page.getByRole("button", { name: "Remove Hidden 2" }).press("Enter");
    await soon(() => sum.textContent()).toBe("2·4 + 4 + 4·3 + 3 = 27 parameters");
    await context.close();
  });

  test("arrows walk the net and the points, and the numbers are the library's", async () => {
    const { page, context } = await studio.open({ hash: await toLink(small) });
    const data = dataOf(small.data as DrawnData);
    const model = modelOf(small, data);
    await isPainted(page.locator('[data-cell="1-0"]'));
    await page.locator('[data-cell="1-0"]').press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await until(
      async () => (await page.evaluate(() => document.activeElement?.getAttribute("data-cell"))) === "1-2",
      "the focus on neuron 3",
    );
    await soon(() => page.locator(".neuron-name").textContent()).toBe("Hidden 1, neuron 3");

    const plane = panel(page, "space").getByRole("application");
    await plane.press("ArrowRight");
    const number = Number(/On example (\d+)/.exec((await page.locator(".neuron-words").textContent())!)![1]);
    const example = data.trainRows.indexOf(number - 1);
    expect(example).toBeGreaterThan(0);
    const x = Float32Array.from(data.train.x.data.slice(2 * (number - 1), 2 * number));
    const value = (await activationsOf(model, 2, { shape: [2], data: x })).data[2]!;
    await until(async () => (await figureOf(page, "value")) === figure(value), `the value ${figure(value)}`);
    const y = data.train.y!.data[number - 1]!;
    const { parameters } = explain(model, { x, y, loss: crossEntropy }).scalar("dense 1/bias", [2]);
    const delta = figure(parameters[0]!.gradient);
    await until(async () => (await figureOf(page, "gradient")) === delta, `the gradient ${delta}`);
    const told = `Hidden 1, neuron 3, value ${figure(value)}, gradient ${delta}`;
    await until(async () => (await page.locator('[data-cell="1-2"]').getAttribute("aria-label")) === told, told);
    await context.close();
  });

  test("a weight that is typed before the first step belongs to the start, later to the run", async () => {
    const { page, context } = await studio.open({ hash: await toLink(small) });
    const field = page.getByRole("textbox", { name: "Weight from Input, x₁" });
    await field.fill("1.5");
    await field.press("Enter");
    const undo = page.getByRole("button", { name: /^Undo/ });
    await until(async () => (await undo.getAttribute("aria-label")) === "Undo: change a weight", "undo");
    await until(async () => (await field.inputValue()) === "1.50", "the new weight");
    await page.getByRole("button", { name: "One step forward" }).click();
    await until(async () => (await figureOf(page, "epoch")) === "1", "epoch 1");
    await field.fill("-2");
    await field.press("Enter");
    await until(async () => (await field.inputValue()) === "−2.00", "the weight of the run");
    await soon(() => undo.getAttribute("aria-label")).toBe("Undo: change a weight");
    await soon(() => figureOf(page, "epoch")).toBe("1");
    await page.getByRole("button", { name: "Back to the start" }).first().click();
    await until(async () => (await field.inputValue()) === "1.50", "the start's weight");
    await context.close();
  });

  test("tables follow the data, for classes, curves and more columns than two; names are shown as they are", async () => {
    const { page, context, complaints } = await studio.open({ hash: await toLink(small) });
    const space = panel(page, "space");
    await space.locator("summary").click();
    await until(
      async () => /right|wrong/.test((await space.locator("table").textContent())!),
      "what the net has right",
    );
    const before = await space.locator("table").textContent();
    await page.goto(
      `${studio.url}#${await toLink({ ...small, data: { ...(small.data as DrawnData), generator: "moons" }, network: { ...small.network, layers: [...small.network.layers.slice(0, 1), { units: 2, activation: "softmax" }] } })}`,
    );
    await until(async () => (await space.locator("table").textContent()) !== before, "another table");

    const hostile = "<img src=x onerror=alert(1)>";
    const rows = Array.from({ length: 20 }, (_, i) => [i / 20, (i * 7) % 5, i % 3]);
    const own: OwnData = {
      kind: "own",
      name: "own",
      columns: [hostile, "b", "c"],
      rows,
      target: { kind: "classes", names: [hostile, "other"], labels: rows.map((_, i) => i % 2) },
      isStandardized: true,
      validation: 0,
      seed: 1,
    };
    const layers = [small.network.layers[0]!, { units: 2, activation: "softmax" as const }];
    await page.goto(`${studio.url}#${await toLink({ ...small, data: own, network: { ...small.network, layers } })}`);
    await space.getByText("The other numbers are at their mean.").waitFor();
    await soon(() => space.locator(".class-name").first().textContent()).toBe(hostile);
    expect(await page.locator("img").count()).toBe(0);
    await space.getByRole("combobox", { name: "Across" }).selectOption("2");
    await isPainted(space.locator("canvas"), 6);

    const curve = { ...(small.data as DrawnData), generator: "curve-sine" as const };
    await page.goto(
      `${studio.url}#${await toLink({ ...small, data: curve, network: { ...small.network, layers: [small.network.layers[0]!, { units: 1, activation: "linear" }] } })}`,
    );
    await space.getByRole("application", { name: "Curve of the net" }).waitFor();
    await isPainted(space.locator("canvas"), 4);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
