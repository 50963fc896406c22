import type { Backend, Store } from "../backend.ts";
import { PlainStore } from "./store.ts";

/**
 * Computes in plain TypeScript, with the bits of the WebAssembly backend under portable arithmetic: the twin that tests
 * compare with, and what runs where a page's security policy forbids generated code.
 */
export function plainBackend(): Backend {
  return { name: "plain", arithmetic: "portable", open: (): Store => new PlainStore() };
}
