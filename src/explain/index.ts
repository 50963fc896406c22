/** `nabla/explain`: why a network computes what it does, and what its units see. */

export { type ActivationCurve, activationCurve, type CurvePoint, curveNames } from "./activation-curves.ts";
export { type BuiltIn, builtIn, builtIns } from "./built-ins.ts";
export { type ExplainOptions, explain } from "./explain.ts";
export type {
  ChainProduct,
  EdgeValue,
  Explanation,
  ExplanationAbout,
  Factor,
  NodeValue,
  ParameterGradient,
  ReusedTerm,
  TensorStep,
} from "./explanation.ts";
export type { Formula, MathSymbol } from "./formula.ts";
export { type GradientCheck, type GradientCheckOptions, gradientCheck } from "./gradient-check.ts";
export { type LossCurve, lossCurve, lossCurveNames } from "./loss-curves.ts";
