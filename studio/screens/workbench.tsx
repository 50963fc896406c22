import type { ComponentType } from "preact";
import { useStudio } from "../app/studio.ts";
import { DataPanel } from "../panels/data/data-panel.tsx";
import { LossPanel } from "../panels/loss/loss-panel.tsx";
import { NetworkPanel } from "../panels/network/network-panel.tsx";
import { SpacePanel } from "../panels/space/space-panel.tsx";
import { type PanelName, panelNames } from "../state/workbench.ts";
import { TextButton } from "../view/controls.tsx";
import { words } from "../words.ts";

const panels: Readonly<Record<PanelName, ComponentType>> = {
  data: DataPanel,
  network: NetworkPanel,
  space: SpacePanel,
  loss: LossPanel,
};

/** Data at the left, the network in the middle, what it decides and what that costs at the right. */
const columns: readonly (readonly PanelName[])[] = [["data"], ["network"], ["space", "loss"]];

export function WorkbenchScreen() {
  const { store } = useStudio();
  const { closed, maximized } = store.state.value.look;
  const isShown = (name: PanelName): boolean => (maximized ? name === maximized : !closed.includes(name));
  const shown = columns.map((names) => names.filter(isShown)).filter(({ length }) => length > 0);
  const shut = panelNames.filter((name) => closed.includes(name));
  return (
    <>
      <div
        class="deck workbench"
        style={{ gridTemplateColumns: shown.length === columns.length ? undefined : tracks(shown) }}
      >
        {shown.map((names) => (
          <div key={names.join()}>
            {names.map((name) => {
              const Shown = panels[name];
              return <Shown key={name} />;
            })}
          </div>
        ))}
      </div>
      {shut.length > 0 && (
        <nav class="closed" aria-label={words.panels.closed}>
          {shut.map((name) => (
            <TextButton
              key={name}
              label={words.panels.open(words.panels[name])}
              onPress={() => store.look({ closed: closed.filter((other) => other !== name) })}
            />
          ))}
        </nav>
      )}
    </>
  );
}

/** The network takes what the others leave; without it, they share. */
function tracks(shown: readonly (readonly PanelName[])[]): string {
  const hasNetwork = shown.some((names) => names.includes("network"));
  return shown
    .map((names) => (hasNetwork && !names.includes("network") ? "minmax(16rem, 24rem)" : "minmax(0, 1fr)"))
    .join(" ");
}
