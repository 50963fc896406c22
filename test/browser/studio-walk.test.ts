import { activationNamed, dense, lossNamed, sequential } from "nabla";
import { explain, numberText } from "nabla/explain";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { floatsFromText } from "../../studio/state/base64url.ts";
import { dataOf } from "../../studio/state/data.ts";
import { jobOf, lossOf } from "../../studio/state/job.ts";
import { fromLink } from "../../studio/state/link.ts";
import type { DrawnData } from "../../studio/state/workbench.ts";
import { soon } from "./soon.ts";
import { studioForTests } from "./studio.ts";

// One walk through the studio by somebody who has no pointer.

const studio = studioForTests();

/** Presses Tab until what has the focus is called so; fails where no round of the page comes by it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const called = await page.evaluate(() => {
      const focused = document.activeElement as HTMLElement & { readonly labels?: NodeListOf<HTMLElement> };
      const label = focused.labels?.[0]?.firstElementChild?.textContent || focused.labels?.[0]?.textContent;
      return (focused.getAttribute("aria-label") ?? label ?? focused.textContent ?? "").trim();
    });
    if (name.test(called)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never came to ${name}`);
}

test("by keys alone: a net is built, trained on quadrants, explained, and shared", async () => {
  const { page, context, complaints } = await studio.open();
  await tabTo(page, /^Quadrants/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Add a layer before Output/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Until$/);
  await page.keyboard.type("loss"); // a list goes to the entry that begins with what is typed
  await soon(() => page.getByLabel("Where to stop").inputValue()).toBe("0.1");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("0.02");
  await page.keyboard.press("Enter");
  await tabTo(page, /^Play$/);
  await page.keyboard.press("Enter");
  // it may be done before the button was ever seen to say Pause
  const loss = async (): Promise<number> =>
    Number.parseFloat((await page.locator("[data-figure=loss]").textContent())!);
  await soon(loss).toBeLessThanOrEqual(0.02);
  await page.getByRole("button", { name: "Play" }).waitFor();
  const right = await page.locator("[data-figure=accuracy]").textContent();
  expect(Number.parseFloat(right!)).toBeGreaterThanOrEqual(99);

  // the numbers of one backward pass: back into it, and on again
  await page.keyboard.press("2");
  await page.locator("[data-update]").waitFor();
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowLeft");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
  const chosen = (await page.locator("[data-update]").getAttribute("data-update"))!;
  const shown = page.locator("[data-product=reused] .result .amount");
  await soon(() => shown.textContent()).toBeTruthy();

  await tabTo(page, /^Share$/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Same start$/);
  await page.keyboard.press("ArrowRight");
  const box = page.getByRole("textbox", { name: "Link" });
  await soon(() => box.getAttribute("data-kind")).toBe("moment");
  const state = await fromLink(new URL(await box.inputValue()).hash);
  await page.keyboard.press("Escape");

  // whoever opens the link in Node finds the same gradient
  const [, name, index] = /^(.*) ([\d,]+)$/.exec(chosen)!;
  const data = dataOf(state.data as DrawnData);
  const { model: record } = jobOf(state, data);
  expect(record.layers.filter(({ kind }) => kind === "dense")).toHaveLength(4);
  const model = sequential(
    record.layers.map(({ kind, settings }) =>
      kind === "dense" ? dense(settings!["units"] as number) : activationNamed(kind),
    ),
    { input: record.input, seed: record.seed },
  );
  for (const parameter of model.weights.names())
    model.weights.set(parameter, floatsFromText(state.training.moment!.states[parameter]!)!);
  const row = data.trainRows[state.look.example]!;
  const { x, y } = data.all;
  const told = explain(model, {
    x: x.data.slice(2 * row, 2 * row + 2) as Float32Array,
    y: [y!.data[row]!],
    loss: lossNamed(lossOf(state)),
    learningRate: state.training.learningRate,
  }).scalar(name!, index!.split(",").map(Number));
  const { parameters } = told.toJSON() as {
    readonly parameters: readonly {
      readonly name: string;
      readonly index: readonly number[];
      readonly gradient: number;
    }[];
  };
  const parameter = parameters.find((one) => one.name === name && one.index.join() === index)!;
  await soon(() => shown.textContent()).toBe(numberText(parameter.gradient));
  expect(complaints).toEqual([]);
  await context.close();
});
