import { adam, crossEntropy, dataset, dense, dropout, load, maxout, network, relu, sequential, softmax } from "nabla";
import { describe, expect, test } from "vitest";
import { encodeModel } from "../../src/train/model-file.ts";
import { failure } from "../data/failure.ts";

const points = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(2 * i), ((i * 5) % 7) / 7]);
const data = dataset(
  points,
  points.map(([a]) => (a! > 0 ? 1 : 0)),
);
const options = { input: 3, seed: 4 };

const branched = () =>
  network(options, (x, { add, multiply, concatenate }) => {
    const shared = dense(3, { name: "twin" });
    const h = x.to(shared, relu);
    const again = h.to(shared);
    return concatenate(add(h, again), multiply(h, x), x.to(maxout(2), dropout(0.1))).to(dense(2), softmax);
  });

describe("a network with branches", () => {
  test("without branches is the sequence, to the bit", async () => {
    const same = network(options, (x) => x.to(dense(4), relu).to(dense(2), softmax));
    const plain = sequential([dense(4), relu, dense(2), softmax], options);
    for (const model of [same, plain]) await model.fit(data, { epochs: 2, batchSize: 10 }).done;
    expect(await same.toBytes()).toEqual(await plain.toBytes());
    expect(String(same.summary())).toBe(String(plain.summary()));
  });

  test("computes what it says", async () => {
    const model = network({ input: 2 }, (x, { add, multiply, concatenate }) => {
      const a = x.to(dense(2, { name: "a", bias: false }));
      return concatenate(add(a, x), multiply(a, x, x), x);
    });
    model.weights.set("a/weight", [
      [1, 2],
      [0, -1],
    ]); // a = [x₁ + 2x₂, −x₂]
    expect([...(await model.predict([3, 5])).data]).toEqual([13 + 3, -5 + 5, 13 * 9, -5 * 25, 3, 5]);
  });

  test("shares the parameters of a layer that is used twice", async () => {
    const model = branched();
    expect(model.weights.names().filter((name) => name.startsWith("twin"))).toEqual(["twin/weight", "twin/bias"]);
    expect(model.summary().layers.map(({ name, from }) => [name, ...from])).toEqual([
      ["twin", "input"],
      ["relu 1", "twin"],
      ["twin, use 2", "relu 1"],
      ["add 1", "relu 1", "twin, use 2"],
      ["multiply 1", "relu 1", "input"],
      ["maxout 1", "input"],
      ["dropout 1", "maxout 1"],
      ["concatenate 1", "add 1", "multiply 1", "dropout 1"],
      ["dense 2", "concatenate 1"],
      ["softmax 1", "dense 2"],
    ]);
    expect(model.summary().parameters).toBe(12 + 2 * (2 * 3 + 2) + 8 * 2 + 2);
    expect(String(model.summary())).toContain("those of twin");
  });

  test("trains, and is saved, loaded and cloned like any model", async () => {
    const model = branched();
    const settings = { loss: crossEntropy, optimizer: adam({ learningRate: 0.03 }), batchSize: 10, epochs: 20 };
    const history = await model.fit(data, settings).done;
    expect(history.epochs.at(-1)!.loss).toBeLessThan(0.7 * history.epochs[0]!.loss);
    const back = await load(await model.toBytes());
    expect(String(back.summary())).toBe(String(model.summary()));
    for (const other of [back, model.clone()]) {
      expect(await other.predict(points)).toEqual(await model.predict(points));
      await other.fit(data, { ...settings, epochs: 1 }).done;
    }
    await model.fit(data, { ...settings, epochs: 1 }).done;
    expect(await back.predict(points)).toEqual(await model.predict(points));
  });

  test.each<[string, Parameters<typeof network>[1], string, string]>([
    ["nothing", () => undefined as never, "OPTION", "its function returned no branch"],
    [
      "a layer that leads nowhere",
      (x) => {
        x.to(dense(2, { name: "lost" }));
        return x.to(dense(2));
      },
      "OPTION",
      'layer "lost": leads nowhere',
    ],
    ["something that is no layer", (x) => x.to(dense(2)).to({} as never), "OPTION", "is no layer"],
    [
      "sizes that do not add",
      (x, { add }) => add(x, x.to(dense(2))),
      "SHAPE",
      'layer "add 1": cannot add [2,3] and [2,2]',
    ],
    ["no branches", (_, { add }) => add(), "OPTION", "add was given no branches"],
    ["no branch at all", (x, { add }) => add(x, 3 as never), "OPTION", "no branch of this network"],
    ["one name twice", (x) => x.to(dense(3, { name: "a" }), dense(3, { name: "a" })), "OPTION", '"a"'],
  ])("refuses %s", async (_, describe, code, words) => {
    const error = await failure(() => network(options, describe));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
  });

  test("a file whose uses are wrong is no model", async () => {
    const good = [{ layer: 0, inputs: [0] }];
    const header = { input: [3], seed: 0, layers: [{ kind: "relu" }], parameters: [] };
    expect((await load(encodeModel({ ...header, uses: good }, []))).summary().layers).toHaveLength(1);
    const wrong: unknown[] = [
      ...[[], {}, 3, [{}], [{ layer: 1, inputs: [0] }], [{ layer: 0, inputs: [1] }], [{ layer: 0, inputs: [] }]],
      ...[
        [{ layer: 0, inputs: [-1] }],
        [{ layer: 0.5, inputs: [0] }],
        [
          { layer: 0, inputs: [0] },
          { layer: 0, inputs: [0] },
        ],
      ],
    ];
    for (const uses of wrong) {
      const error = await failure(() => load(encodeModel({ ...header, uses } as never, [])));
      expect(error.code, JSON.stringify(uses)).toBe("FORMAT");
    }
  });
});
