import type { Arithmetic, Backend } from "../backend.ts";
import { availableThreads } from "./sharing.ts";
import { WasmStore } from "./store.ts";

/** Computes with generated WebAssembly SIMD. */
export function wasmBackend(arithmetic: Arithmetic = "portable"): Backend {
  return {
    name: "wasm",
    arithmetic,
    open: ({ threads = availableThreads() } = {}) => new WasmStore(arithmetic, threads),
  };
}
