import { formatCount, formatDuration, formatNumber, formatPercent } from "../plot/format.ts";
import type { EpochEvent, StartEvent, TrainEvent } from "../train/events.ts";
import { escapeTerminal, paint, progressBar } from "./terminal.ts";
import { padText, textWidth } from "./text-width.ts";

export interface ProgressOptions {
  /** Takes the text: `(text) => process.stderr.write(text)`. */
  readonly write: (text: string) => void;
  /** true: one line that is drawn over. false (a pipe, `TERM=dumb`, `--progress plain`): a line an epoch. */
  readonly isLive: boolean;
  /** Whether escape sequences for weight may be written; false under `NO_COLOR`. Nothing is said by them alone. */
  readonly color?: boolean;
  /** Columns of the terminal now; asked before each drawing, since windows are resized. */
  readonly columns?: () => number;
  readonly characters?: "blocks" | "ascii";
  /** The live line is drawn at most this often. */
  readonly everyMilliseconds?: number;
}

export interface Progress {
  /** Takes each event of a run in order, with the caller's time in milliseconds; the library reads no clock. */
  show(event: TrainEvent, now: number): void;
  /** Clears the live line, before other text is written or when a run ends early. */
  clear(): void;
}

/** What a live line shows. */
export interface ProgressState {
  readonly epoch: number;
  readonly epochs: number;
  /** Steps since the run began, and in all. */
  readonly step: number;
  readonly steps: number;
  /** Of the last steps, smoothed. */
  readonly loss?: number;
  /** After the last epoch, on validation data where there is some. */
  readonly accuracy?: number;
  readonly samplesPerSecond?: number;
  readonly secondsLeft?: number;
}

const eraseLine = "\r\u001b[2K";

/**
 * Progress of a run on a stream: a live bar on a terminal, a line an epoch elsewhere.
 * Every finished epoch leaves its line in both.
 */
export function createProgress(options: ProgressOptions): Progress {
  const { write, isLive, color = false, columns = () => 80, characters = "blocks", everyMilliseconds = 100 } = options;
  let start: StartEvent | undefined;
  let state: ProgressState = { epoch: 0, epochs: 0, step: 0, steps: 0 };
  let first: { readonly step: number; readonly now: number } | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;

  const clear = () => {
    if (isDrawn) write(eraseLine);
    isDrawn = false;
  };
  const line = (text: string) => {
    clear();
    write(`${text}\n`);
  };
  return {
    clear,
    show(event, now) {
      switch (event.kind) {
        case "start":
          start = event;
          state = { epoch: 1, epochs: event.epochs, step: 0, steps: event.epochs * event.stepsPerEpoch };
          first = undefined;
          break;
        case "step": {
          first ??= { step: event.step, now };
          const smooth = state.loss === undefined ? event.loss : 0.95 * state.loss + 0.05 * event.loss;
          state = { ...state, epoch: event.epoch, step: event.step, loss: smooth, ...speed(event.step, now) };
          if (!isLive || now - drawnAt < everyMilliseconds) break;
          drawnAt = now;
          isDrawn = true;
          write(eraseLine + progressLine(state, { columns: columns(), color, characters }));
          break;
        }
        case "epoch":
          state = { ...state, accuracy: event.validation?.["accuracy"] ?? event.metrics["accuracy"] };
          line(epochLine(event, state.epochs));
          break;
        case "finding": {
          const layer = event.layer === undefined ? "" : ` in ${escapeTerminal(event.layer, 60)}`;
          line(`note${layer}: ${escapeTerminal(event.evidence)}. ${escapeTerminal(event.advice)}`);
          break;
        }
        case "checkpoint":
          break;
        case "done":
          clear();
      }
    },
  };

  // Over the whole run so far: a rate of the last moments makes the time left jump about.
  function speed(step: number, now: number): Pick<ProgressState, "samplesPerSecond" | "secondsLeft"> {
    if (!first || !start || now - first.now < 200) return {};
    const stepsPerSecond = (1000 * (step - first.step)) / (now - first.now);
    if (!(stepsPerSecond > 0)) return {};
    const samplesPerStep = start.samples / start.stepsPerEpoch;
    return {
      samplesPerSecond: stepsPerSecond * samplesPerStep,
      secondsLeft: Math.max(0, state.steps - step) / stepsPerSecond,
    };
  }
}

/** The live line, never wider than `columns`: what does not fit is left out from the right, the bar shrinks first. */
export function progressLine(
  state: ProgressState,
  {
    columns = 80,
    color = false,
    characters = "blocks",
  }: { columns?: number; color?: boolean; characters?: "blocks" | "ascii" } = {},
): string {
  const width = String(state.epochs).length;
  const head = `epoch ${padText(String(state.epoch), width, "start")}/${state.epochs}`;
  const facts: string[] = [];
  if (state.loss !== undefined) facts.push(`loss ${formatNumber(state.loss)}`);
  if (state.accuracy !== undefined) facts.push(`accuracy ${formatPercent(state.accuracy, 1)}`);
  // Three digits of the speed are all that hold still.
  if (state.samplesPerSecond !== undefined)
    facts.push(`${formatCount(Number(state.samplesPerSecond.toPrecision(3)))} samples/s`);
  if (state.secondsLeft !== undefined) facts.push(`${formatDuration(Math.ceil(state.secondsLeft))} left`);

  const room = Math.max(1, columns - 1); // the last column makes some terminals wrap
  const narrowest = 10;
  const used = () => textWidth(head) + 1 + facts.reduce((sum, fact) => sum + 2 + textWidth(fact), 0);
  while (facts.length > 0 && used() + narrowest > room) facts.pop();
  const barWidth = Math.min(24, room - used());
  if (barWidth < 1) return head.slice(0, room);
  const bar = progressBar({ done: state.step, total: state.steps, width: barWidth, characters });
  return [paint(head, "bold", color), ` ${bar}`, ...facts.map((fact) => `  ${fact}`)].join("");
}

/** One epoch as one line: `epoch 2/5  loss 0.1652  accuracy 95.2 %  validation: loss 0.1402  accuracy 95.8 %  …`. */
export function epochLine(event: EpochEvent, epochs: number): string {
  const width = String(epochs).length;
  const parts = [`epoch ${padText(String(event.epoch), width, "start")}/${epochs}`, `loss ${formatNumber(event.loss)}`];
  parts.push(...metricTexts(event.metrics));
  if (event.validation) {
    const { loss, ...metrics } = event.validation;
    const texts = [...(loss === undefined ? [] : [`loss ${formatNumber(loss)}`]), ...metricTexts(metrics)];
    if (texts.length > 0) parts.push(`validation: ${texts.join("  ")}`);
  }
  parts.push(`${formatCount(Number(event.samplesPerSecond.toPrecision(3)))} samples/s`, formatDuration(event.seconds));
  return parts.join("  ");
}

function metricTexts(metrics: Readonly<Record<string, number>>): string[] {
  return Object.entries(metrics)
    .slice(0, 8)
    .map(
      ([name, value]) =>
        `${escapeTerminal(name, 30)} ${name === "accuracy" ? formatPercent(value, 1) : formatNumber(value)}`,
    );
}
