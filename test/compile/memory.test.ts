import fc from "fast-check";
import { compile } from "nabla/compile";
import { describe, expect, it } from "vitest";
import { type Lifetime, planMemory } from "../../src/compile/memory.ts";
import { caseTable } from "../backend/case-table.ts";

const lifetimes: fc.Arbitrary<Lifetime[]> = fc.array(
  fc
    .record({ bytes: fc.integer({ min: 0, max: 5000 }), start: fc.nat(30), length: fc.nat(8) })
    .map(({ bytes, start, length }) => ({ bytes, start, end: start + length })),
  { maxLength: 40 },
);

const areAliveTogether = (a: Lifetime, b: Lifetime): boolean => a.start <= b.end && b.start <= a.end;

describe("planMemory", () => {
  it("never lets values that are alive together overlap", () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const { offsets } = planMemory(values);
        values.forEach((a, i) =>
          values.slice(0, i).forEach((b, j) => {
            if (!areAliveTogether(a, b)) return;
            const isApart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
            expect(isApart, `${i} and ${j}`).toBe(true);
          }),
        );
      }),
    );
  });

  it("keeps every value aligned and inside the arena", () => {
    fc.assert(
      fc.property(lifetimes, (values) => {
        const { offsets, arenaBytes } = planMemory(values);
        values.forEach(({ bytes }, i) => {
          expect(offsets[i]! % 64).toBe(0);
          expect(offsets[i]! + bytes).toBeLessThanOrEqual(arenaBytes);
        });
      }),
    );
  });

  it("gives values that are never alive together one place", () => {
    const values = Array.from({ length: 10 }, (_, i) => ({ bytes: 640, start: i, end: i }));
    expect(planMemory(values).arenaBytes).toBe(640);
  });

  it("needs no more than what is alive at once when all sizes are equal", () => {
    const values = Array.from({ length: 20 }, (_, i) => ({ bytes: 64, start: i, end: i + 2 }));
    expect(planMemory(values).arenaBytes).toBe(3 * 64);
  });
});

describe("buffers of a plan", () => {
  it("hold all that their strides reach, rows apart", () => {
    for (const { program } of Object.values(caseTable).flatMap((cases) => cases()))
      for (const { shape, strides, elements, name } of compile(program).buffers) {
        const last = shape.reduce((at, extent, axis) => at + (extent - 1) * (strides[axis] ?? 0), 0);
        expect(last, name).toBeLessThan(elements);
        const axes = shape
          .map((extent, axis) => ({ extent, stride: strides[axis]! }))
          .filter(({ extent }) => extent > 1);
        axes.sort((a, b) => a.stride - b.stride);
        axes
          .slice(1)
          .forEach((axis, i) => expect(axis.stride).toBeGreaterThanOrEqual(axes[i]!.stride * axes[i]!.extent));
      }
  });
});
