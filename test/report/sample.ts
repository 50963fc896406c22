import type { Picture } from "../../src/plot/picture.ts";
import type { ReportData, ReportMistake } from "../../src/report/report-data.ts";
import type { EpochEvent, History } from "../../src/train/events.ts";

/** Strokes of digits on a 28 × 28 grid, as [x0, y0, x1, y1]; drawn with a soft pen, so that greys occur. */
const strokes: Readonly<Record<string, readonly (readonly [number, number, number, number])[]>> = {
  "1": [[16, 5, 12, 23]],
  "2": [
    [8, 8, 14, 5],
    [14, 5, 19, 9],
    [19, 9, 8, 22],
    [8, 22, 20, 21],
  ],
  "4": [
    [10, 5, 8, 15],
    [8, 15, 20, 14],
    [18, 5, 16, 23],
  ],
  "7": [
    [7, 7, 20, 6],
    [20, 6, 12, 23],
  ],
  "9": [
    [18, 7, 10, 7],
    [10, 7, 9, 13],
    [9, 13, 18, 12],
    [19, 6, 16, 23],
  ],
};

export function digitPicture(digit: string): Picture {
  const pixels = new Float32Array(28 * 28);
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      let nearest = Number.POSITIVE_INFINITY;
      for (const [x0, y0, x1, y1] of strokes[digit] ?? []) {
        const [dx, dy] = [x1 - x0, y1 - y0];
        const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
        nearest = Math.min(nearest, Math.sqrt((x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2));
      }
      pixels[28 * y + x] = Math.min(1, Math.max(0, 2.1 - nearest));
    }
  }
  return { pixels, width: 28, height: 28, isInk: true };
}

export const digits: readonly string[] = Array.from({ length: 10 }, (_, i) => String(i));

export const confusion: readonly (readonly number[])[] = [
  [966, 0, 0, 1, 0, 4, 4, 3, 0, 2],
  [0, 1113, 3, 4, 0, 2, 3, 3, 7, 0],
  [9, 1, 988, 4, 4, 0, 5, 11, 9, 1],
  [2, 0, 4, 975, 0, 10, 1, 9, 4, 5],
  [3, 0, 4, 1, 933, 0, 8, 5, 0, 28],
  [4, 3, 0, 23, 1, 838, 9, 3, 5, 6],
  [8, 5, 2, 1, 1, 7, 927, 1, 6, 0],
  [3, 8, 17, 7, 3, 0, 0, 984, 2, 4],
  [7, 1, 5, 12, 6, 5, 6, 6, 919, 7],
  [6, 6, 2, 8, 20, 1, 0, 15, 11, 940],
];

export function epoch(
  number: number,
  loss: number,
  accuracy: number,
  validation?: readonly [number, number],
): EpochEvent {
  return {
    kind: "epoch",
    epoch: number,
    loss,
    metrics: { accuracy },
    ...(validation ? { validation: { loss: validation[0], accuracy: validation[1] } } : {}),
    samplesPerSecond: 48_000 + 100 * number,
    seconds: 1.24,
  };
}

export const history: History = {
  epochs: [
    epoch(1, 0.3604, 0.8981, [0.1987, 0.9412]),
    epoch(2, 0.1652, 0.9523, [0.1402, 0.9583]),
    epoch(3, 0.1168, 0.9661, [0.1153, 0.9655]),
    epoch(4, 0.0893, 0.9742, [0.0991, 0.9706]),
    epoch(5, 0.0714, 0.9791, [0.0958, 0.9713]),
  ],
  stopped: "finished",
  best: 5,
  seconds: 6.21,
};

const pairs = "94 72 17 49 27 97 71 41 14 21 91 79 42 24 74 47 19 12".split(" ");

export const mistakes: readonly ReportMistake[] = pairs.map((pair, i) => ({
  index: 247 + 311 * i,
  actual: pair[0]!,
  seenAs: pair[1]!,
  probability: 0.9981 - i * i * 0.0008,
  loss: 10 - i / 2,
  picture: digitPicture(pair[0]!),
}));

