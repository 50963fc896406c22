import {
  adam,
  cosineDecay,
  dataset,
  dense,
  meanSquared,
  radialBasis,
  relu,
  rmsprop,
  sequential,
  sgd,
  sigmoid,
  softmax,
  stepper,
  zeroOne,
} from "nabla";
import { deltaRule, LinearClassifier, Pca, Perceptron, Svm } from "nabla/classic";
import { csv, labelOf, majorityBaseline, sampleOf, standardize } from "nabla/data";
import { maximizeActivation, topExamples, weightPicture } from "nabla/explain";
import { describe, expect, test } from "vitest";
import { failure } from "../data/failure.ts";

// Programs without types: what TypeScript would refuse has to be told in words, and must never be ignored.

const rows = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];
const labels = [0, 1, 1, 0];
const data = dataset(rows, labels);
const model = () => sequential([dense(4), relu, dense(2), softmax], { input: 2 });
/** A value of any type at all. */
const any = (value?: unknown): never => value as never;

describe("mistakes of programs without types", () => {
  test.each<[string, () => unknown, string]>([
    ["a model without options", () => sequential([dense(2)], any()), "model: input is missing"],
    ["a model with a misspelt option", () => sequential([dense(2)], any({ inputs: 2 })), 'no option "inputs"'],
    [
      "an activation that is called",
      () => sequential([dense(2), any((relu as unknown as () => never)())], { input: 2 }),
      "not relu()",
    ],
    ["numbers for a tensor", () => sigmoid(any([1, 2])), "x is a list"],
    [
      "a layer with an option of another library",
      () => dense(4, any({ activation: "relu" })),
      'no option "activation"',
    ],
    ["a layer without its options", () => radialBasis(3, any()), "gamma is missing"],
    ["rows for a data set", () => model().fit(any(rows), any(labels)), "data is a list. Give data as a data set"],
    ["no data set", () => model().fit(any()), "data is missing"],
    [
      "rows for a data set, with a validation share",
      () => model().fit(any(rows), { validation: 0.5 }),
      "data is a list",
    ],
    [
      "a misspelt option of fit",
      () => model().fit(data, any({ batch: 2 })),
      'fit: there is no option "batch". Known are loss,',
    ],
    [
      "too small a share to validate on",
      () => model().fit(data, { validation: 0.1 }),
      "validation is 0.1. Give validation as a",
    ],
    ["a share in words", () => model().fit(data, any({ validation: "0.5" })), "a share that gives 1 to 3 samples"],
    [
      "a loss that is called",
      () => model().fit(data, { loss: (meanSquared as () => never)() }),
      "write meanSquared without ()",
    ],
    [
      "a metric that is called",
      () => model().fit(data, any({ metrics: [(zeroOne as unknown as () => never)()] })),
      "write zeroOne without ()",
    ],
    ["a metric by name", () => model().fit(data, any({ metrics: ["accuracy"] })), "metrics is a list. Give metrics as"],
    ["metrics that are no list", () => model().fit(data, any({ metrics: 5 })), "metrics is 5"],
    [
      "a bare learning rate",
      () => adam(any(0.01)),
      "adam: its argument is 0.01. Give its argument as settings such as { l",
    ],
    ["nothing for settings", () => rmsprop(any(null)), "rmsprop: its argument is null"],
    [
      "a setting of another library",
      () => adam(any({ lr: 0.01 })),
      'adam: there is no option "lr". Known are learningRate,',
    ],
    ["no learning rate", () => sgd(any()), "learningRate is missing"],
    ["a schedule without options", () => cosineDecay(any()), "learningRate is missing"],
    ["a misspelt option of split", () => data.split(any({ ratio: 0.5 })), 'split: there is no option "ratio"'],
    ["rows to evaluate on", () => model().evaluate(any(rows)), "data is a list"],
    ["no file to save to", () => model().save(any()), "save: the target is missing"],
    ["a stepper without options", () => stepper(model(), any()), "stepper: loss is missing"],
    ["no table", () => csv(any()), "csv: source is missing"],
    ["a misspelt option of csv", () => csv("a,b\n1,2\n", any({ taget: "b" })), 'csv: there is no option "taget"'],
    ["rows to standardize", () => standardize(any(rows)), "standardize: data is a list"],
    ["a sample of rows", () => sampleOf(any(rows), 0), "sampleOf: data is a list"],
    ["a label of rows", () => labelOf(any(rows), 0), "labelOf: data is a list"],
    ["a baseline of nothing", () => majorityBaseline(any()), "data is missing"],
    ["rows for a support vector machine", () => new Svm().fit(any(rows)), "data is a list"],
    ["rows for a perceptron", () => new Perceptron().fit(any(rows)), "data is a list"],
    ["rows for a linear classifier", () => new LinearClassifier().fit(any(rows)), "data is a list"],
    ["a misspelt option of Pca", () => new Pca(any({ components: 2 })), 'Pca: there is no option "components"'],
    ["a delta rule without options", () => deltaRule(any()).next(), "deltaRule: x is missing"],
    ["a picture of no unit", () => weightPicture(model(), any()), "layer"],
    ["examples without options", () => topExamples(model(), any()), "layer"],
    ["an ascent without options", () => maximizeActivation(model(), any()), "layer"],
  ])("%s", async (_, act, words) => {
    const { message, code } = await failure(act);
    expect(message).toContain(words);
    expect(["OPTION", "SHAPE"]).toContain(code);
  });

  test("options that are undefined count as left out", () => {
    expect(adam(any({ learningRate: undefined, beta1: undefined })).settings).toEqual(adam().settings);
  });
});
