import fc from "fast-check";
import {
  dataset,
  dense,
  halfSquared,
  leakyRelu,
  lossNamed,
  type Model,
  relu,
  sequential,
  sigmoid,
  softmax,
  tanh,
} from "nabla";
import { builtIn, builtIns, explain, numberText } from "nabla/explain";
import { expect, test } from "vitest";
import { paths, reuses, telling } from "../../studio/panels/numbers/derivation.ts";
import { savingsOf } from "../../studio/panels/numbers/savings.ts";
import { sceneOf, sizes } from "../../studio/panels/numbers/scene.ts";
import {
  endOf,
  nextPosition,
  phaseAt,
  previousPosition,
  shownAt,
  spokenSteps,
  stepsOf,
} from "../../studio/panels/numbers/steps.ts";
import { checkedWorkbench } from "../../studio/state/check.ts";
import { lecturePresets } from "../../studio/state/presets.ts";
import { numbersSteps } from "../../studio/state/workbench.ts";
import { check } from "../../studio/worker/views/check.ts";
import type { Explained } from "../../studio/worker/views/explained.ts";
import { explanation } from "../../studio/worker/views/explanation.ts";

const lecture = builtIn("lecture");
const args = { example: 0, loss: "halfSquared", learningRate: 0.1, reduction: "mean" } as const;
const lectureSession = () => ({ model: lecture.model(), data: dataset([lecture.x], [lecture.y]) });
const lectureExplained = (): Explained => structuredClone(explanation(lectureSession(), args));

/** Nets of every activation, small enough to be told number by number, with an example. */
const anyExplained: fc.Arbitrary<{ readonly explained: Explained; readonly model: Model }> = fc
  .record({
    input: fc.integer({ min: 1, max: 3 }),
    hidden: fc.array(
      fc.tuple(fc.integer({ min: 1, max: 3 }), fc.constantFrom(sigmoid, tanh, relu, leakyRelu(), undefined)),
      { maxLength: 2 },
    ),
    output: fc.integer({ min: 2, max: 3 }),
    isClassifier: fc.boolean(),
    l2: fc.constantFrom(0, 0.1),
    seed: fc.nat(1000),
    x: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ input, hidden, output, isClassifier, l2, seed, x }) => {
    const layerOf = (units: number) => dense(units, { l2 });
    const body = hidden.flatMap(([units, activation]) =>
      activation ? [layerOf(units), activation] : [layerOf(units)],
    );
    const model = sequential([...body, layerOf(output), ...(isClassifier ? [softmax] : [])], { input, seed });
    const y = isClassifier ? [seed % output] : [Array.from({ length: output }, (_, i) => x[i]!)];
    const names = Array.from({ length: output }, (_, i) => `class ${i}`);
    const data = isClassifier
      ? dataset([x.slice(0, input)], Int32Array.from(y as number[]), { classes: names })
      : dataset([x.slice(0, input)], y);
    const loss = isClassifier ? "crossEntropy" : "halfSquared";
    return { explained: structuredClone(explanation({ model, data }, { ...args, loss })), model };
  });

test("the test vector of the lecture's net is read off to the digits", () => {
  const { nodes, about, multiplications } = lectureExplained();
  const gradient = (symbol: string) => nodes.find((node) => node.symbol.text === symbol)!.gradient!;
  const rounded = (symbols: readonly string[]) =>
    symbols.map((symbol) => numberText(Number(gradient(symbol).toFixed(6))));
  expect(numberText(about.lossBefore)).toBe("0.416798");
  expect(rounded(["z³₁", "z³₂"])).toEqual(["−0.090277", "0.117468"]);
  expect(rounded(["z²₁", "z²₂"])).toEqual(["−0.045763", "0.055161"]);
  expect(rounded(["z¹₁", "z¹₂"])).toEqual(["−0.003565", "−0.000987"]);
  expect(multiplications).toEqual({ expanded: 190, reused: 26 });
});

test("every step is spoken with the words of `explain --format text`, and none is left out", () => {
  const explained = lectureExplained();
  const text = explain(lecture.model(), { x: lecture.x, y: lecture.y, loss: halfSquared }).toText({ columns: 100_000 });
  const lines = new Set(text.split("\n"));
  const steps = stepsOf(explained);
  for (const step of steps) {
    const spoken = spokenSteps(explained, [step]);
    if (step.kind === "gradient" && explained.nodes[step.node]!.role === "loss") continue; // ∂L/∂L = 1 is not told
    expect(lines, spoken).toContain(spoken);
  }
  expect(lines).toContain(explained.sentences.result);
  // 13 values and losses, as many gradients, and 18 weights with theirs
  expect(steps.length).toBe(13 + 13 + 18 + 18);
});

