import { dataset } from "nabla";
import { expect } from "vitest";
import { type FixtureArray, readFixture } from "../graph/fixture.ts";

interface Row<Attributes> {
  readonly data: string;
  readonly positive: number;
  readonly attributes: Attributes;
  readonly bias: number;
  readonly decision: FixtureArray;
}

export interface Machines {
  readonly data: Readonly<Record<string, { readonly x: FixtureArray; readonly labels: FixtureArray }>>;
  readonly svc: readonly (Row<{
    readonly kernel: "linear" | "rbf";
    readonly C: number;
    readonly gamma?: number;
    readonly classWeights?: readonly number[];
  }> & { readonly beta: FixtureArray })[];
  readonly linearSvc: readonly (Row<{
    readonly loss: "hinge" | "squaredHinge";
    readonly C: number;
    readonly biasScale: number;
  }> & { readonly weights: FixtureArray })[];
}

export const fixture = readFixture<Machines>("machines");

export const rowsOf = ({ shape, data }: FixtureArray): number[][] =>
  Array.from({ length: shape[0]! }, (_, i) => data.slice(i * shape[1]!, (i + 1) * shape[1]!));

/** One class against all others, as two classes. */
export function oneAgainstRest(name: string, positive: number) {
  const { x, labels } = fixture.data[name]!;
  return dataset(
    rowsOf(x),
    labels.data.map((label) => (label === positive ? 1 : 0)),
  );
}

/** Clouds of points with known labels: n points in `features` dimensions about `classes` centres. */
export function clouds(count: number, features: number, classes: number, spread: number, seed = 1) {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const centers = Array.from({ length: classes }, () => Array.from({ length: features }, () => 3 * next()));
  const labels = Array.from({ length: count }, (_, i) => i % classes);
  const x = labels.map((label) => centers[label]!.map((center) => center + spread * (next() - 0.5)));
  return { x, labels, data: dataset(x, labels) };
}

/** Catches what a promise throws. */
export async function failure(of: () => unknown): Promise<Error & { code?: string }> {
  try {
    await of();
  } catch (error) {
    return error as Error;
  }
  return expect.fail("nothing was thrown");
}
