import { describe, expect, it } from "vitest";
import { plainBackend } from "../../src/backend/plain/backend.ts";
import { wasmBackend } from "../../src/backend/wasm/backend.ts";
import { caseTable } from "./case-table.ts";
import { differences, differingBits, interpret, runOn } from "./programs.ts";

/**
 * What float32 keeps of numbers of size 1, relative to max(1, |expected|): of one operation, and of sums of up to 785
 * numbers, or 6,000 of them. Adam divides by the root of squared gradients, which makes small ones as large as any.
 */
const tolerance: Readonly<Record<string, number>> = {
  "pointwise ops on extremes": 1e-6,
  products: 3e-5,
  "states replaced": 1e-4,
  "training steps": 1e-3,
};

for (const [title, cases] of Object.entries(caseTable))
  describe(title, () => {
    for (const test of cases())
      it(test.name, () => {
        const onWasm = runOn(wasmBackend(), test);
        const onPlain = runOn(plainBackend(), test);
        expect(differingBits(onWasm, onPlain), "wasm and plain").toEqual([]);
        const reference = ["sin", "cos"].includes(test.name) ? undefined : interpret(test); // they have tests of their own
        if (reference) expect(differences(onWasm, reference, tolerance[title] ?? 1e-5), "wasm and float64").toEqual([]);
      });
  });
