import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import type { Screen } from "../state/workbench.ts";
import { words } from "../words.ts";
import { ControlBar } from "./control-bar.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import { TopBar } from "./top-bar.tsx";
import { WorkbenchScreen } from "./workbench.tsx";

/** Of a run that the server of the page has: fetched where there is one. */
function RunNotice() {
  const { store, page } = useStudio();
  const [notice, setNotice] = useState<{ readonly Shown: ComponentType } | undefined>(undefined);
  const isWanted = page.run.value !== null || store.state.value.network.run !== undefined;
  useEffect(() => {
    if (!isWanted || notice) return;
    void import("../panels/run/run-strip.tsx").then(
      ({ RunStrip }) => setNotice({ Shown: RunStrip }),
      () => undefined, // the page works without
    );
  }, [isWanted, notice]);
  return isWanted && notice ? <notice.Shown /> : null;
}

/** Screens that are fetched when they are first opened. */
const later: Readonly<Record<Exclude<Screen, "workbench">, () => Promise<ComponentType>>> = {
  numbers: async () => (await import("./numbers.tsx")).NumbersScreen,
  digits: async () => (await import("./digits.tsx")).DigitsScreen,
  lessons: async () => (await import("./lessons.tsx")).LessonsScreen,
};

export function App({ spoken }: { readonly spoken: { readonly value: string } }) {
  const { store } = useStudio();
  const { screen } = store.state.value;
  return (
    <>
      <a class="skip" href="#panels">
        {words.skip}
      </a>
      <TopBar />
      <ProblemNotice />
      <RunNotice />
      <main id="panels" tabIndex={-1}>
        {screen === "workbench" ? (
          <>
            <ControlBar />
            <WorkbenchScreen />
          </>
        ) : (
          <LaterScreen key={screen} name={screen} />
        )}
      </main>
      <p class="spoken" role="status" aria-live="polite">
        {spoken.value}
      </p>
    </>
  );
}

function LaterScreen({ name }: { readonly name: Exclude<Screen, "workbench"> }) {
  const [screen, setScreen] = useState<{ readonly Shown: ComponentType } | undefined>(undefined);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let isCurrent = true;
    later[name]().then(
      (Shown) => isCurrent && setScreen({ Shown }),
      (error: unknown) => isCurrent && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [name]);
  if (screen) return <screen.Shown />;
  return <p class="panel">{problem || words.loading}</p>;
}
