import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { faultsOf } from "./faults.ts";
import { soon } from "./soon.ts";
import { studioForTests } from "./studio.ts";

const studio = studioForTests();

async function begin(page: Page, title: RegExp): Promise<void> {
  await page.getByRole("button", { name: "Lessons" }).click();
  await page.getByRole("button", { name: title }).click();
}

/** Types an answer and presses Enter; gives the verdict. */
async function answer(page: Page, question: RegExp, text: string): Promise<string | null> {
  const field = page.getByLabel(question);
  await field.fill(text);
  const verdict = page.locator("form", { has: field }).locator("output");
  // a net that the worker still makes ready has no answers yet: that is said, and one asks again
  await soon(async () => {
    await field.press("Enter");
    return verdict.textContent();
  }).not.toMatch(/not ready/);
  return verdict.textContent();
}

test("a lesson by hand: wrong and right answers, steps taken, and the wild learning rate", async () => {
  const { page, context, complaints } = await studio.open();
  await begin(page, /Begin: The world’s smallest/);
  await page.locator("[data-update]").waitFor();
  expect(await answer(page, /What is the loss of the first point/, "50")).toBe(
    "Not quite. Look at the picture once more.",
  );
  expect(await answer(page, /What is the loss of the first point/, "a lot")).toContain("Type a number");
  expect(await answer(page, /What is the loss of the first point/, "51.005")).toMatch(/^Right\. ½/);
  await page.getByRole("button", { name: "Next step" }).click();
  expect(await answer(page, /What is ∂L\/∂w for the first/, "−101")).toMatch(/^Right\./);
  expect(await answer(page, /What does w become/, "1.01")).toMatch(/^Right\./);
  await page.getByRole("button", { name: "Next step" }).click();
  for (let i = 0; i < 4; i++) await page.getByRole("button", { name: "One step forward" }).click();
  const four = page.getByRole("listitem").filter({ hasText: "Take four steps." });
  await four.getByRole("img", { name: "done", exact: true }).waitFor();
  await page.getByRole("button", { name: "Step 4: Too large a step" }).click();
  await page.getByLabel("Until").waitFor();
  for (let i = 0; i < 3; i++) {
    await page.getByRole("button", { name: "One step forward" }).click();
  }
  const wild = page.getByRole("listitem").filter({ hasText: "beyond 3,000" });
  await wild.getByRole("img", { name: "done", exact: true }).waitFor();
  expect(complaints).toEqual([]);
  await page.getByRole("button", { name: "Open in workbench" }).click();
  await page.locator("[data-panel=network]").waitFor();
  await context.close();
});

test("a lesson from a file, and one that is none", async () => {
  const { page, context, complaints } = await studio.open();
  await page.getByRole("button", { name: "Lessons" }).click();
  const input = page.locator("input[type=file]");
  await input.setInputFiles({
    name: "<b>bad</b>.json",
    mimeType: "application/json",
    buffer: Buffer.from('{"name":1}'),
  });
  await soon(() => page.getByRole("alert").textContent()).toMatch(/<b>bad<\/b>\.json: .*should be/);
  const lesson = {
    name: "mine",
    title: "<i>My</i> lesson",
    aim: "x",
    minutes: 1,
    state: {
      data: { kind: "drawn", generator: "moons", size: 60, noise: 0.1, seed: 1, validation: 0.2 },
      network: { layers: [{ units: 2, activation: "softmax" }], seed: 1 },
    },
    steps: [
      {
        title: "One",
        text: ["Look."],
        focus: "network",
        checks: [{ kind: "answer", words: "How many numbers?", quantity: { of: "parameters" }, within: 0 }],
      },
    ],
  };
  await input.setInputFiles({
    name: "mine.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(lesson)),
  });
  await page.getByText("<i>My</i> lesson").first().waitFor();
  expect(await answer(page, /How many numbers/, "6")).toMatch(/^Right\./);
  expect(complaints).toEqual([]);
  await context.close();
});

