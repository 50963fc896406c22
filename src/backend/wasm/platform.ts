import { ModuleBuilder } from "./assembler.ts";

/** Whether WebAssembly with SIMD may be compiled here: a strict content security policy or an edge runtime may say no. */
export function isSimdAvailable(): boolean {
  return isValid((f) => void f.vectorConstant(0).vectorConstant(0).vector("add").drop());
}

/** Whether a·b + c can be rounded once: relaxed SIMD, in Node 22, Chromium 114, Firefox 145 and later. */
export function isFmaAvailable(): boolean {
  return isValid((f) => void f.vectorConstant(0).vectorConstant(0).vectorConstant(0).vector("relaxedMulAdd").drop());
}

/**
 * Whether the engine keeps the registers of an unrolled loop: V8 before 11.7 (Node 20) spills them, and runs such loops
 * at half the speed. Nothing in WebAssembly itself tells these versions apart, but `Object.groupBy` came with that one.
 */
export const isRecentEngine = (): boolean => "groupBy" in Object;

function isValid(write: (f: ReturnType<ModuleBuilder["function"]>) => void): boolean {
  if (typeof WebAssembly === "undefined") return false;
  const module = new ModuleBuilder();
  const f = module.function("test", []);
  write(f);
  try {
    const bytes = module.bytes({ pages: 1, maximum: 1, isShared: false });
    return WebAssembly.validate(bytes) && new WebAssembly.Module(bytes) instanceof WebAssembly.Module;
  } catch {
    return false; // forbidden to compile
  }
}
