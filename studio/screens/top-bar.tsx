import { useSignalEffect } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useStudio } from "../app/studio.ts";
import { screens } from "../state/workbench.ts";
import { IconButton, TextButton } from "../view/controls.tsx";
import { Icon } from "../view/icon.tsx";
import { words } from "../words.ts";
import { KeysDialog } from "./keys-dialog.tsx";

const themes = ["system", "light", "dark"] as const;

/** Name, screens, undo, colours, share. */
export function TopBar() {
  const { store, preferences, say, keysWanted } = useStudio();
  const [dialog, setDialog] = useState<"share" | "keys" | undefined>(undefined);
  useSignalEffect(() => {
    if (keysWanted.value > 0) setDialog("keys");
  });
  const { screen } = store.state.value;
  const { theme, isPresenter } = preferences;
  return (
    <header class="top">
      <h1 class="brand">
        <Icon name="nabla" />
        <b>
          nabla <span>studio</span>
        </b>
      </h1>
      <nav class="tabs" aria-label="Screens">
        {screens.map((name) => (
          <button
            key={name}
            type="button"
            aria-current={name === screen ? "page" : undefined}
            onClick={() => store.show(name)}
          >
            {words.screens[name]}
          </button>
        ))}
      </nav>
      <div class="row push">
        <IconButton
          icon="undo"
          label={words.top.undo(store.canUndo.value)}
          isDisabled={store.canUndo.value === undefined}
          onPress={() => {
            say(words.top.undo(store.canUndo.value));
            store.undo();
          }}
        />
        <IconButton
          icon="redo"
          label={words.top.redo(store.canRedo.value)}
          isDisabled={store.canRedo.value === undefined}
          onPress={() => {
            say(words.top.redo(store.canRedo.value));
            store.redo();
          }}
        />
        <IconButton
          icon="theme"
          label={words.top.theme[theme.value]}
          onPress={() => {
            theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!;
            say(words.top.theme[theme.value]);
          }}
        />
        <IconButton
          icon="presenter"
          label={words.top.presenter}
          isPressed={isPresenter.value}
          onPress={() => {
            isPresenter.value = !isPresenter.value;
          }}
        />
        <IconButton icon="keys" label={words.top.keys} onPress={() => setDialog("keys")} />
        <TextButton icon="link" label={words.top.share} onPress={() => setDialog("share")} />
      </div>
      {dialog === "share" && <LaterShareDialog onClose={() => setDialog(undefined)} />}
      {dialog === "keys" && <KeysDialog onClose={() => setDialog(undefined)} />}
    </header>
  );
}

/** The dialog with the codec of links, fetched when it is first opened. */
function LaterShareDialog({ onClose }: { readonly onClose: () => void }) {
  const { training } = useStudio();
  const [dialog, setDialog] = useState<{ readonly Shown: ComponentType<{ onClose: () => void }> } | undefined>(
    undefined,
  );
  useEffect(() => {
    let isCurrent = true;
    import("./share-dialog.tsx").then(
      ({ ShareDialog }) => isCurrent && setDialog({ Shown: ShareDialog }),
      (problem: unknown) => training.report(problem),
    );
    return () => {
      isCurrent = false;
    };
  }, [training]);
  return dialog ? <dialog.Shown onClose={onClose} /> : null;
}
