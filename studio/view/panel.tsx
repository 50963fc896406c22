import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import type { PanelName } from "../state/workbench.ts";
import { words } from "../words.ts";
import { IconButton } from "./controls.tsx";

/** A panel of the workbench: its title, one line that says what is in it, and buttons to close and to maximise it. */
export function Panel({
  name,
  explanation,
  children,
}: {
  readonly name: PanelName;
  readonly explanation: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const { store } = useStudio();
  const { closed, maximized } = store.state.value.look;
  const title = words.panels[name];
  const id = useId();
  const isMaximized = maximized === name;
  return (
    <section class="panel" aria-labelledby={id} data-panel={name}>
      <div class="panel-head">
        <h2 id={id} tabIndex={-1}>
          {title}
        </h2>
        <span class="panel-tools">
          <IconButton
            icon={isMaximized ? "restore" : "maximize"}
            label={isMaximized ? words.panels.restore(title) : words.panels.maximize(title)}
            onPress={() => store.look({ maximized: isMaximized ? null : name })}
          />
          <IconButton
            icon="close"
            label={words.panels.close(title)}
            onPress={() => store.look({ closed: [...closed, name], maximized: null })}
          />
        </span>
        <p class="label">{explanation}</p>
      </div>
      {children}
    </section>
  );
}

/** A part of another screen, which always stands there. */
export function Part({
  title,
  explanation,
  children,
}: {
  readonly title: ComponentChildren;
  readonly explanation?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {explanation !== undefined && <p class="label">{explanation}</p>}
      </div>
      {children}
    </section>
  );
}
