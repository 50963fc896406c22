import fc from "fast-check";
import { lossNamed } from "nabla";
import { describe, expect, test } from "vitest";
import { addLayer, outputNeed, removeLayer, setActivation, setNetwork, setUnits } from "../../studio/state/commands.ts";
import { dataOf } from "../../studio/state/data.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { generators } from "../../studio/state/generators.ts";
import { inputsOf } from "../../studio/state/inputs.ts";
import { jobOf, lossOf } from "../../studio/state/job.ts";
import { layerPlaces, layerRecords, parameterNames, parameterSum } from "../../studio/state/layers.ts";
import { changed, redone, timeline, undone } from "../../studio/state/undo.ts";
import { generatorNames, lossChoices, type Workbench } from "../../studio/state/workbench.ts";
import { anyCommand } from "./states.ts";

describe("commands", () => {
  test("after any commands the parts of the state fit each other", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { maxLength: 30 }), (commands) => {
        const state = commands.reduce((now, command) => command(now), defaultWorkbench);
        const need = outputNeed(state.data);
        const last = state.network.layers.at(-1)!;
        expect(last.units).toBe(need.units);
        if (!need.isClassification) expect(last.activation).not.toBe("softmax");
        expect(state.network.layers.every(({ units }) => Number.isInteger(units) && units >= 1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("adding a layer and taking it away gives the layers that were", () => {
    fc.assert(
      fc.property(fc.nat(2), (at) => {
        const wider = addLayer(at)(defaultWorkbench);
        expect(wider.network.layers).toHaveLength(4);
        expect(removeLayer(Math.min(at, 2))(wider).network.layers).toEqual(defaultWorkbench.network.layers);
      }),
    );
  });

  test("a command that changes nothing gives the same state", () => {
    expect(setUnits(0, 8)(defaultWorkbench)).toBe(defaultWorkbench);
    expect(setActivation(0, "tanh")(defaultWorkbench)).toBe(defaultWorkbench);
    expect(removeLayer(2)(defaultWorkbench)).toBe(defaultWorkbench);
    expect(setUnits(2, 5)(defaultWorkbench), "the last layer is as wide as the data asks").toBe(defaultWorkbench);
  });

  test("starting weights stay as long as the net has their shape", () => {
    const edited = setNetwork({ start: { "dense 1/bias": [1, 2, 3, 4, 5, 6, 7, 8] } })(defaultWorkbench);
    expect(setActivation(0, "relu")(edited).network.start).toEqual(edited.network.start);
    expect(setUnits(0, 4)(edited).network.start).toEqual({});
    expect(setNetwork({ seed: 9 })(edited).network.start).toEqual({});
  });
});

describe("undo", () => {
  test("undo and redo go through the very states that were", () => {
    fc.assert(
      fc.property(fc.array(anyCommand, { minLength: 1, maxLength: 20 }), (commands) => {
        let line = timeline<Workbench>(defaultWorkbench);
        const seen = [line.present];
        for (const command of commands) {
          const next = command(line.present);
          if (next !== line.present) seen.push(next);
          line = changed(line, next, "change");
        }
        for (let i = seen.length - 2; i >= 0; i--) expect((line = undone(line)).present).toBe(seen[i]);
        expect(undone(line)).toBe(line);
        for (let i = 1; i < seen.length; i++) expect((line = redone(line)).present).toBe(seen[i]);
        expect(redone(line)).toBe(line);
      }),
      { numRuns: 100 },
    );
  });

  test("a drag is one step, and a change after undo lets the undone go", () => {
    let line = timeline(0);
    for (let i = 1; i <= 5; i++) line = changed(line, i, "drag", "noise");
    line = changed(line, 6, "other");
    expect(line.past.map(({ state }) => state)).toEqual([0, 5]);
    line = changed(undone(line), 9, "new");
    expect(line.future).toEqual([]);
    expect(undone(line).present).toBe(5);
  });
});

describe("data", () => {
  test.each(generatorNames)("%s is drawn as its row says", (generator) => {
    const { noise, classes } = generators[generator];
    const data = dataOf({ kind: "drawn", generator, size: 60, noise, seed: 1, validation: 0.2 });
    expect(data.all.size).toBe(60);
    expect(data.train.size + data.validation!.size).toBe(60);
    expect(data.classes.length).toBe(classes);
    expect(data.inputs).toBe(inputsOf({ kind: "drawn", generator, size: 60, noise, seed: 1, validation: 0.2 }));
    const rows = [...data.trainRows, ...data.validationRows].sort((a, b) => a - b);
    expect(rows).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  test("two samples are not split", () => {
    const data = dataOf({ ...(defaultWorkbench.data as Extract<Workbench["data"], { kind: "drawn" }>), size: 2 });
    expect(data.validation).toBeUndefined();
  });
});

describe("job", () => {
  test("layers, loss and places", () => {
    const job = jobOf(defaultWorkbench, dataOf(defaultWorkbench.data as Extract<Workbench["data"], { kind: "drawn" }>));
    expect(job.model.layers.map(({ kind }) => kind)).toEqual(["dense", "tanh", "dense", "tanh", "dense", "softmax"]);
    expect(lossOf(defaultWorkbench)).toBe("crossEntropy");
    expect(layerPlaces(defaultWorkbench.network).map(({ output }) => output)).toEqual([2, 4, 6]);
    expect(parameterSum(2, defaultWorkbench.network)).toEqual({
      terms: [
        { from: 2, units: 8, hasBias: true, sums: 1, count: 24 },
        { from: 8, units: 8, hasBias: true, sums: 1, count: 72 },
        { from: 8, units: 3, hasBias: true, sums: 1, count: 27 },
      ],
      total: 123,
    });
  });

  test("a maxout layer is one of nabla’s, with two sums", () => {
    const state = setActivation(0, "maxout")(defaultWorkbench);
    const { network } = state;
    expect(layerRecords(network).map(({ kind, name }) => [kind, name])).toEqual([
      ["maxout", "dense 1"],
      ["dense", "dense 2"],
      ["tanh", undefined],
      ["dense", "dense 3"],
      ["softmax", undefined],
    ]);
    expect(layerPlaces(network).map(({ dense, output }) => [dense, output])).toEqual([
      [1, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(parameterNames(network).slice(0, 5)).toEqual([
      "dense 1/weight 1",
      "dense 1/bias 1",
      "dense 1/weight 2",
      "dense 1/bias 2",
      "dense 2/weight",
    ]);
    expect(parameterSum(2, network).total).toBe(123 + 24);
  });

  test("every loss on offer is one that nabla knows by that name", () => {
    for (const loss of lossChoices) expect(lossNamed(loss).name).toBe(loss);
  });
});
