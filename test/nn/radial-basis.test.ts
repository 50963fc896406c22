import { dataset, dense, load, radialBasis, sequential, softmax } from "nabla";
import { expect, test } from "vitest";

test("a radial basis layer answers exp(-gamma ‖x - c‖²), trains, and is kept in a file", async () => {
  const model = sequential([radialBasis(3, { gamma: 0.5, name: "bumps" })], { input: 2 });
  model.weights.set("bumps/centers", [
    [0, 0],
    [1, 2],
    [-1, 0],
  ]);
  const { data } = await model.predict([[1, 2]]);
  for (const [k, squared] of [5, 0, 8].entries()) expect(data[k]).toBeCloseTo(Math.exp(-0.5 * squared), 6);

  const corners = dataset(
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    [0, 1, 1, 0],
  );
  const net = sequential([radialBasis(8, { gamma: 1 }), dense(2), softmax], { input: 2, seed: 1 });
  await net.fit(corners, { epochs: 400, batchSize: "all" }).done;
  expect((await net.evaluate(corners)).accuracy).toBe(1);
  const kept = await load(await net.toBytes());
  expect(await kept.predict(corners)).toEqual(await net.predict(corners));
  expect(kept.summary().layers[0]).toMatchObject({ kind: "radialBasis", parameters: 16 });
});
