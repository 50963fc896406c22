import { activationCurve, lossCurve } from "nabla/explain";

/** A function of one number as the panel draws it, with its derivative. */
export interface CurveView {
  readonly name: string;
  readonly formula: string;
  /** The derivative in words, where the library has them. */
  readonly derivative: string | undefined;
  readonly citation: string;
  readonly shown: string;
  readonly x: Float32Array;
  readonly value: Float32Array;
  readonly slope: Float32Array;
}

export interface CurveQuestion {
  readonly kind: "loss" | "activation";
  readonly name: string;
}

const points = 241;
const edge = 4;

/** The curve of a loss or an activation from −4 to 4, computed by the graph that trains. */
export function lossCurveView(_session: unknown, { kind, name }: CurveQuestion): CurveView {
  const x = Array.from({ length: points }, (_, i) => -edge + (2 * edge * i) / (points - 1));
  const curve = kind === "loss" ? lossCurve(name) : activationCurve(name);
  const drawn = curve.at(x);
  return {
    name,
    formula: curve.formula,
    derivative: "derivative" in curve ? curve.derivative : undefined,
    citation: curve.citation,
    shown: curve.shown ?? "",
    x: Float32Array.from(x),
    value: Float32Array.from(drawn, ({ value }) => value),
    slope: Float32Array.from(drawn, ({ derivative }) => derivative),
  };
}
