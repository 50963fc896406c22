import { extname } from "node:path";

/** How a kind of answer may be used by the browser that gets it. */
export type Policy = "page" | "worker" | "report" | "data";

/** The page and all that it loads come from here, and nothing else; only generated WebAssembly is compiled. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "font-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

const policies: Readonly<Record<Policy, readonly string[]>> = {
  page: [...pagePolicy, "frame-ancestors 'none'"],
  // A script's own policy counts where it runs as a worker. nabla's threads, which the page never starts itself, are
  // workers of a worker, made of a blob.
  worker: [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
  ],
  // It came with a run, and a run may come from anybody: no script, no request, an origin of its own.
  report: ["sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:", "frame-ancestors 'none'"],
  data: ["default-src 'none'", "frame-ancestors 'none'"],
};

/**
 * The headers of every answer. COOP and COEP give the page shared memory, which nabla's threads need; CORP keeps other
 * sites from loading what is here. Only names that hold a hash of their content may be kept: another tool may serve other
 * files on this port tomorrow.
 */
export function headersOf(policy: Policy, isHashed = false): Readonly<Record<string, string>> {
  return {
    "Content-Security-Policy": policies[policy].join("; "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": isHashed ? "private, max-age=600" : "no-store",
  };
}

/**
 * A file `_headers`, which some hosts of static files read (Netlify, Cloudflare Pages): the same, but that an exported
 * studio may stand in a frame and be loaded from elsewhere.
 */
export function exportedHeaders(): string {
  const lines = (path: string, headers: Readonly<Record<string, string>>) =>
    `${path}\n${Object.entries(headers)
      .map(([name, value]) => `  ${name}: ${value}\n`)
      .join("")}`;
  return lines("/*", {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** Bytes where nothing better is known. */
export const typeOf = (name: string): string => types[extname(name).toLowerCase()] ?? "application/octet-stream";
