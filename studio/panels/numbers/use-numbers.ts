import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Numbers } from "./numbers-model.ts";

export const NumbersContext = createContext<Numbers | undefined>(undefined);

/** What the screen of numbers shows, for its parts. */
export function useNumbers(): Numbers {
  const numbers = useContext(NumbersContext);
  if (!numbers) throw new Error("a part of the numbers stands outside of their screen");
  return numbers;
}
