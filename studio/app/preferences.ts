import { effect, type Signal, signal } from "@preact/signals";

/** What belongs to this browser and not to a state that is shared. */
export interface Preferences {
  readonly theme: Signal<"system" | "light" | "dark">;
  readonly isPresenter: Signal<boolean>;
  /** Single keys as shortcuts; WCAG 2.1.4 wants that they can be switched off. */
  readonly hasKeys: Signal<boolean>;
}

const place = "nabla-studio";

/** Read from the browser's storage where it lets the page, and kept there. */
export function openPreferences(): Preferences {
  const kept = read();
  const theme = signal<"system" | "light" | "dark">(
    kept.theme === "light" || kept.theme === "dark" ? kept.theme : "system",
  );
  const isPresenter = signal(kept.isPresenter === true);
  const hasKeys = signal(kept.hasKeys !== false);
  effect(() => {
    const root = document.documentElement;
    if (theme.value === "system") root.removeAttribute("data-theme");
    else root.dataset["theme"] = theme.value;
    root.toggleAttribute("data-presenter", isPresenter.value);
    write({ theme: theme.value, isPresenter: isPresenter.value, hasKeys: hasKeys.value });
  });
  return { theme, isPresenter, hasKeys };
}

function read(): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(place) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function write(value: object): void {
  try {
    localStorage.setItem(place, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing: the page works all the same
  }
}
