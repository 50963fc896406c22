export { activation } from "./activation-layer.ts";
export { elu, leakyRelu, linear, relu, sigmoid, softmax, softplus, tanh } from "./activations.ts";
export { type BatchNormalizationOptions, batchNormalization } from "./batch-normalization.ts";
export { layer } from "./custom.ts";
export { type DenseOptions, dense } from "./dense.ts";
export type { Draws, HostNumber } from "./draws.ts";
export { dropout } from "./dropout.ts";
export { flatten } from "./flatten.ts";
export { constant, glorotNormal, glorotUniform, heNormal, heUniform, normal, uniform, zeros } from "./initializers.ts";
export { joins } from "./joins.ts";
export type { Activation, Initializer, Layer, ParameterOptions, Scope, StateOptions } from "./layer.ts";
export {
  absolute,
  binaryCrossEntropy,
  crossEntropy,
  crossEntropyWithLogits,
  euclidean,
  halfSquared,
  hinge,
  huber,
  type Loss,
  meanSquared,
  multiclassHinge,
  squared,
} from "./losses.ts";
export { type MaxoutOptions, maxout } from "./maxout.ts";
export { accuracy, type Metric, zeroOne } from "./metrics.ts";
export { gaussian, radialBasis } from "./radial-basis.ts";
export { activationNamed, activationNames, lossNamed, lossNames } from "./registry.ts";
export { originOf, type Scores } from "./scores.ts";
