import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Training } from "../../app/training.ts";

/**
 * Keeps the answer of a view of the worker up to date: while training runs it comes with the snapshots, as often as the
 * worker has time for it; else it is asked for whenever the question changes. One question is on its way at a time, and
 * the newest is asked next. Gives what ends it.
 */
export function follow<Q, T>(
  training: Training,
  view: string,
  question: ReadonlySignal<Q | undefined>,
  answer: Signal<T | undefined>,
): () => void {
  const news = training.view<T>(view);
  let isAsking = false;
  let next: Q | undefined;
  let isOver = false;
  const ask = async (wanted: Q): Promise<void> => {
    next = wanted;
    if (isAsking) return;
    isAsking = true;
    while (next !== undefined && !isOver) {
      const now: Q = next;
      next = undefined;
      try {
        const given = await training.ask<T>(view, now);
        if (!isOver) answer.value = given;
      } catch {
        // the net it was about is gone; the next question is about the new one
      }
    }
    isAsking = false;
  };
  const endAsking = effect(() => {
    const wanted = question.value;
    const isReady = training.loaded.value !== undefined;
    if (wanted === undefined || !isReady) return;
    const unwatch = training.watch(view, wanted);
    if (!training.isPlaying.peek()) void ask(wanted);
    return unwatch;
  });
  const endTaking = effect(() => {
    if (news.value !== undefined) answer.value = news.value;
  });
  return () => {
    isOver = true;
    endAsking();
    endTaking();
  };
}

/** How long a look at the whole test set may be put off while training runs. */
const restMilliseconds = 2000;

/** As `follow`, for what takes long: asked for when training pauses or is stepped, and at ends of epochs now and then. */
export function followSlowly<Q, T>(
  training: Training,
  view: string,
  question: ReadonlySignal<Q>,
  answer: Signal<T | undefined>,
): () => void {
  const isAsking = signal(false);
  let asked: unknown;
  let last = Number.NEGATIVE_INFINITY;
  let isOver = false;
  const end = effect(() => {
    const isReady = training.loaded.value !== undefined;
    const isPlaying = training.isPlaying.value;
    const epochs = training.epochs.value.length;
    const step = isPlaying ? undefined : training.snapshot.value?.step;
    const key = `${step ?? `epoch ${epochs}`} of ${runNumber(training.loaded.value)}`;
    if (!isReady || isAsking.value || key === asked) return;
    if (isPlaying && (epochs === 0 || performance.now() - last < restMilliseconds)) return;
    asked = key;
    isAsking.value = true;
    training
      .ask<T>(view, question.peek())
      .then((given) => {
        if (!isOver) answer.value = given;
      })
      .catch(() => undefined) // another run took its place
      .finally(() => {
        last = performance.now();
        isAsking.value = false;
      });
  });
  return () => {
    isOver = true;
    end();
  };
}

const runs = new WeakMap<object, number>();
let count = 0;

/** Another number for each run that was loaded, so that step 0 of the next one is asked about too. */
function runNumber(loaded: object | undefined): number {
  if (!loaded) return 0;
  const known = runs.get(loaded);
  if (known !== undefined) return known;
  count += 1;
  runs.set(loaded, count);
  return count;
}
