import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { floatsFromText, floatsToText, fromBase64Url, toBase64Url } from "../../studio/state/base64url.ts";
import { checkedWorkbench } from "../../studio/state/check.ts";
import { defaultWorkbench } from "../../studio/state/defaults.ts";
import { fromJson, fromLink, toJson, toLink } from "../../studio/state/link.ts";
import type { Workbench } from "../../studio/state/workbench.ts";
import { anyCommand } from "./states.ts";

const linkOf = (value: unknown): string => textLink(typeof value === "string" ? value : JSON.stringify(value));
const textLink = (text: string | Uint8Array): string => `v1=${deflateRawSync(text).toString("base64url")}`;

describe("links", () => {
  test("any state comes back from its link and its file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyCommand, { maxLength: 12 }), async (commands) => {
        const state = commands.reduce((now, command) => command(now), defaultWorkbench);
        expect(await fromLink(`#${await toLink(state)}`)).toEqual(state);
        expect(fromJson(toJson(state))).toEqual(state);
      }),
      { numRuns: 100 },
    );
  });

  test("a moment comes back to the bit", async () => {
    const values = Float32Array.from([0.1, -1e-30, 3e38, 1 / 3]);
    const moment = { step: 12, example: 3, states: { "dense 1/bias": floatsToText(values) } };
    const state = { ...defaultWorkbench, training: { ...defaultWorkbench.training, moment } };
    const back = await fromLink(await toLink(state));
    expect(back.training.moment).toEqual(moment);
    expect(floatsFromText(back.training.moment!.states["dense 1/bias"]!)).toEqual(values);
  });

  test("a 2-8-8-1 net with 200 own points fits in 2,000 characters", async () => {
    const rows = Array.from({ length: 200 }, (_, i) => [((i * 37) % 200) / 100 - 1, ((i * 91) % 200) / 100 - 1]);
    const state: Workbench = {
      ...defaultWorkbench,
      data: {
        kind: "own",
        name: "own points",
        columns: ["x₁", "x₂"],
        rows,
        target: { kind: "classes", names: ["a"], labels: rows.map(() => 0) },
        isStandardized: false,
        validation: 0.2,
        seed: 1,
      },
      network: {
        ...defaultWorkbench.network,
        layers: [
          { units: 8, activation: "tanh" },
          { units: 8, activation: "tanh" },
          { units: 1, activation: "sigmoid" },
        ],
      },
    };
    expect((await toLink(state)).length).toBeLessThanOrEqual(2000);
  });
});

describe("hostile links", () => {
  const code = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "opened",
      (error: { readonly code?: string }) => error.code ?? String(error),
    );

  test.each([
    ["nothing", ""],
    ["another version", "v2=abc"],
    ["no base64", "v1=…"],
    ["noise", "v1=AAAAAAAA"],
    ["cut off", linkOf({ ...defaultWorkbench }).slice(0, 60)],
    ["no JSON", linkOf("{")],
    ["null", linkOf("null")],
    ["an array", linkOf("[]")],
    ["deep nesting", linkOf("[".repeat(200_000) + "]".repeat(200_000))],
    ["a wrong type", linkOf({ ...defaultWorkbench, data: { ...defaultWorkbench.data, size: "270" } })],
    ["too many samples", linkOf({ ...defaultWorkbench, data: { ...defaultWorkbench.data, size: 1e9 } })],
    ["an unknown screen", linkOf({ ...defaultWorkbench, screen: "constructor" })],
    [
      "an unknown generator",
      linkOf({ ...defaultWorkbench, data: { ...defaultWorkbench.data, generator: "__proto__" } }),
    ],
    ["no layers", linkOf({ ...defaultWorkbench, network: { layers: [], seed: 1 } })],
    [
      "endless units",
      linkOf({ ...defaultWorkbench, network: { layers: [{ units: 1e9, activation: "relu" }], seed: 1 } }),
    ],
    ["infinity", linkOf(JSON.stringify(defaultWorkbench).replace('"learningRate":0.01', '"learningRate":1e999'))],
  ])("%s: FORMAT", async (_, link) => {
    expect(await code(fromLink(link))).toBe("FORMAT");
  });

  test("what inflates without end is given up", async () => {
    const bomb = textLink(new Uint8Array(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await code(fromLink(bomb))).toBe("LIMIT");
    expect(await code(fromLink(`v1=${"A".repeat(3_000_000)}`))).toBe("LIMIT");
  });

  test("__proto__ and unknown keys are dropped", async () => {
    const json = JSON.stringify(defaultWorkbench).replace(/^\{/, '{"__proto__":{"polluted":1},"constructor":{"x":1},');
    const state = await fromLink(linkOf(json));
    expect(state).toEqual(defaultWorkbench);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const start = JSON.parse('{"__proto__":[1]}') as object;
    const weights = checkedWorkbench({ ...defaultWorkbench, network: { ...defaultWorkbench.network, start } });
    expect(Object.getPrototypeOf(weights.network.start)).toBe(Object.prototype);
  });

  test("any JSON is a state or a NablaError, never another error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), async (json) => {
        expect(["opened", "FORMAT", "LIMIT"]).toContain(await code(fromLink(linkOf(json))));
      }),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 200 }), async (text) => {
        expect(["opened", "FORMAT", "LIMIT"]).toContain(await code(fromLink(text)));
      }),
      { numRuns: 200 },
    );
  });
});

test("base64url", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = toBase64Url(bytes);
      expect(text).toBe(Buffer.from(bytes).toString("base64url"));
      expect(fromBase64Url(text)).toEqual(new Uint8Array(bytes));
    }),
  );
});
