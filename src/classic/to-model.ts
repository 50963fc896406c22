import type { Layer } from "../nn/index.ts";
import { dense, lossNamed, radialBasis } from "../nn/index.ts";
import { Model } from "../train/model.ts";
import { Network } from "../train/network.ts";
import { nameLayers } from "../train/trace.ts";
import type { Labelled } from "./labelled.ts";
import type { Machine } from "./svm/machine.ts";

/** One linear function of the features. */
export interface LinearPart {
  readonly weights: ArrayLike<number>;
  readonly bias: number;
}

type About = Pick<Labelled, "features" | "classes">;

/** A dense layer of the parts, [classes, features]; two classes have one part, f, and get the outputs −½f and ½f. */
export function linearModel(parts: readonly LinearPart[], about: About): Model {
  const { values, biases } = rowsOf(
    parts.map(({ weights }) => weights),
    parts.map(({ bias }) => bias),
  );
  const model = modelOf([dense(biases.length)], about);
  model.weights.set("dense 1/weight", values);
  model.weights.set("dense 1/bias", biases);
  return model;
}

/** Radial basis functions about the support vectors, and a dense layer of the signed multipliers. */
export function radialModel({
  machines,
  gamma,
  supports,
  samples,
}: {
  readonly machines: readonly Machine[];
  readonly gamma: number;
  readonly supports: Uint32Array;
  readonly samples: Labelled;
}): Model {
  const { x, features } = samples;
  const place = new Map([...supports].map((i, at) => [i, at]));
  const shares = machines.map((machine) => {
    const row = new Float64Array(supports.length);
    for (const [k, i] of machine.supports.entries()) row[place.get(i)!] = machine.signs[k]! * machine.multipliers[k]!;
    return row;
  });
  const { values, biases } = rowsOf(
    shares,
    machines.map(({ bias }) => bias),
  );
  const centers = new Float32Array(supports.length * features);
  for (const [row, i] of supports.entries()) centers.set(x.subarray(i * features, (i + 1) * features), row * features);
  const model = modelOf([radialBasis(supports.length, { gamma }), dense(biases.length)], samples);
  model.weights.set("radialBasis 1/centers", centers);
  model.weights.set("dense 1/weight", values);
  model.weights.set("dense 1/bias", biases);
  return model;
}

function modelOf(layers: readonly Layer[], { features, classes }: About): Model {
  const loss = lossNamed(classes.length === 2 ? "multiclassHinge" : "hinge");
  return new Model(new Network(nameLayers(layers), [features], 0), 0, { classes, loss });
}

function rowsOf(rows: readonly ArrayLike<number>[], biases: readonly number[]) {
  const isPair = rows.length === 1;
  const [both, halves] = isPair
    ? [
        [rows[0]!, rows[0]!],
        [-0.5, 0.5],
      ]
    : [rows, rows.map(() => 1)];
  return {
    values: Float32Array.from(both.flatMap((row, k) => Array.from(row, (value) => value * halves[k]!))),
    biases: Float32Array.from(both, (_, k) => (isPair ? biases[0]! : biases[k]!) * halves[k]!),
  };
}