test("numbers are written as the derivations write them", () => {
  const text = explain(lecture.model(), { x: lecture.x, y: lecture.y, loss: halfSquared }).toText({ columns: 100_000 });
  const { nodes, parameters } = lectureExplained();
  for (const { value, role } of nodes) if (role === "value") expect(text).toContain(` = ${numberText(value)}\n`);
  for (const { after } of parameters) expect(text).toContain(` = ${numberText(after)}\n`);
  expect([0.00356516, 1e-9, -3.998699, 1234.5678, Number.NaN, Number.NEGATIVE_INFINITY].map(numberText)).toEqual([
    "0.00356516",
    "1e−9",
    "−3.998699",
    "1234.568",
    "not a number",
    "−∞",
  ]);
});

test("for any net: steps forward and back meet, no value comes before what it is made of, and all numbers come", () => {
  fc.assert(
    fc.property(anyExplained, fc.constantFrom(...numbersSteps), ({ explained }, by) => {
      const steps = stepsOf(explained);
      let position = 0;
      const places = [0];
      while (position < steps.length) {
        const next = nextPosition(steps, position, by);
        expect(next).toBeGreaterThan(position);
        expect(previousPosition(steps, next, by)).toBe(position);
        position = next;
        places.push(next);
      }
      const { values, gradients, afters } = shownAt(explained, steps, position, by);
      expect(values.size).toBe(explained.nodes.length);
      expect(gradients.size).toBe(explained.nodes.filter(({ gradient }) => gradient !== undefined).length);
      expect(afters.size).toBe(explained.parameters.length);
      const seen = new Set<number>();
      for (const { kind, node } of steps) {
        if (kind !== "gradient") continue;
        for (const edge of explained.nodes[node]!.edges) expect(seen.has(explained.edges[edge]!.parent)).toBe(true);
        seen.add(node);
      }
      expect(phaseAt(steps, 0)).toBe("predict");
      expect(phaseAt(steps, endOf(steps, "loss"))).toBe("loss");
      expect(phaseAt(steps, endOf(steps, "backpropagate"))).toBe("backpropagate");
      expect(endOf(steps, "update")).toBe(steps.length);
    }),
    { numRuns: 25, seed: 1 },
  );
});

test("for any net: what is told with re-use and every path add up to the gradient", () => {
  const value = (factors: readonly { readonly value: number }[]) => factors.reduce((all, one) => all * one.value, 1);
  fc.assert(
    fc.property(anyExplained, ({ explained }) => {
      const near = (a: number, b: number) =>
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(b)));
      for (const { node, gradient } of explained.parameters) {
        const told = telling(explained, node);
        const sum = told.terms.length === 0 ? 1 : told.terms.reduce((all, term) => all + value(term), 0);
        near(sum * value(told.chain), gradient);
        near(
          paths(explained, node)!.reduce((all, path) => all + value(path.factors), 0),
          gradient,
        );
      }
      const rows = savingsOf(explained);
      const total = (key: "expanded" | "reused") => rows.reduce((all, row) => all + row[key], 0);
      expect({ expanded: total("expanded"), reused: total("reused") }).toEqual(explained.multiplications);
      for (const { usedIn, node } of reuses(explained)) expect(usedIn.length).toBe(explained.nodes[node]!.uses);
    }),
    { numRuns: 25, seed: 2 },
  );
});

test("for any net: every number has a place of its own, and no two boxes or rows lie on each other", () => {
  fc.assert(
    fc.property(anyExplained, ({ explained }) => {
      const { boxes, lines, width, height } = sceneOf(explained);
      const rows = boxes.flatMap((box) => box.rows);
      const placed = [...boxes, ...rows].map(({ node }) => node).filter((node) => node !== undefined);
      const wanted = explained.nodes.filter(({ role }) => role !== "target").map(({ id }) => id);
      expect([...placed].sort((a, b) => a - b)).toEqual(wanted);
      const areas = [
        ...boxes.map(({ x, y }) => ({ x, y, w: sizes.box, h: 2 * sizes.half })),
        ...rows.map(({ x, y }) => ({ x, y, w: sizes.ledger, h: sizes.row })),
      ];
      areas.forEach((a, i) => {
        expect(a.x >= 0 && a.y >= 0 && a.x + a.w <= width && a.y + a.h <= height).toBe(true);
        for (const b of areas.slice(i + 1))
          expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true);
      });
      const drawn = new Set([...lines.flatMap(({ edges }) => edges), ...rows.flatMap(({ own }) => own ?? [])]);
      const { nodes, edges } = explained;
      // weight decay reads weights right into the loss: that is told, and not drawn across the graph
      const isDecay = ({ parent, child }: (typeof edges)[number]) =>
        nodes[parent]!.role === "loss" && nodes[child]!.role === "parameter";
      expect(drawn.size).toBe(edges.filter((edge) => !isDecay(edge)).length);
      for (const { x1, x2 } of lines) expect(x2).toBeGreaterThan(x1);
    }),
    { numRuns: 40, seed: 3 },
  );
});

