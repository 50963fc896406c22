import { lossNamed, NablaError } from "nabla";
import type { ServedSession } from "nabla/worker";
import { largest } from "./digit-occlusion.ts";

export interface TestQuestion {
  /** By name. */
  readonly loss: string;
}

export interface DigitTest {
  readonly step: number;
  readonly labels: Uint8Array;
  readonly said: Uint8Array;
  readonly losses: Float32Array;
}

/** What the net says of every picture of the test set, and what each costs: two passes over 10,000 pictures. */
export async function digitTest(
  { model, validation, position }: ServedSession,
  { loss }: TestQuestion,
): Promise<DigitTest> {
  const y = validation?.y;
  if (!validation || y?.kind !== "labels")
    throw new NablaError("DATA", "there is no test set with labels", { hint: "Open a set of digits." });
  const { step } = position;
  const { losses } = await model.evaluate(validation, { loss: lossNamed(loss), perExample: true });
  const { data, shape } = await model.predict(validation);
  const classes = shape[1]!;
  const said = Uint8Array.from({ length: validation.size }, (_, i) =>
    largest(data.subarray(i * classes, (i + 1) * classes)),
  );
  return { step, labels: Uint8Array.from(y.data), said, losses: losses! };
}
