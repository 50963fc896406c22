import { afterEach, describe, expect, test, vi } from "vitest";
import { tellFailure } from "../../src/cli/exit.ts";
import { NablaError } from "../../src/errors.ts";

/** What is written on stderr, as from a pipe. */
function tell(failure: unknown, isJson: boolean): { readonly code: number; readonly text: string } {
  let text = "";
  const write = vi.spyOn(process.stderr, "write").mockImplementation((part) => Boolean((text += String(part))));
  vi.stubEnv("NO_COLOR", "1");
  try {
    return { code: tellFailure(failure, isJson), text };
  } finally {
    write.mockRestore();
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a failure", () => {
  test("of the user is its sentence; wrong usage has a code of its own", () => {
    const wrong = new NablaError("OPTION", "no such \u001b[31mname", { hint: "Give another." });
    expect(tell(wrong, false)).toEqual({ code: 2, text: "nabla: no such [U+001B][31mname. Give another.\n" });
    const failed = new NablaError("DATA", "label 3 is no class");
    expect(tell(failed, true)).toEqual({
      code: 1,
      text: '{"kind":"error","code":"DATA","message":"label 3 is no class.","hint":""}\n',
    });
  });

  test("of nabla says so, and shows its stack only when asked", () => {
    const defect = new TypeError("x is undefined");
    expect(tell(defect, false)).toEqual({
      code: 1,
      text: "nabla: this is a defect of nabla: TypeError: x is undefined. Run it again with NABLA_DEBUG=1 and report what it prints.\n",
    });
    vi.stubEnv("NABLA_DEBUG", "1");
    expect(tell(defect, false).text).toMatch(/TypeError: x is undefined\n {4}at /);
    expect(JSON.parse(tell(defect, true).text)).toMatchObject({
      code: "DEFECT",
      stack: expect.stringContaining("exit.test.ts"),
    });
  });
});
