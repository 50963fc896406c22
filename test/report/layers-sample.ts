import { networkDiagram } from "../../src/plot/network-diagram.ts";
import { signedPicture, signedRange } from "../../src/plot/signed-picture.ts";
import { weightBars } from "../../src/plot/weight-bars.ts";
import type { LayersData, LayersLayer, LayersMaximum, LayersUnit } from "../../src/report/layers-data.ts";
import type { Summary, SummaryLayer } from "../../src/train/summary.ts";
import { digitPicture, hostileNames } from "./sample.ts";

const endings = ["settled", "bounded", "rising", "flat", "lower"] as const;

const wave = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => ((((i + seed) * 37) % 101) / 50 - 1) * (i % 7 === seed % 7 ? 1 : 0.3));

function summary(layers: readonly (readonly [name: string, kind: string, inputs: number, units: number])[]): Summary {
  const all = layers.map(([name, kind, inputs, units], i): SummaryLayer => {
    const isDense = kind === "dense";
    return {
      name,
      kind,
      output: [units],
      parameters: isDense ? inputs * units + units : 0,
      shapes: isDense ? [[inputs, units], [units]] : [],
      formula: "",
      states: 0,
      from: [layers[i - 1]?.[0] ?? "input"],
    };
  });
  const parameters = all.reduce((sum, layer) => sum + layer.parameters, 0);
  return { input: [layers[0]![2]], layers: all, parameters };
}

function pictureUnit(unit: number, stands?: string): LayersUnit {
  const values = wave(784, unit + 1);
  const words = { title: `Weights of unit ${unit}`, description: "Some." };
  return {
    unit,
    ...(stands === undefined ? {} : { stands }),
    active: unit / 10,
    mean: unit / 3,
    smallest: -unit,
    largest: unit * 2,
    isDead: unit === 0,
    weights: {
      form: "picture",
      scene: signedPicture({ values, width: 28, height: 28, ...words }),
      range: signedRange(values),
    },
    maximum: {
      picture: digitPicture("4"),
      activation: 3 + unit,
      start: 0.1,
      ending: endings[unit % 5]!,
    } satisfies LayersMaximum,
    examples: ["7", "9", "1"].map((label, i) => ({
      index: 10 * i + unit,
      value: i === 2 ? -0.1489 : 12.345 - i,
      label: stands ?? label,
      picture: digitPicture(label),
    })),
  };
}

function unitWithoutPictures(unit: number, stands: string): LayersUnit {
  const { weights, maximum, examples, ...figures } = pictureUnit(unit, stands);
  return { ...figures, examples: examples.map(({ picture, ...example }) => example) };
}

const layer = (name: string, units: number, shown: readonly LayersUnit[], others: Partial<LayersLayer> = {}) => ({
  layer: 1,
  name,
  kind: "dense",
  followers: ["relu"],
  units,
  dead: [0],
  weights: "weights" as const,
  hasActive: true,
  shown,
  ...others,
});

export const digitsLayers: LayersData = {
  title: "784-128-10 on mnist",
  when: "2026-11-23 12:36:05",
  diagram: networkDiagram(
    summary([
      ["dense 1", "dense", 784, 128],
      ["relu 1", "relu", 128, 128],
      ["dense 2", "dense", 128, 10],
      ["softmax 1", "softmax", 10, 10],
    ]),
  ),
  examples: { name: "mnist", count: 10_000 },
  run: "latest",
  layers: [
    layer(
      "dense 1",
      128,
      [0, 1, 2, 3, 4].map((unit) => pictureUnit(unit)),
    ), // prettier-ignore
    layer(
      "dense 2",
      3,
      [0, 1, 2].map((unit) => pictureUnit(unit, String(unit))),
      {
        layer: 3,
        followers: ["softmax"],
        weights: "product",
        hasActive: false,
      },
    ),
  ],
};

/** A net of two inputs, with maps, and one of rows of numbers, with bars. */
export const planeLayers: LayersData = {
  ...digitsLayers,
  title: "2-3-2 on quadrants",
  layers: [
    layer(
      "dense 1",
      3,
      [0, 1, 2].map((unit) => {
        const values = wave(256, unit);
        const { weights, maximum, ...rest } = pictureUnit(unit);
        const scene = signedPicture({ values, width: 16, height: 16, title: `Map of unit ${unit}`, description: "-" });
        const examples = rest.examples.map(({ picture, ...example }) => ({ ...example, values: [0.25, -3] }));
        return {
          ...rest,
          examples,
          map: { scene, range: signedRange(values), extent: "x from −1 to 1, y from −1 to 1" },
        };
      }),
    ),
    layer(
      "rows",
      2,
      [0, 1].map((unit) => {
        const weights = wave(30, unit);
        const words = { title: `Weights of unit ${unit}`, description: "Bars." };
        const scene = weightBars({ weights, names: hostileNames, ...words });
        const { picture, ...figures } = pictureUnit(unit).maximum!;
        return {
          ...pictureUnit(unit),
          examples: [],
          weights: { form: "bars" as const, scene, range: signedRange(weights) },
          maximum: { ...figures, scene: weightBars({ weights, title: `Made input ${unit}`, description: "Bars." }) },
        };
      }),
      { weights: "slope" },
    ),
  ],
};

export const hostileLayers: LayersData = {
  ...digitsLayers,
  title: hostileNames.join(" "),
  when: hostileNames[0]!,
  examples: { name: hostileNames[1]!, count: 3 },
  run: hostileNames[2]!,
  diagram: networkDiagram(summary(hostileNames.map((name) => [name, "dense", 2, 2] as const))),
  layers: hostileNames.map((name, i) =>
    layer(name, 9, i < 3 ? [pictureUnit(i, name)] : [unitWithoutPictures(i, name)], {
      followers: [name, name],
      layer: i + 1,
      kind: name,
    }),
  ),
};
