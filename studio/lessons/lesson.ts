import type { Workbench } from "../state/workbench.ts";
import type { Quantity } from "./measure.ts";

/**
 * A lesson: a state of the workbench, and steps with words, a place to look at, and checks that the engine decides. It is
 * plain JSON; docs/lessons.md tells how to write one, `check-lesson.ts` judges one that comes from a file.
 */
export interface Lesson {
  /** In the address: small letters and dashes. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what one can do afterwards. */
  readonly aim: string;
  readonly minutes: number;
  /** Where it begins. */
  readonly state: Workbench;
  readonly steps: readonly LessonStep[];
}

export interface LessonStep {
  readonly title: string;
  /** Paragraphs of plain text. */
  readonly text: readonly string[];
  /** What stands beside the text. */
  readonly focus: LessonFocus;
  /** What the state becomes when the step is opened: parts of a state, put over the lesson's. Absent: it stays as it is. */
  readonly state?: LessonState;
  readonly checks: readonly LessonCheck[];
}

export const lessonFocuses = ["data", "network", "space", "loss", "workbench", "numbers"] as const;
export type LessonFocus = (typeof lessonFocuses)[number];

export type LessonState = { readonly [Part in "data" | "network" | "training" | "look"]?: Partial<Workbench[Part]> };

/** Nothing here is a correct answer: what is right is what the engine says of the state as it is. */
export type LessonCheck =
  /** Something the reader brings about. */
  | {
      readonly kind: "reach";
      readonly words: string;
      readonly quantity: Quantity;
      readonly atLeast?: number;
      readonly atMost?: number;
    }
  /** A number the reader works out. */
  | {
      readonly kind: "answer";
      readonly words: string;
      readonly quantity: Quantity;
      /** How far off is still right. */
      readonly within: number;
      /** Shown when it is right. */
      readonly because?: string;
    };
