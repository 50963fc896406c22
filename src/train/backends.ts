import type { Arithmetic, Backend } from "../backend/backend.ts";
import { wasmBackend } from "../backend/wasm/backend.ts";
import { isFmaAvailable, isSimdAvailable } from "../backend/wasm/platform.ts";
import { NablaError } from "../errors.ts";

export type ArithmeticOption = Arithmetic | "auto";

/** Throws UNSUPPORTED for "fma" where there is none. */
export function checkArithmetic(arithmetic: ArithmeticOption): void {
  if (arithmetic !== "fma" || isFmaAvailable()) return;
  throw new NablaError("UNSUPPORTED", 'arithmetic "fma" is not available on this platform', {
    expected: "relaxed SIMD (Node 22, a current browser)",
    received: "none",
    hint: 'Leave arithmetic out, or use "portable".',
  });
}

/** From so many parameters on, "auto" takes fused arithmetic: smaller networks would not feel it. */
const large = 50_000;

/**
 * The way of computing that this platform offers: generated WebAssembly, or where that is forbidden the plain twins,
 * which are slower, give the same bits, and are fetched only then. "auto" is portable arithmetic, and for networks of
 * 50,000 parameters and more the faster fused one where the platform has it.
 */
export async function backendFor(arithmetic: ArithmeticOption, parameters: number): Promise<Backend> {
  checkArithmetic(arithmetic);
  if (arithmetic === "fma" || (arithmetic === "auto" && parameters >= large && isFmaAvailable()))
    return wasmBackend("fma");
  if (isSimdAvailable()) return wasmBackend("portable");
  const { plainBackend } = await import("../backend/plain/backend.ts");
  return plainBackend();
}
