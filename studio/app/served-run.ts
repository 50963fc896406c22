import { batch, type ReadonlySignal, signal } from "@preact/signals";
import { nothingServed, type Served, type ServedRun, servedOf, servedRunOf } from "../state/served.ts";
import { words } from "../words.ts";
import type { Store } from "./store.ts";
import type { Training } from "./training.ts";

/** What a run in the terminal tells while it goes on. */
export interface RunProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Of the last epoch, 0 to 1; undefined where the targets are values. */
  readonly accuracy: number | undefined;
  /** After the end, on the test samples. */
  readonly testAccuracy: number | undefined;
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  readonly loss: number | undefined;
}

/** The server of this page, where it has one: which digits it has, and a run, which may still go on. */
export interface ServedPage {
  /** Undefined until `studio.json` has been read. */
  readonly served: ReadonlySignal<Served | undefined>;
  readonly run: ReadonlySignal<ServedRun | null>;
  readonly progress: ReadonlySignal<RunProgress>;
  /** Whether the live run's server stopped answering. */
  readonly isLost: ReadonlySignal<boolean>;
  /** Something to know of the run that was opened. */
  readonly note: ReadonlySignal<string>;
  /** Opens the run's model in the page: its net, its weights, its data where there are some. */
  openRun(): Promise<void>;
  dismiss(): void;
}

const noProgress: RunProgress = {
  epoch: 0,
  epochs: 0,
  accuracy: undefined,
  testAccuracy: undefined,
  losses: [],
  loss: undefined,
};

/** A run's curve keeps about so many points; of more, every other one goes. */
const mostPoints = 400;

/**
 * Reads `studio.json`, and a run's events while it goes on. A run that is done is opened by itself when nothing was done
 * in the page yet; else a strip offers it. `mayOpen` says whether the page may be given another state unasked.
 */
export function openServedPage(store: Store, training: Training, mayOpen: boolean): ServedPage {
  const served = signal<Served | undefined>(undefined);
  const run = signal<ServedRun | null>(null);
  const progress = signal(noProgress);
  const isLost = signal(false);
  const note = signal("");
  /** A link that was opened, a change, a step: from then on the page is somebody's work. */
  const isUntouched = (): boolean =>
    mayOpen && store.canUndo.peek() === undefined && (training.snapshot.peek()?.step ?? 0) === 0;

  const openRun = async (): Promise<void> => {
    const { name, files } = run.peek() ?? {};
    if (name === undefined || !files?.model) return;
    try {
      const [bytes, config, { readRunModel }, { workbenchOfRun }] = await Promise.all([
        bytesOf(files.model),
        files.config ? jsonOf(files.config) : undefined,
        import("../state/run-model.ts"),
        import("../state/run-workbench.ts"),
      ]);
      const model = readRunModel(bytes);
      const { state, isDataMissing } = workbenchOfRun(name, config, model);
      batch(() => {
        store.holdRun({ name, weights: model.weights });
        store.open(words.digits.run.opened(name), state);
        note.value = [model.hasDropout && words.digits.run.dropout, isDataMissing && words.digits.run.noTable]
          .filter(Boolean)
          .join(" ");
      });
    } catch (error) {
      training.report(error);
    }
  };

  const take = (found: ServedRun | null): void => {
    run.value = found;
    if (!found || found.isLive || !found.files.model) return;
    if (isUntouched()) void openRun();
    // a link that begins with this very run's weights, opened where the run is
    else if (store.state.peek().network.run === found.name) void holdRun(found.name, found.files.model);
  };

  const holdRun = async (name: string, file: string): Promise<void> => {
    try {
      const { readRunModel } = await import("../state/run-model.ts");
      store.holdRun({ name, weights: readRunModel(await bytesOf(file)).weights });
    } catch (error) {
      training.report(error);
    }
  };

  void jsonOf("studio.json").then(
    (given) => {
      served.value = servedOf(given);
      const found = served.value.run;
      if (found?.isLive && found.events) follow(found.events);
      else take(found);
      if (found?.isLive) run.value = found;
    },
    () => {
      served.value = nothingServed;
    },
  );

  function follow(path: string): void {
    const events = new EventSource(path);
    events.addEventListener("run", ({ data }) => {
      batch(() => {
        progress.value = noProgress;
        run.value = servedRunOf(parsed(data)) ?? run.peek();
      });
    });
    events.onmessage = ({ data }) => {
      isLost.value = false;
      progress.value = progressAfter(progress.peek(), parsed(data));
    };
    events.onerror = () => {
      isLost.value = events.readyState !== EventSource.OPEN;
    };
    events.addEventListener("done", () => {
      events.close();
      // what files there are now
      void jsonOf("studio.json").then(
        (given) => take(servedOf(given).run),
        () => undefined,
      );
    });
  }

  return {
    served,
    run,
    progress,
    isLost,
    note,
    openRun,
    dismiss: () => {
      run.value = null;
      note.value = "";
    },
  };
}

/** What is known after one more event of `metrics.jsonl`. */
export function progressAfter(known: RunProgress, given: unknown): RunProgress {
  if (typeof given !== "object" || given === null) return known;
  const { kind, epoch, epochs, step, loss, metrics, validation, test } = given as Readonly<Record<string, unknown>>;
  if (kind === "start") return { ...known, epochs: numberOr(epochs, 0) };
  if (kind === "step" && typeof step === "number" && typeof loss === "number") {
    const losses = [...known.losses, { step, loss }];
    return {
      ...known,
      epoch: numberOr(epoch, known.epoch),
      loss,
      losses: losses.length <= mostPoints ? losses : losses.filter((_, i) => i % 2 === 0 || i === losses.length - 1),
    };
  }
  if (kind === "epoch") {
    const accuracy = numberOf(validation, "accuracy") ?? numberOf(metrics, "accuracy");
    return { ...known, epoch: numberOr(epoch, known.epoch), accuracy, loss: numberOr(loss, Number.NaN) };
  }
  if (kind === "done") return { ...known, testAccuracy: numberOf(test, "accuracy") };
  return known;
}

const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === "number" ? value : otherwise);

function numberOf(fields: unknown, name: string): number | undefined {
  const value = typeof fields === "object" && fields !== null ? (fields as Record<string, unknown>)[name] : undefined;
  return typeof value === "number" ? value : undefined;
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${path}`);
  return response;
}

const jsonOf = async (path: string): Promise<unknown> => (await fetched(path)).json();
const bytesOf = async (path: string): Promise<Uint8Array> => new Uint8Array(await (await fetched(path)).arrayBuffer());
