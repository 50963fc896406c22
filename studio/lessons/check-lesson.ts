import { NablaError } from "nabla";
import * as v from "valibot";
import { checkedWorkbench } from "../state/check.ts";
import { limits } from "../state/limits.ts";
import { type Lesson, type LessonState, lessonFocuses } from "./lesson.ts";

const words = v.pipe(v.string(), v.maxLength(2000));
const short = v.pipe(v.string(), v.maxLength(limits.name));
const finite = v.pipe(v.number(), v.finite());
const place = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000));

const quantity = v.variant("of", [
  ...(
    [
      "accuracy",
      "loss",
      "validationAccuracy",
      "validationLoss",
      "epoch",
      "step",
      "hiddenLayers",
      "widestHiddenLayer",
      "parameters",
      "exampleLoss",
      "multiplications",
      "multiplicationsExpanded",
    ] as const
  ).map((of) => v.object({ of: v.literal(of) })),
  ...(["weight", "gradient", "updated"] as const).map((of) =>
    v.object({ of: v.literal(of), parameter: short, index: v.pipe(v.array(place), v.maxLength(2)) }),
  ),
  v.object({ of: v.literal("output"), unit: place }),
  v.object({ of: v.literal("unit"), layer: place, unit: place, isActivated: v.boolean() }),
  v.object({ of: v.literal("uses"), layer: place, unit: place }),
]);

const check = v.variant("kind", [
  v.object({
    kind: v.literal("reach"),
    words,
    quantity,
    atLeast: v.optional(finite),
    atMost: v.optional(finite),
  }),
  v.object({
    kind: v.literal("answer"),
    words,
    quantity,
    within: v.pipe(finite, v.minValue(0)),
    because: v.optional(words),
  }),
]);

const part = v.record(v.string(), v.unknown());

const lesson = v.object({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,60}$/, "small letters, digits and dashes")),
  title: short,
  aim: words,
  minutes: v.pipe(v.number(), v.minValue(1), v.maxValue(600)),
  state: v.unknown(),
  steps: v.pipe(
    v.array(
      v.object({
        title: short,
        text: v.pipe(v.array(words), v.maxLength(20)),
        focus: v.picklist(lessonFocuses),
        state: v.optional(
          v.object({
            data: v.optional(part),
            network: v.optional(part),
            training: v.optional(part),
            look: v.optional(part),
          }),
        ),
        checks: v.pipe(v.array(check), v.maxLength(20)),
      }),
    ),
    v.minLength(1),
    v.maxLength(50),
  ),
});

/**
 * The lesson in a file, with every state on its way checked. Throws FORMAT that names the place and what was expected,
 * LIMIT for one too large.
 */
export function lessonFromJson(json: string): Lesson {
  if (json.length > limits.json)
    throw new NablaError("LIMIT", `this lesson is too large: ${json.length} characters`, {
      expected: `at most ${limits.json}`,
      received: `${json.length}`,
      hint: "Draw its data by seed in place of writing every point.",
    });
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (cause) {
    throw wrong("the file", "JSON", cause instanceof Error ? cause.message : "something else");
  }
  const result = v.safeParse(lesson, given, { abortEarly: true });
  if (!result.success) {
    const issue = result.issues[0];
    throw wrong(v.getDotPath(issue) ?? "the lesson", issue.expected ?? issue.message, issue.received);
  }
  let state = checkedWorkbench({ ...(result.output.state as object) });
  const checked = { ...result.output, state: { ...state, lesson: { name: result.output.name, step: 0 } } } as Lesson;
  for (const step of checked.steps) if (step.state) state = checkedWorkbench(withParts(state, step.state));
  return checked;
}

/** A state with parts of another put over it. */
export function withParts<T extends { readonly [Part in keyof LessonState]: unknown }>(
  state: T,
  parts: LessonState,
): T {
  const over = (name: keyof LessonState) =>
    parts[name] === undefined ? {} : { [name]: { ...(state[name] as object), ...parts[name] } };
  return { ...state, ...over("data"), ...over("network"), ...over("training"), ...over("look") };
}

function wrong(where: string, expected: string, received: string): NablaError {
  return new NablaError(
    "FORMAT",
    `${where.slice(0, 100)} is ${received.slice(0, 60)}, and should be ${expected.slice(0, 200)}`,
    {
      expected: expected.slice(0, 200),
      received: received.slice(0, 60),
      hint: "docs/lessons.md shows a whole lesson.",
    },
  );
}