test("one number of a net that is too large for all is told and drawn number by number", () => {
  const model = sequential([dense(20), tanh, dense(10), softmax], { input: 30, seed: 1 });
  const x = Array.from({ length: 30 }, (_, i) => Math.sin(i));
  const session = { model, data: dataset([x], Int32Array.of(3), { classes: [..."abcdefghij"] }) };
  const wanted = { ...args, loss: "crossEntropy" };
  expect(explanation(session, wanted).level).toBe("tensor");
  const one = explanation(session, { ...wanted, only: { name: "dense 1/weight", index: [2, 5] } });
  expect(one.level).toBe("scalar");
  const scene = sceneOf(one);
  expect(scene.boxes.filter(({ node }) => node === undefined).map(({ value }) => value)).toEqual([Math.fround(x[5]!)]);
  const steps = stepsOf(one);
  expect(steps.filter(({ kind }) => kind === "after").length).toBe(1);
  expect(spokenSteps(one, steps.slice(-1))).toMatch(/^w.* ← /);
});

test("a number that too many steps follow is refused with the way on", () => {
  const model = sequential([dense(640), tanh, dense(640), tanh, dense(1)], { input: 2, seed: 1 });
  const session = { model, data: dataset([[1, 2]], [[1]]) };
  expect(() => explanation(session, { ...args, only: { name: "dense 1/weight", index: [0, 0] } })).toThrow(
    expect.objectContaining({ code: "LIMIT", hint: "Choose a number of a later layer." }),
  );
  expect(explanation(session, { ...args, only: { name: "dense 3/weight", index: [0, 0] } }).parameters.length).toBe(1);
});

test("an example that is not there, or a loss, gets a sentence", () => {
  expect(() => explanation(lectureSession(), { ...args, example: 7 })).toThrow("there is no example 7");
  expect(() => explanation(lectureSession(), { ...args, loss: "nonsense" })).toThrow(/nonsense/);
  expect(() => explanation(lectureSession(), { ...args, x: [1, 2, 3] })).toThrow(
    expect.objectContaining({ code: "SHAPE" }),
  );
});

test("the difference check agrees with backpropagation, and leaves the model as it is", () => {
  const session = lectureSession();
  const before = [...session.model.weights.get("dense 2/weight").data];
  const { difference, gradient, above, below, h } = check(session, {
    ...args,
    name: "dense 2/weight",
    index: [0, 0],
  });
  expect(Math.abs(difference - gradient)).toBeLessThan(1e-9);
  expect(gradient).toBeCloseTo(-0.04494, 6);
  expect((above - below) / (2 * h)).toBeCloseTo(difference, 12);
  expect([...session.model.weights.get("dense 2/weight").data]).toEqual(before);
});

test("the presets are states like any other, with the lecture's weights and numbers", () => {
  for (const { state } of lecturePresets) expect(checkedWorkbench(JSON.parse(JSON.stringify(state)))).toEqual(state);
  expect(lecturePresets.length).toBe(builtIns.length);
  builtIns.forEach(({ x, y, learningRate, model, loss }, i) => {
    const { data, network, training } = lecturePresets[i]!.state;
    if (data.kind !== "own" || data.target.kind !== "values") throw new Error("not a lecture net");
    expect([data.rows[0], data.target.values[0], training.learningRate]).toEqual([x, y, learningRate]);
    expect(lossNamed(training.loss)).toBe(loss);
    const made = model();
    for (const [name, values] of Object.entries(network.start))
      expect([...made.weights.get(name).data]).toEqual(values);
    expect(network.layers.map(({ units }) => units)).toEqual(
      explain(made, { x, y, loss })
        .about.layers.filter(({ kind }) => kind === "dense")
        .map(({ output }) => output[0]),
    );
  });
});
