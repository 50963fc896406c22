import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch } from "./browser.ts";

const folder = fileURLToPath(new URL("../../dist/studio", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  events: "text/event-stream",
};

/** The built studio on a port of its own, at a sub-path as on a teacher's host; isolated pages may share memory. */
export async function serveStudio({
  isIsolated = false,
  files = {},
}: {
  readonly isIsolated?: boolean;
  /** What is served besides, by its path from the page: digits, a run. */
  readonly files?: Readonly<Record<string, Uint8Array | (() => string)>>;
} = {}): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url!, "http://host").pathname)).replace(
      "/deep/path/",
      "/",
    );
    try {
      const extra = files[path.replace(/^\//, "")];
      const made = typeof extra === "function" ? extra() : extra;
      const body = made ?? readFileSync(join(folder, path.endsWith("/") ? `${path}index.html` : path));
      response.writeHead(200, {
        "content-type":
          types[path.endsWith("/events") ? "events" : extname(path)] ??
          (path.endsWith("/") ? "text/html" : "application/octet-stream"),
        "content-security-policy":
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'",
        ...(isIsolated && {
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        }),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/deep/path/`, server };
}

export interface StudioPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained of in its console, and errors nobody caught. */
  readonly complaints: readonly string[];
}

export interface OpenOptions {
  readonly hash?: string;
  readonly colorScheme?: "light" | "dark";
  readonly width?: number;
}

/** A fresh profile with the studio open, its net loaded in the worker. */
export async function openStudio(
  browser: Browser,
  url: string,
  { hash = "", colorScheme = "light", width = 1440 }: OpenOptions = {},
): Promise<StudioPage> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    // a host without digits or a run answers 404, which the page reports in words of its own
    if (message.type() === "error" && !/404/.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${url}${hash && `#${hash.replace(/^#/, "")}`}`);
  await page.getByRole("button", { name: "Play" }).waitFor();
  return { page, context, complaints };
}

/** A browser and the built studio for the tests of a file, closed after the last of them. */
export function studioForTests() {
  let browser: Browser | undefined;
  let site: Awaited<ReturnType<typeof serveStudio>> | undefined;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), serveStudio()]);
  });
  afterAll(async () => {
    await browser?.close();
    site?.server.close();
  });
  return {
    get url(): string {
      return site!.url;
    },
    open: (options?: OpenOptions): Promise<StudioPage> => openStudio(browser!, site!.url, options),
  };
}
