import { signal } from "@preact/signals";
import { trainingClient } from "nabla/worker";
import { render } from "preact";
import { openPreferences } from "./app/preferences.ts";
import { openServedPage } from "./app/served-run.ts";
import { listenToKeys } from "./app/shortcuts.ts";
import { createStore } from "./app/store.ts";
import { type Stepping, type Studio, StudioContext } from "./app/studio.ts";
import { tableReader } from "./app/table-reader.ts";
import { createTraining } from "./app/training.ts";
import { App } from "./screens/app.tsx";
import { defaultWorkbench } from "./state/defaults.ts";
import type { Workbench } from "./state/workbench.ts";

/** Starts the page: the state of the link in the address or the usual one, a worker to train in, and the first screen. */
async function start(): Promise<void> {
  const spoken = signal("");
  const keysWanted = signal(0);
  const { state, problem } = await firstState();
  const store = createStore(state);
  const connect = () => trainingClient(new Worker(new URL("./worker.js", import.meta.url), { type: "module" }));
  const training = createTraining(store, connect, problem);
  const studio: Studio = {
    store,
    training,
    page: openServedPage(store, training, state === defaultWorkbench && problem === undefined),
    preferences: openPreferences(),
    readTable: tableReader(() => new Worker(new URL("./table.js", import.meta.url), { type: "module" })),
    handed: signal(undefined),
    keysWanted,
    stepping: signal<Stepping | undefined>(undefined),
    say: (sentence) => {
      spoken.value = sentence;
    },
  };
  const root = document.getElementById("studio")!;
  root.replaceChildren();
  render(
    <StudioContext.Provider value={studio}>
      <App spoken={spoken} />
    </StudioContext.Provider>,
    root,
  );
  listenToKeys(studio);
  addEventListener("hashchange", () => void openLink(studio));
}

/** The state of the address. Reading and checking one is fetched by pages that have one to read. */
async function linkedState(): Promise<Workbench> {
  const { fromLink } = await import("./state/link.ts");
  return fromLink(location.hash);
}

async function firstState() {
  if (location.hash.length < 2) return { state: defaultWorkbench };
  try {
    return { state: await linkedState() };
  } catch (problem) {
    return { state: defaultWorkbench, problem };
  }
}

/** A link that is put into the address of a page that is open. */
async function openLink({ store, training }: Studio): Promise<void> {
  if (location.hash.length < 2) return;
  try {
    store.open("open a link", await linkedState());
  } catch (problem) {
    training.report(problem);
  }
}

void start();
