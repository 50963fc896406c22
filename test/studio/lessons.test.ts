import { activationNamed, dense, lossNamed, type Model, optimizerNamed, sequential } from "nabla";
import { explain } from "nabla/explain";
import { describe, expect, test } from "vitest";
import { lessonFromJson, withParts } from "../../studio/lessons/check-lesson.ts";
import { isReached, judge } from "../../studio/lessons/judge.ts";
import type { Lesson, LessonCheck } from "../../studio/lessons/lesson.ts";
import { lessons } from "../../studio/lessons/lessons.ts";
import { type ExplanationFacts, type Facts, measure } from "../../studio/lessons/measure.ts";
import { checkedWorkbench } from "../../studio/state/check.ts";
import { dataOf } from "../../studio/state/data.ts";
import { type Job, jobOf, lossOf } from "../../studio/state/job.ts";
import type { DrawnData, OwnData, Workbench } from "../../studio/state/workbench.ts";

/** A state as the studio has it when a step of a lesson is opened, all steps before gone through. */
function stateAt({ steps, state }: Lesson, step: number): Workbench {
  return steps.slice(0, step + 1).reduce((now, { state: parts }) => (parts ? withParts(now, parts) : now), state);
}

function modelOf({ model: { input, layers, seed, weights = {} } }: Job): Model {
  const model = sequential(
    layers.map(({ kind, settings = {} }) =>
      kind === "dense"
        ? dense(settings["units"] as number, { bias: settings["bias"] as boolean })
        : activationNamed(kind),
    ),
    { input, seed },
  );
  for (const [name, values] of Object.entries(weights)) model.weights.set(name, values);
  return model;
}

/** What is known after `epochs` epochs or the `steps` first steps of training from the state's start. */
async function factsOf(state: Workbench, { epochs = 0 } = {}): Promise<Facts> {
  const data = dataOf(state.data as DrawnData | OwnData);
  const job = jobOf(state, data);
  const model = modelOf(job);
  let last: Facts["last"];
  const { kind, ...settings } = job.optimizer;
  if (epochs > 0) {
    const history = await model.fit(data.train, {
      loss: lossNamed(job.loss),
      optimizer: optimizerNamed(kind, settings),
      batchSize: job.batchSize,
      shuffle: job.shuffle,
      reduction: job.reduction,
      seed: job.seed,
      epochs,
    }).done;
    const { loss, metrics } = history.epochs.at(-1)!;
    last = { loss, metrics, validation: undefined };
  }
  const row = data.trainRows[state.look.example]!;
  const y = data.all.y!;
  const width = data.outputs;
  const explanation = explain(model, {
    x: data.all.x.data.slice(row * data.inputs, (row + 1) * data.inputs) as Float32Array,
    y: y.kind === "labels" ? [y.data[row]!] : y.data.slice(row * width, (row + 1) * width),
    loss: lossNamed(lossOf(state)),
    learningRate: state.training.learningRate,
  }).toJSON() as ExplanationFacts;
  const parameters = model.weights.names().reduce((sum, name) => sum + model.weights.get(name).data.length, 0);
  const steps = epochs * Math.ceil(data.train.size / Number(job.batchSize));
  return { state, epoch: epochs, step: steps, last, parameters, explanation };
}

const lesson = (name: string): Lesson => lessons.find((one) => one.name === name)!;

type Answer = Extract<LessonCheck, { kind: "answer" }>;
const answersAt = ({ steps }: Lesson, step: number): readonly Answer[] =>
  steps[step]!.checks.filter((check): check is Answer => check.kind === "answer");

describe.each(lessons)("$name", (one) => {
  test("each state on its way is one that the studio takes", () => {
    for (let step = 0; step < one.steps.length; step++) {
      const state = stateAt(one, step);
      expect(checkedWorkbench(JSON.parse(JSON.stringify(state)))).toEqual(state);
    }
  });

  test("a file of it is the same lesson", () => {
    expect(lessonFromJson(JSON.stringify(one))).toEqual(one);
  });

  test("the engine knows every answer, and judges a wrong one wrong", async () => {
    for (let step = 0; step < one.steps.length; step++) {
      const facts = await factsOf(stateAt(one, step));
      for (const check of answersAt(one, step)) {
        const value = measure(check.quantity, facts)!;
        expect(value, check.words).toBeTypeOf("number");
        expect(judge(check, facts, String(value))).toBe("right");
        expect(judge(check, facts, `${value}`.replace("-", "−"))).toBe("right");
        expect(judge(check, facts, String(value + 3 * check.within + 1))).toBe("wrong");
        expect(judge(check, facts, "about four")).toBe("unreadable");
      }
    }
  });
});

