import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Response headers by name. */
export type Headers = Readonly<Record<string, string>>;

/** A web site of this test: the built package under /nabla/, and a page under the name of each set of headers. */
export interface Site {
  /** Where the page with these headers is. */
  pageOf(policy: string): string;
  close(): void;
}

/** Serves on a free port of 127.0.0.1; everything under /<policy>/, scripts too, comes with that policy's headers. */
export async function openSite(policies: Readonly<Record<string, Headers>>): Promise<Site> {
  const files = await siteFiles();
  const server = createServer(({ url = "" }, response) => {
    const [, folder = "", ...rest] = url.split("/");
    const file = files.get(folder === "nabla" ? url : `/page/${rest.join("/")}`);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = extname(url) === ".html" ? "text/html; charset=utf-8" : "text/javascript; charset=utf-8";
    response.writeHead(200, { "content-type": type, ...policies[folder] }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    pageOf: (policy) => `http://127.0.0.1:${port}/${policy}/index.html`,
    close: () => void server.close(),
  };
}

/** Text by path: the built package under /nabla/, and the page with its worker under /page/. */
export const siteFiles = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([...packageFiles(), ...(await pageFiles())]);

/** The package as it is published, read at once, so that another build at this moment changes nothing. */
function packageFiles(): (readonly [string, string])[] {
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs")], { stdio: "pipe" });
  const dist = join(root, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js"))
    .map((path) => [`/nabla/${path.split(sep).join("/")}`, readFileSync(join(dist, path), "utf8")] as const);
}

async function pageFiles(): Promise<(readonly [string, string])[]> {
  const entries = ["page.ts", "worker.ts", "networks.ts", "training-worker.ts", "steer.ts"].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  const { outputFiles } = await build({
    entryPoints: entries,
    outdir: "/page",
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    target: "es2022",
    plugins: [
      {
        name: "package-by-address",
        setup({ onResolve }) {
          onResolve({ filter: /^nabla$/ }, () => ({ path: "/nabla/index.js", external: true }));
          onResolve({ filter: /^nabla\/\w+$/ }, ({ path }) => ({ path: `/${path}.js`, external: true }));
        },
      },
    ],
  });
  const page =
    '<!doctype html><title>nabla</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>';
  return [
    ["/page/index.html", page],
    ...outputFiles.map(({ path, text }) => [`/page/${path.split(/[\\/]page[\\/]/).at(-1)}`, text] as const),
  ];
}