test.each([
  ["light", 1440],
  ["dark", 320],
] as const)("axe finds nothing on the list and on a lesson: %s, %i px", async (colorScheme, width) => {
  const { page, context } = await studio.open({ colorScheme, width });
  await page.getByRole("button", { name: "Lessons" }).click();
  await page.getByRole("heading", { name: "Lessons" }).waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.getByRole("button", { name: /Begin: Backprop/ }).click();
  await page.locator("[data-figure=steps]").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(
    0,
  );
  await context.close();
});

test("what a screen reader is given: the bars, and a lesson’s step", async () => {
  const { page, context } = await studio.open();
  await soon(() => page.getByRole("button", { name: "One step forward" }).isEnabled()).toBe(true);
  expect(await page.locator("header").ariaSnapshot()).toMatchInlineSnapshot(`
    "- banner:
      - heading "nabla studio" [level=1]
      - navigation "Screens":
        - button "Workbench"
        - button "Numbers"
        - button "Digits"
        - button "Lessons"
      - button "Nothing to undo" [disabled]
      - button "Nothing to redo" [disabled]
      - button "Colours as the system has them"
      - button "Presenter size"
      - button "Keys"
      - button "Share""
  `);
  expect(await page.getByRole("region", { name: "Training" }).ariaSnapshot()).toMatchInlineSnapshot(`
    "- region "Training":
      - button "Back to the start, with the same weights"
      - button "One step back" [disabled]
      - button "Play"
      - button "One step forward"
      - radiogroup "Step by":
        - radio "example"
        - text: example
        - radio "batch"
        - text: batch
        - radio "epoch" [checked]
        - text: epoch
      - text: Speed
      - slider "Speed": "8"
      - status: full
      - text: Until
      - combobox "Until":
        - option "I pause it" [selected]
        - option "epoch"
        - option "loss below"
        - option "right at least"
      - text: Seed
      - textbox "Seed": "7"
      - button "Another seed"
      - term: Epoch
      - definition: "0"
      - term: Train
      - definition: –
      - term: Validation
      - definition: –"
  `);
  await begin(page, /Begin: A forward pass/);
  await page.locator("[data-figure=steps]").waitFor();
  expect(await page.locator(".lesson-deck > section").first().ariaSnapshot()).toMatchInlineSnapshot(`
    "- region "A neuron adds, then squeezes":
      - paragraph: A forward pass by hand
      - heading "A neuron adds, then squeezes" [level=2]
      - navigation "Steps of the lesson":
        - 'button "Step 1: A neuron adds, then squeezes"': "1"
        - 'button "Step 2: Layer by layer"': "2"
        - 'button "Step 3: What the net says"': "3"
        - 'button "Step 4: Count what is in it"': "4"
      - paragraph: The input is x = (1, −1). The first neuron of layer 1 has the weights 1 and −2 and the bias 1. It adds z = 1·1 + (−2)·(−1) + 1.
      - paragraph: Press the forward button to see each number appear; work it out before you do.
      - list:
        - listitem:
          - img "not yet done"
          - text: What is z of the first neuron in layer 1?
          - 'textbox "Your answer to: What is z of the first neuron in layer 1?"'
          - button "Check"
          - status
        - listitem:
          - img "not yet done"
          - text: The sigmoid is σ(z) = 1 / (1 + e^(−z)). What is a = σ(z)?
          - 'textbox "Your answer to: The sigmoid is σ(z) = 1 / (1 + e^(−z)). What is a = σ(z)?"'
          - button "Check"
          - status
        - listitem:
          - img "not yet done"
          - text: And z of the second neuron, with the weights −1 and 1 and the bias 0?
          - 'textbox "Your answer to: And z of the second neuron, with the weights −1 and 1 and the bias 0?"'
          - button "Check"
          - status
      - button "Back" [disabled]
      - button "Next step"
      - button "Open in workbench"
      - button "All lessons""
  `);
  await context.close();
});
