import { readFileSync } from "node:fs";

/** nabla's version, from the package.json above this file: beside src in a checkout, beside dist in a package. */
export function version(): string {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    const manifest = readManifest(new URL("package.json", folder));
    if (manifest?.name === "nabla") return manifest.version ?? "unknown";
    if (folder.pathname === new URL("..", folder).pathname) return "unknown";
  }
}

function readManifest(file: URL): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
