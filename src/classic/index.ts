/** `nabla/classic`: learners that are no networks. */

export { type BestLine, bestLine } from "./best-line.ts";
export { type DeltaRuleOptions, type DeltaStep, deltaRule } from "./delta-rule.ts";
export { type MistakeBound, mistakeBound, type Separator } from "./mistake-bound.ts";
export { Perceptron, type PerceptronHistory, type PerceptronOptions, type PerceptronStep } from "./perceptron.ts";
