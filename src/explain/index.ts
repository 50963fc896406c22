/** `nabla/explain`: why a network computes what it does, and what its units see. */

export { type ActivationCurve, activationCurve, type CurvePoint, curveNames } from "../nn/activation-curves.ts";
export { type LossCurve, lossCurve, lossCurveNames } from "../nn/loss-curves.ts";
export { activationsOf } from "./activations.ts";
export type { MaximizeOptions } from "./ascent-options.ts";
export { type BuiltIn, builtIn, builtIns } from "./built-ins.ts";
export {
  type DecisionMapOptions,
  type DecisionMaps,
  decisionMaps,
  type LayerMap,
  type PlaneBounds,
} from "./decision-maps.ts";
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
export type { LayerChoice } from "./find-layer.ts";
export type { Formula, MathSymbol } from "./formula.ts";
export { type GradientCheck, type GradientCheckOptions, gradientCheck } from "./gradient-check.ts";
export {
  type Ending,
  type MaximizedActivation,
  maximizeActivation,
  maximizeActivations,
} from "./maximize-activation.ts";
export { numberText } from "./number-text.ts";
export { type TopExamplesOptions, topExamples, type UnitActivity, type UnitExample } from "./top-examples.ts";
export { type UnitLayer, unitLayers } from "./unit-layers.ts";
export { type WeightPicture, type WeightPictureOptions, weightPicture } from "./weight-picture.ts";
