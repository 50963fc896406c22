import { activationsOf } from "nabla/explain";
import type { ServedSession } from "nabla/worker";

/** A picture, and the places among the model's layers (from 1) of a dense layer and of its activation. */
export interface DigitQuestion {
  readonly pixels: Float32Array;
  readonly dense: number;
  readonly output: number;
}

export interface DigitAnswer {
  readonly step: number;
  /** Of each digit. */
  readonly probabilities: Float32Array;
  /** What the units of the asked layer make of the picture: before the activation and after it. */
  readonly scores: Float32Array;
  readonly answers: Float32Array;
}

/** What the net says of one picture, and what the units of a layer answer. */
export async function digitPrediction(
  { model, position }: ServedSession,
  { pixels, dense, output }: DigitQuestion,
): Promise<DigitAnswer> {
  const { step } = position;
  const [probabilities, scores] = [await model.predict(pixels), await activationsOf(model, dense, pixels)];
  const answers = output === dense ? scores.data.slice() : (await activationsOf(model, output, pixels)).data;
  return { step, probabilities: probabilities.data, scores: scores.data, answers };
}
