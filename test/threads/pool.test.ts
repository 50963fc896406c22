import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { runChild } from "./child.ts";

const cores = availableParallelism();

describe("a process that has trained with threads", () => {
  test("uses no processor while it rests, and ends by itself", async () => {
    const { code, said } = await runChild("idle-child.ts");
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/^\{.*\}\n$/) });
    const { sharing, milliseconds } = JSON.parse(said) as { sharing: number; milliseconds: number };
    expect(sharing).toBeGreaterThanOrEqual(Math.min(2, cores));
    // one thread that kept looking for work would take 300
    expect(milliseconds).toBeLessThan(50);
  });

  test("may use plans for more and for fewer threads, in any order", async () => {
    const { code, said } = await runChild("crowd-child.ts");
    expect({ code, said }).toEqual({ code: 0, said: '{"isSame":true,"fewest":4}\n' });
  });
});