export const digitsReport: ReportData = {
  title: "784-128-10 on mnist",
  when: "23 November 2026, 12:36",
  command: "nabla train mnist --hidden 128 --epochs 5 --seed 7",
  model: {
    layers: [
      { name: "hidden", kind: "dense", output: [128], parameters: 100_480 },
      { name: "relu", kind: "relu", output: [128], parameters: 0 },
      { name: "output", kind: "dense", output: [10], parameters: 1290 },
      { name: "softmax", kind: "softmax", output: [10], parameters: 0 },
    ],
    parameters: 101_770,
  },
  data: { name: "mnist", shape: [28, 28], train: 54_000, validation: 6000, test: 10_000, classes: digits },
  settings: [
    ["Loss", "cross entropy"],
    ["Optimizer", "adam"],
    ["Learning rate", 0.001],
    ["Batch size", 64],
    ["Epochs", 5],
  ],
  seed: 7,
  arithmetic: "portable",
  engine: "wasm",
  threads: 1,
  history,
  evaluation: { loss: 0.1341, accuracy: 0.9583, confusion, size: 10_000 },
  mistakes,
};

/** Regression on rows of numbers: no accuracy, no confusion matrix, no pictures. */
export const regressionReport: ReportData = {
  title: "4-8-1 on houses.csv",
  model: {
    layers: [
      { name: "hidden", kind: "dense", output: [8], parameters: 40 },
      { name: "output", kind: "dense", output: [1], parameters: 9 },
    ],
    parameters: 49,
  },
  data: { name: "houses.csv", shape: [4], train: 400, test: 100 },
  settings: [["Loss", "mean squared"]],
  seed: 1,
  history: {
    epochs: [
      { kind: "epoch", epoch: 1, loss: 2.5, metrics: {}, samplesPerSecond: 1000, seconds: 0.4 },
      { kind: "epoch", epoch: 2, loss: 1.25, metrics: {}, samplesPerSecond: 1000, seconds: 0.4 },
    ],
    stopped: "early",
    best: 2,
    seconds: 0.8,
  },
  evaluation: { loss: 1.375, size: 100 },
  mistakes: [{ index: 4, seenAs: "3.21", actual: "7.9", loss: 21.99, values: [1, 2.5, -3, 4, 5, 6, 7] }],
};

/** Names that try to close, hide, reorder or run something, one of each kind. */
export const hostileNames: readonly string[] = [
  "</script><script>alert(1)</script>",
  "</style></title><svg onload=alert(1)>",
  "\"' onmouseover=alert(1) x='",
  "__proto__",
  "constructor",
  "\u001b[31mred\u001b]0;title\u0007",
  "evil\u202egnp.exe\u2066",
  "line\nbreak\r\ttab\u2028",
  "\u0000\u0007\u009b31m\ud800",
  "-->]]>&amp;<!--",
  "   ",
  "x".repeat(10_000),
];

export const hostileReport: ReportData = {
  ...digitsReport,
  title: hostileNames.join(" "),
  when: hostileNames[0]!,
  command: hostileNames.join(" "),
  model: {
    layers: hostileNames.map((name) => ({ name, kind: name, output: [2], parameters: 1 })),
    parameters: 12,
  },
  data: { ...digitsReport.data, name: hostileNames[1]!, classes: hostileNames },
  settings: hostileNames.map((name) => [name, name]),
  arithmetic: hostileNames[2]!,
  engine: hostileNames[3]!,
  history: {
    ...history,
    epochs: history.epochs.map((event) => ({
      ...event,
      // JSON.parse makes `__proto__` an own property, as a metrics.jsonl read back would.
      metrics: JSON.parse(`{"accuracy":0.5,"__proto__":1,"<b>":2,"x\\u202ey":3}`) as Record<string, number>,
    })),
  },
  evaluation: {
    loss: 1,
    accuracy: 0.5,
    size: 24,
    confusion: hostileNames.map((_, i) => hostileNames.map((_, j) => (i === j || j === i + 1 ? 1 : 0))),
  },
  baseline: { name: hostileNames[0]!, share: 0.1 },
  mistakes: hostileNames.map((name, index) => ({
    index,
    seenAs: name,
    actual: name,
    probability: 0.5,
    loss: 1,
    picture: digitPicture("4"),
  })),
  findings: hostileNames.map((name) => ({ evidence: name, advice: name, layer: name })),
};
