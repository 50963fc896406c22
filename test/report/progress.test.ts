import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createProgress, epochLine, type ProgressOptions, progressLine } from "../../src/report/progress.ts";
import { textWidth } from "../../src/report/text-width.ts";
import type { StartEvent, TrainEvent } from "../../src/train/events.ts";
import { epoch, hostileNames } from "./sample.ts";

const start: StartEvent = {
  kind: "start",
  parameters: 101_770,
  loss: "cross entropy",
  arithmetic: "portable",
  engine: "wasm",
  threads: 1,
  samples: 6400,
  batchSize: 64,
  epochs: 2,
  stepsPerEpoch: 100,
};
const escapeCharacter = String.fromCharCode(27);
const erase = `\r${escapeCharacter}[2K`;

/** Two epochs of 100 steps, 10 ms a step; the loss is 1 throughout. */
function play(options: Omit<ProgressOptions, "write">): string[] {
  const written: string[] = [];
  const progress = createProgress({ ...options, write: (text) => written.push(text) });
  progress.show(start, 0);
  for (let step = 1; step <= 200; step++) {
    const number = Math.ceil(step / 100);
    progress.show({ kind: "step", epoch: number, step, loss: 1 }, 1000 + 10 * step);
    if (step % 100 === 0) progress.show(epoch(number, 0.25, 0.9), 1000 + 10 * step);
  }
  progress.show({ kind: "done", history: { epochs: [], stopped: "finished", best: 2, seconds: 2 } }, 3000);
  return written;
}

describe("plain", () => {
  test("writes a line an epoch and no escape sequence", () => {
    expect(play({ isLive: false })).toEqual([
      "epoch 1/2  loss 0.2500  accuracy 90.0 %  48,100 samples/s  1.2 s\n",
      "epoch 2/2  loss 0.2500  accuracy 90.0 %  48,200 samples/s  1.2 s\n",
    ]);
  });
  test("validation is told apart", () => {
    expect(epochLine(epoch(3, 0.1, 0.97, [0.2, 0.95]), 10)).toBe(
      "epoch  3/10  loss 0.1000  accuracy 97.0 %  validation: loss 0.2000  accuracy 95.0 %  48,300 samples/s  1.2 s",
    );
  });
  test("findings and names of metrics stay text", () => {
    const written: string[] = [];
    const progress = createProgress({ isLive: false, write: (text) => written.push(text) });
    for (const name of hostileNames) {
      const finding: TrainEvent = { kind: "finding", code: "X", layer: name, evidence: name, advice: name };
      progress.show(finding, 0);
      progress.show({ ...epoch(1, 1, 1), metrics: { [name]: 1 } }, 0);
    }
    expect(written).toHaveLength(2 * hostileNames.length);
    for (const line of written) expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe("live", () => {
  const written = play({ isLive: true });
  test("draws over one line, no more often than the throttle allows", () => {
    const drawings = written.filter((text) => text.startsWith(erase) && text.length > erase.length);
    expect(drawings).toHaveLength(20); // 2 s of steps, every 100 ms
    expect(drawings.every((text) => !text.includes("\n"))).toBe(true);
  });
  test("clears the line before an epoch's and at the end", () => {
    const at = written.findIndex((text) => text.startsWith("epoch 1/2"));
    expect(written[at - 1]).toBe(erase);
    expect(written.at(-1)).toMatch(/\n$/);
  });
  test("measures speed and time left by the caller's clock", () => {
    const last = written.filter((text) => text.includes("left")).at(-1)!;
    // 100 steps a second of 64 samples each; the last drawing is at step 191, 9 steps before the end
    expect(last).toContain("6,400 samples/s");
    expect(last).toContain("accuracy 90.0 %");
    expect(last).toContain("1.0 s left");
  });
  test("without colour no escape sequence but the erasing of the line", () => {
    expect(written.join("").replaceAll(erase, "")).not.toContain(escapeCharacter);
    expect(play({ isLive: true, color: true }).join("").replaceAll(erase, "")).toContain(`${escapeCharacter}[1m`);
  });
  test("fits a narrow window", () => {
    for (const text of play({ isLive: true, columns: () => 30 })) {
      if (text.startsWith(erase)) expect(textWidth(text.replace(erase, ""))).toBeLessThan(30);
    }
  });
});

describe("progressLine", () => {
  const state = {
    epoch: 2,
    epochs: 5,
    step: 10,
    steps: 40,
    loss: 0.08123,
    accuracy: 0.9741,
    samplesPerSecond: 182_345,
    secondsLeft: 3.2,
  };
  test("says loss, accuracy, speed and time left", () => {
    expect(progressLine(state, { columns: 100 })).toBe(
      "epoch 2/5 ██████░░░░░░░░░░░░░░░░░░  loss 0.0812  accuracy 97.4 %  182,000 samples/s  4.0 s left",
    );
  });
  test("leaves out from the right what does not fit", () => {
    expect(progressLine(state, { columns: 52, characters: "ascii" })).toBe(
      "epoch 2/5 ##---------  loss 0.0812  accuracy 97.4 %",
    );
    expect(progressLine(state, { columns: 25 })).toBe("epoch 2/5 ███░░░░░░░░░░░");
  });
  test("is never as wide as the window", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 300 }), fc.double(), fc.nat(), (columns, loss, step) => {
        expect(textWidth(progressLine({ ...state, loss, step }, { columns }))).toBeLessThan(columns);
      }),
    );
  });
});
