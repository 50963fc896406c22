import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Preferences } from "./preferences.ts";
import type { ServedPage } from "./served-run.ts";
import type { Store } from "./store.ts";
import type { Training } from "./training.ts";

/** All that a panel may ask for. */
export interface Studio {
  readonly store: Store;
  readonly training: Training;
  readonly preferences: Preferences;
  /** What the server of the page has: digits, and a run. */
  readonly page: ServedPage;
  /** Counts how often the list of keys was asked for by its key. */
  readonly keysWanted: Signal<number>;
  /** Says something to a screen reader, politely. */
  readonly say: (words: string) => void;
}

export const StudioContext = createContext<Studio | undefined>(undefined);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("a panel stands outside of the studio");
  return studio;
}
