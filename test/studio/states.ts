import fc from "fast-check";
import {
  addLayer,
  type Command,
  chooseGenerator,
  removeLayer,
  setActivation,
  setData,
  setNetwork,
  setTraining,
  setUnits,
} from "../../studio/state/commands.ts";
import { activationChoices, generatorNames, lossChoices, optimizerChoices } from "../../studio/state/workbench.ts";

/** −0 is left out: JSON has none. */
const number = fc.double({ min: -9, max: 9, noNaN: true }).map((value) => value + 0);

/** Any command that a hand could give. */
export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom(...generatorNames).map(chooseGenerator),
  fc.nat(6).map(addLayer),
  fc.nat(6).map(removeLayer),
  fc.tuple(fc.nat(6), fc.integer({ min: -3, max: 40 })).map(([at, units]) => setUnits(at, units)),
  fc.tuple(fc.nat(6), fc.constantFrom(...activationChoices)).map(([at, activation]) => setActivation(at, activation)),
  fc.nat(4_294_967_295).map((seed) => setNetwork({ seed })),
  fc.constantFrom(...lossChoices).map((loss) => setTraining({ loss })),
  fc.constantFrom(...optimizerChoices).map((optimizer) => setTraining({ optimizer })),
  fc.double({ min: 0, max: 1, noNaN: true }).map((learningRate) => setTraining({ learningRate })),
  fc.nat(500).map((batchSize) => setTraining({ batchSize })),
  ownData().map((data) => setData(data)),
);

function ownData() {
  return fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }))
    .chain(([columns, classes, rows]) =>
      fc.record({
        kind: fc.constant("own" as const),
        name: fc.string({ maxLength: 20 }),
        columns: fc.uniqueArray(fc.string({ maxLength: 12 }), { minLength: columns, maxLength: columns }),
        rows: fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
          minLength: rows,
          maxLength: rows,
        }),
        target: fc.oneof(
          fc.record({
            kind: fc.constant("classes" as const),
            names: fc.uniqueArray(fc.string({ maxLength: 12 }), { minLength: classes, maxLength: classes }),
            labels: fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }),
          }),
          fc.record({
            kind: fc.constant("values" as const),
            names: fc.uniqueArray(fc.string({ maxLength: 12 }), { minLength: classes, maxLength: classes }),
            values: fc.array(fc.array(number, { minLength: classes, maxLength: classes }), {
              minLength: rows,
              maxLength: rows,
            }),
          }),
        ),
        isStandardized: fc.boolean(),
        validation: fc.double({ min: 0, max: 0.5, noNaN: true }),
        seed: fc.nat(4_294_967_295),
      }),
    );
}
