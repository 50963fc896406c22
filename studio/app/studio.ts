import type { Signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Preferences } from "./preferences.ts";
import type { ServedPage } from "./served-run.ts";
import type { Store } from "./store.ts";
import type { TableReader } from "./table-reader.ts";
import type { Training } from "./training.ts";

/** All that a panel may ask for. */
export interface Studio {
  readonly store: Store;
  readonly training: Training;
  readonly preferences: Preferences;
  readonly readTable: TableReader;
  /** What the server of the page has: digits, and a run. */
  readonly page: ServedPage;
  /** An example that another screen hands to the numbers, such as a drawing: they take it when they are opened. */
  readonly handed: Signal<{ readonly x: readonly number[]; readonly t: number } | undefined>;
  /** Counts how often the list of keys was asked for by its key. */
  readonly keysWanted: Signal<number>;
  /** What the keys for play and step do on a screen that steps through something of its own; undefined: training. */
  readonly stepping: Signal<Stepping | undefined>;
  /** Says something to a screen reader, politely. */
  readonly say: (words: string) => void;
}

/** A screen's own play, steps and reset. */
export interface Stepping {
  readonly play: () => void;
  readonly forward: () => void;
  readonly back: () => void;
  readonly reset: () => void;
}

export const StudioContext = createContext<Studio | undefined>(undefined);

export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (!studio) throw new Error("a panel stands outside of the studio");
  return studio;
}
