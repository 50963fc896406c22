import { batch, computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import type { NablaError } from "nabla";
import type { Loaded, SessionStates, Snapshot, TrainingClient } from "nabla/worker";
import { floatsToText } from "../state/base64url.ts";
import { type Job, jobOf, optimizerOf } from "../state/job.ts";
import type { Moment, StepChoice } from "../state/workbench.ts";
import type { Store } from "./store.ts";

/** One epoch of the curve. */
export interface EpochPoint {
  readonly epoch: number;
  readonly loss: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly validation?: Readonly<Record<string, number>>;
}

/** Training in the worker, as signals that panels read and calls that they make. */
export interface Training {
  /** What the worker holds; undefined while it loads. */
  readonly loaded: ReadonlySignal<Loaded | undefined>;
  readonly snapshot: ReadonlySignal<Snapshot | undefined>;
  readonly isPlaying: ReadonlySignal<boolean>;
  /** Every epoch so far, the first first. */
  readonly epochs: ReadonlySignal<readonly EpochPoint[]>;
  /** What went wrong, until it is dismissed or something works. */
  readonly problem: ReadonlySignal<NablaError | Error | undefined>;
  dismiss(): void;
  /** Shows what went wrong elsewhere. */
  report(problem: unknown): void;
  play(): void;
  pause(): Promise<void>;
  step(by: StepChoice, count: number): Promise<void>;
  /** The starting weights of this state once more. */
  reset(): Promise<void>;
  goTo(step: number): Promise<void>;
  setWeight(name: string, index: readonly number[], value: number): Promise<void>;
  /** The run as it stands, to be put into a link. */
  moment(): Promise<Moment>;
  /** Of the model as a file of nabla. */
  modelBytes(): Promise<Uint8Array>;
  /** Asks that each snapshot brings this view, until the function that comes back is called. Same name: the last wins. */
  watch(view: string, args: unknown): () => void;
  /** The newest result of a watched view. */
  view<T>(name: string): ReadonlySignal<T | undefined>;
  /** One view, once. Rejects with NablaError. */
  ask<T>(view: string, args?: unknown): Promise<T>;
  /** Starts a new worker in the place of one that is gone. */
  restart(): void;
}

/** Parts of the state that a run is made of: another of these and training begins anew. */
const isSameRun = (a: Job, b: Job): boolean => {
  // weights of a run are one object, and too many to be written out at every change of the state
  const isSame = a.model.weights === b.model.weights;
  return a.data === b.data && JSON.stringify(partsOf(a, isSame)) === JSON.stringify(partsOf(b, isSame));
};

function partsOf(
  { model: { weights, ...model }, optimizer: { learningRate, ...optimizer }, data, validation, keep, ...rest }: Job,
  hasSameWeights: boolean,
) {
  return [
    model,
    optimizer,
    rest,
    !hasSameWeights && weights && Object.entries(weights).map(([name, values]) => [name, ...values]),
    keep?.step,
  ];
}

/**
 * `connect` opens a worker and gives its client; it is called again when a worker is gone. `found` is what went wrong
 * before, such as a link that could not be read.
 */
export function createTraining(store: Store, connect: () => TrainingClient, found?: unknown): Training {
  const loaded = signal<Loaded | undefined>(undefined);
  const snapshot = signal<Snapshot | undefined>(undefined);
  const epochs = signal<readonly EpochPoint[]>([]);
  const problem = signal<NablaError | Error | undefined>(undefined);
  const views = signal<Readonly<Record<string, unknown>>>({});
  const watched = new Map<string, unknown>();
  let job: Job | undefined;
  let data: unknown;
  let ready: Promise<unknown> = Promise.resolve();
  let client = open();

  function open(): TrainingClient {
    const next = connect();
    next.onSnapshot((news) => batch(() => take(news)));
    next.watch(Object.fromEntries(watched));
    return next;
  }

  function take(news: Snapshot): void {
    snapshot.value = news;
    if (news.epochsFrom !== undefined || news.epochs.length > 0) {
      const kept =
        news.epochsFrom === undefined ? epochs.value : epochs.value.filter(({ epoch }) => epoch <= news.epochsFrom!);
      epochs.value = thinned([...kept, ...news.epochs]);
    }
    if (Object.keys(news.views).length > 0) views.value = { ...views.value, ...news.views };
  }

  const failed = (error: unknown): void => {
    if (error instanceof Error && (error as NablaError).code === "BUSY") return; // another load took its place
    problem.value = error instanceof Error ? error : new Error(String(error));
  };

  /** Runs an action of a hand once the worker has what it is about. */
  const act = async (action: () => Promise<Snapshot>): Promise<void> => {
    await ready;
    problem.value = undefined;
    try {
      await action(); // what comes of it is told to everybody who hears snapshots
    } catch (error) {
      failed(error);
    }
  };

  function load(next: Job): void {
    job = next;
    batch(() => {
      loaded.value = undefined;
      epochs.value = [];
      snapshot.value = undefined;
      problem.value = undefined;
    });
    ready = client.load(next as Parameters<TrainingClient["load"]>[0]).then((answer) => {
      if (job !== next) return;
      loaded.value = answer;
    }, failed);
  }

  // what a run is made of, apart from the rest of the state: a look at another neuron makes no job
  const part = <K extends "data" | "network" | "training">(name: K) => computed(() => store.state.value[name]);
  const [dataPart, networkPart, trainingPart] = [part("data"), part("network"), part("training")];

  // a state that asks for another run loads it; the rate of one that goes on is only set
  effect(() => {
    const source = dataPart.value;
    const state = { data: source, network: networkPart.value, training: trainingPart.value };
    let next: Job;
    try {
      next = jobOf(state, store.data.value, store.heldRun.value);
    } catch (error) {
      failed(error);
      return;
    }
    untracked(() => {
      if (job && data === source && isSameRun({ ...next, data: 0 }, { ...job, data: 0 })) {
        const { learningRate } = optimizerOf(state.training);
        if (learningRate !== job.optimizer.learningRate) {
          job = { ...job, optimizer: next.optimizer };
          void act(() => client.set({ learningRate }));
        }
        return;
      }
      data = source;
      load(next);
    });
  });

  if (found !== undefined) failed(found);
  return {
    loaded,
    snapshot,
    epochs,
    problem,
    isPlaying: computed(() => snapshot.value?.isRunning === true),
    dismiss: () => {
      problem.value = undefined;
    },
    report: failed,
    play: () => {
      const { until, speed, stepBy } = store.state.value.training;
      problem.value = undefined;
      const batches = stepBy === "epoch" ? (loaded.value?.stepsPerEpoch ?? 1) : 1;
      void act(() =>
        client.start({
          ...(until && { until: { [until.kind]: until.value } }),
          ...(speed > 0 && { stepsPerSecond: speed * batches }),
        }),
      );
    },
    pause: () => act(() => client.pause()),
    step: (by, count) => act(() => client.step({ by, count })),
    reset: async () => {
      if (job) load(job);
      await ready;
    },
    goTo: (step) => act(() => client.goTo(step)),
    setWeight: (name, index, value) => act(() => client.setWeight(name, index, value)),
    moment: async () => {
      await ready;
      return momentOf(await client.states());
    },
    modelBytes: async () => {
      await ready;
      return client.modelBytes();
    },
    watch: (view, args) => {
      watched.set(view, args);
      client.watch(Object.fromEntries(watched));
      return () => {
        if (watched.get(view) !== args) return;
        watched.delete(view);
        client.watch(Object.fromEntries(watched));
      };
    },
    view: <T>(name: string) => computed(() => views.value[name] as T | undefined),
    ask: async <T>(view: string, args?: unknown) => {
      await ready;
      return (await client.ask(view, args)) as T;
    },
    restart: () => {
      client[Symbol.dispose]();
      client = open();
      if (job) load(job);
    },
  };
}

function momentOf({ step, example, values }: SessionStates): Moment {
  const states = Object.entries(values).map(([name, floats]) => [name, floatsToText(floats)] as const);
  return { step, example, states: Object.fromEntries(states) };
}

/** No curve needs more points than a wide screen has columns twice over: then every other one goes, the last stays. */
const mostPoints = 4000;

function thinned(points: readonly EpochPoint[]): readonly EpochPoint[] {
  return points.length <= mostPoints ? points : points.filter((_, i) => i % 2 === 0 || i === points.length - 1);
}
