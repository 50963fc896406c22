import { screens } from "../state/workbench.ts";
import type { Studio } from "./studio.ts";

/** Keys that work wherever the focus is, but in fields where they are typed. Gives what takes them away again. */
export function listenToKeys({ store, training, preferences, keysWanted, stepping }: Studio): () => void {
  const press = (event: KeyboardEvent): void => {
    if (isTyped(event.target)) return;
    const isControl = event.ctrlKey || event.metaKey;
    if (isControl && event.key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) store.redo();
      else store.undo();
      return;
    }
    if (isControl || event.altKey || !preferences.hasKeys.value) return;
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    action();
  };
  const actionOf = (event: KeyboardEvent): (() => void) | undefined => {
    const { stepBy } = store.state.value.training;
    const { play, forward, back, reset } = stepping.value ?? {
      play: () => (training.isPlaying.value ? void training.pause() : training.play()),
      forward: () => void training.step(stepBy, 1),
      back: () => void training.step(stepBy, -1),
      reset: () => void training.reset(),
    };
    // on a button, Space presses it; arrows move within what takes them
    const isOnControl =
      event.target instanceof Element && event.target.closest("button, a, summary, [role=button]") !== null;
    const takesArrows =
      event.target instanceof Element &&
      event.target.closest("[data-arrows], [role=treegrid], [role=grid], canvas[tabindex]") !== null;
    if (event.key === " " && !isOnControl) return play;
    if (event.key === "ArrowRight" && !takesArrows && !isOnControl) return forward;
    if (event.key === "ArrowLeft" && !takesArrows && !isOnControl) return back;
    const screen = screens[Number(event.key) - 1];
    if (screen) return () => store.show(screen);
    const letters: Readonly<Record<string, () => void>> = {
      r: reset,
      d: () => {
        preferences.theme.value = isDark() ? "light" : "dark";
      },
      p: () => {
        preferences.isPresenter.value = !preferences.isPresenter.value;
      },
      "?": () => {
        keysWanted.value += 1;
      },
    };
    return letters[event.key.toLowerCase()];
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}

const isDark = (): boolean =>
  document.documentElement.dataset["theme"] === "dark" ||
  (document.documentElement.dataset["theme"] === undefined && matchMedia("(prefers-color-scheme: dark)").matches);

function isTyped(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("textarea, select, dialog")) return true;
  return target instanceof HTMLInputElement;
}
