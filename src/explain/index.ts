/** `nabla/explain`: what stands behind the numbers. */
export { type ActivationCurve, activationCurve, type CurvePoint, curveNames } from "./activation-curves.ts";
export { type LossCurve, lossCurve, lossCurveNames } from "./loss-curves.ts";