describe("the lecture's numbers", () => {
  const values = async (name: string, step: number): Promise<readonly number[]> => {
    const facts = await factsOf(stateAt(lesson(name), step));
    return answersAt(lesson(name), step).map(({ quantity }) => measure(quantity, facts)!);
  };
  const close = (actual: readonly number[], wanted: readonly number[]): void => {
    expect(actual).toHaveLength(wanted.length);
    actual.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));
  };

  test("the smallest perceptron", async () => {
    close(await values("smallest-perceptron", 0), [51.005]);
    close(await values("smallest-perceptron", 1), [-101, 1.01]);
  });

  test("its course: 1.01, 1.0076, 1.003169, 1.004137 with η = 0.01, and the weight beyond 3,000 with η = 1", async () => {
    const gentle = await factsOf(stateAt(lesson("smallest-perceptron"), 2), { epochs: 20 });
    for (const check of lesson("smallest-perceptron").steps[2]!.checks) {
      expect(isReached(check as Extract<LessonCheck, { kind: "reach" }>, gentle), check.words).toBe(true);
    }
    expect(gentle.explanation!.parameters[0]!.value).toBeCloseTo(1.004137, 5);
    const wild = await factsOf(stateAt(lesson("smallest-perceptron"), 3), { epochs: 1 });
    expect(wild.explanation!.parameters[0]!.value).toBeCloseTo(1.1, 3);
  });

  test("the forward pass", async () => {
    close(
      await values("forward-pass", 0),
      [4, 0.982, -2].map((v, i) => (i === 1 ? 0.982014 : v)),
    );
    close(await values("forward-pass", 1), [1.844825, 0.863518]);
    close(await values("forward-pass", 2), [0.617705, 0.829124, 0.416798]);
    close(await values("forward-pass", 3), [18]);
  });

  test("backprop", async () => {
    close(await values("backprop", 0), [0.836874, -0.123145]);
    close(await values("backprop", 1), [0.016424, 2]);
    close(await values("backprop", 2), [17, 8]);
    close(await values("backprop", 3), [190, 26]);
  });

  test("the three pictures: a line stays below 75 %, the nets of the later steps reach what is asked", async () => {
    const pictures = lesson("three-pictures");
    const line = await factsOf(stateAt(pictures, 0), { epochs: 30 });
    for (const check of pictures.steps[0]!.checks)
      expect(isReached(check as Extract<LessonCheck, { kind: "reach" }>, line)).toBe(true);
    for (const step of [2, 3]) {
      const facts = await factsOf(stateAt(pictures, step), { epochs: 150 });
      for (const check of pictures.steps[step]!.checks)
        expect(
          isReached(check as Extract<LessonCheck, { kind: "reach" }>, facts),
          `${check.words} ${facts.last?.metrics["accuracy"]}`,
        ).toBe(true);
    }
  });
});

describe("lessons from files", () => {
  const code = (text: string): string => {
    try {
      lessonFromJson(text);
      return "opened";
    } catch (error) {
      return (error as { readonly code?: string }).code ?? String(error);
    }
  };
  test.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["no steps", JSON.stringify({ ...lessons[0], steps: [] })],
    ["a name that is a path", JSON.stringify({ ...lessons[0], name: "../../etc" })],
    ["an unknown quantity", JSON.stringify(lessons[0]).replace("exampleLoss", "constructor")],
    ["a state that is none", JSON.stringify({ ...lessons[0], state: { data: {} } })],
    [
      "a step whose state is none",
      JSON.stringify({ ...lessons[0], steps: [{ ...lessons[0]!.steps[0], state: { network: { layers: 1 } } }] }),
    ],
  ])("%s: FORMAT", (_, text) => {
    expect(code(text)).toBe("FORMAT");
  });
});

test("the lesson in docs/lessons.md is one", async () => {
  const { readFileSync } = await import("node:fs");
  const text = readFileSync(new URL("../../docs/lessons.md", import.meta.url), "utf8");
  const json = /```json\n([\s\S]*?)```/.exec(text)![1]!;
  expect(lessonFromJson(json).title).toBe("One neuron");
});
