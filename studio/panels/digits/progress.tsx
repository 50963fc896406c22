import { useCallback } from "preact/hooks";
import { useStudio } from "../../app/studio.ts";
import { figure, percent, whole } from "../../view/figures.ts";
import { palette } from "../../view/palette.ts";
import { Picture } from "../../view/picture.tsx";
import { words } from "../../words.ts";
import { paintLine } from "../run/paint-line.ts";

/** How far training is, how fast, and how many test pictures it gets right after each epoch. */
export function Progress() {
  const { training } = useStudio();
  const isLoaded = training.loaded.value !== undefined;
  return (
    <section class="digit-progress" aria-label={words.digits.progress.label}>
      {isLoaded ? (
        <>
          <Where />
          <Accuracy />
        </>
      ) : (
        <p>{training.problem.value ? "" : words.digits.start.fetching}</p>
      )}
    </section>
  );
}

function Where() {
  const { store, training } = useStudio();
  const { until } = store.state.value.training;
  const isPlaying = training.isPlaying.value;
  const at = training.snapshot.value;
  const { stepsPerEpoch = 1 } = training.loaded.value ?? {};
  const epochs = training.epochs.value;
  if (!at || at.step === 0)
    return <p>{words.digits.progress.waiting(until?.kind === "accuracy" ? percent(until.value, 0) : undefined)}</p>;
  const share = epochs.at(-1)?.validation?.["accuracy"];
  const done = at.step % stepsPerEpoch;
  const batch = done === 0 ? stepsPerEpoch : done;
  return (
    <div class="digit-where">
      <p>
        {isPlaying || share === undefined
          ? words.digits.progress.batch(Math.ceil(at.step / stepsPerEpoch), batch, stepsPerEpoch)
          : words.digits.progress.reached(percent(share), epochs.length)}
      </p>
      {isPlaying && <progress value={batch} max={stepsPerEpoch} aria-label={words.digits.progress.label} />}
      <dl class="figures">
        {isPlaying && (
          <div>
            <dt>{words.digits.progress.speed}</dt>
            <dd data-figure="speed">{whole(Math.round(at.samplesPerSecond / 100) * 100)}</dd>
          </div>
        )}
        <div>
          <dt>{words.digits.progress.loss}</dt>
          <dd>{figure(at.loss)}</dd>
        </div>
      </dl>
    </div>
  );
}

function Accuracy() {
  const { training } = useStudio();
  const epochs = training.epochs.value;
  const colours = palette().value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D, width: number, height: number) =>
      paintLine(
        context,
        epochs.map(({ epoch, validation }) => [epoch, validation?.["accuracy"] ?? Number.NaN] as const),
        { width, height },
      ),
    [epochs, colours],
  );
  if (epochs.length < 2) return null;
  const last = epochs.at(-1)!;
  const share = (value: number | undefined): string => (value === undefined ? "–" : percent(value, 2));
  return (
    <div class="digit-accuracy">
      <p class="label">{words.digits.progress.curve}</p>
      <Picture
        name={words.digits.progress.curve}
        summary={words.digits.progress.curveSummary(epochs.length, share(last.validation?.["accuracy"]))}
        table={() => ({
          columns: [
            words.digits.progress.epoch,
            words.digits.progress.trainLoss,
            words.digits.progress.trainRight,
            words.digits.progress.testLoss,
            words.digits.progress.testRight,
          ],
          rows: epochs.map(({ epoch, loss, metrics, validation }) => [
            whole(epoch),
            figure(loss),
            share(metrics["accuracy"]),
            figure(validation?.["loss"] ?? Number.NaN),
            share(validation?.["accuracy"]),
          ]),
        })}
        draw={draw}
        ratio={0.16}
      />
    </div>
  );
}
