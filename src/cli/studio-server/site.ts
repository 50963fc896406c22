import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NablaError } from "../../errors.ts";
import { jsonText } from "../json.ts";
import { version } from "../version.ts";
import { type Digits, idxFolder, packedFile } from "./digit-files.ts";
import { type Policy, typeOf } from "./headers.ts";
import { describeShownRun, runFiles, type ShownRun } from "./shown-run.ts";

/** What is behind a path. */
export interface Resource {
  readonly type: string;
  readonly policy: Policy;
  /** Whether its name holds a hash of its content. */
  readonly isHashed?: boolean;
  readonly content:
    | { readonly kind: "file"; readonly path: string }
    | { readonly kind: "made"; readonly make: () => Promise<Uint8Array> }
    | { readonly kind: "events"; readonly run: ShownRun };
}

/** Everything that is served: a path that is not in it is not there. */
export type Site = ReadonlyMap<string, Resource>;

export interface SiteParts {
  /** The folder of the studio's own static files. */
  readonly app: string;
  readonly digits: Digits | undefined;
  readonly run: ShownRun | undefined;
}

/** The map from path to what is there, drawn up once: no request can name a file that is not in it. */
export function siteOf({ app, digits, run }: SiteParts): Site {
  const site = new Map<string, Resource>();
  for (const name of appFiles(app)) site.set(`/${name}`, appResource(app, name));
  site.set("/", site.get("/index.html")!);
  const data = (type: string, content: Resource["content"]): Resource => ({ type, policy: "data", content });
  const make = async () =>
    new TextEncoder().encode(manifestText(digits?.sets ?? {}, run ? await describeShownRun(run) : null));
  site.set("/studio.json", data(typeOf("studio.json"), { kind: "made", make }));
  if (digits) {
    site.set(`/${packedFile}`, data(typeOf(packedFile), { kind: "made", make: digits.packed }));
    for (const { name, path } of digits.files)
      site.set(`/${idxFolder}${name}`, data(typeOf(name), { kind: "file", path }));
  }
  if (run) {
    site.set("/run/events", data("text/event-stream; charset=utf-8", { kind: "events", run }));
    for (const name of Object.values(runFiles)) site.set(`/run/${name}`, runResource(run, name));
  }
  return site;
}

/** `studio.json`: what there is for the page to load. */
export const manifestText = (digits: object, run: object | null): string =>
  jsonText({ format: 1, version: version(), digits, run });

/** The plain files under a folder, each with slashes; links are left out. Throws ENVIRONMENT without an index.html. */
export function appFiles(folder: string): readonly string[] {
  const names = existsSync(folder) ? plainFiles(folder) : [];
  if (names.includes("index.html")) return names.sort();
  throw new NablaError("ENVIRONMENT", "the studio's files are missing from this copy of nabla", {
    where: { file: folder },
    expected: "index.html",
    received: "none",
    hint: "Install nabla again; in a checkout, run npm run build.",
  });
}

/** Folder by folder: newer Nodes follow links to folders where they are asked for everything at once. */
function plainFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return plainFiles(join(folder, entry.name)).map((name) => `${entry.name}/${name}`);
    return entry.isFile() ? [entry.name] : [];
  });
}

/** The folder of the studio's files: `dist/studio` of this package, seen from its sources and from what was built. */
export function appFolder(): string {
  for (let folder = new URL(".", import.meta.url); ; folder = new URL("..", folder)) {
    const found = new URL("dist/studio/", folder);
    const isTop = folder.pathname === new URL("..", folder).pathname;
    if (existsSync(found) || isTop) return fileURLToPath(found).replace(/[\\/]$/, "");
  }
}

function appResource(app: string, name: string): Resource {
  const type = typeOf(name);
  const policy = type.startsWith("text/html") ? "page" : type.startsWith("text/javascript") ? "worker" : "data";
  const isHashed = /-[A-Z0-9]{8}\.\w+$/.test(name); // as esbuild names chunks
  return { type, policy, isHashed, content: { kind: "file", path: join(app, name) } };
}

function runResource(run: ShownRun, name: string): Resource {
  return {
    type: typeOf(name),
    policy: name === runFiles.report ? "report" : "data",
    content: {
      kind: "file",
      get path() {
        return join(run.folder() ?? "", name);
      },
    },
  };
}
