import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { isGzip } from "../../data/gzip.ts";
import { NablaError, quoted } from "../../errors.ts";
import { checkFree } from "../output-file.ts";
import { asObject } from "../small-files.ts";
import { type Digits, idxFolder, packedFile } from "./digit-files.ts";
import { exportedHeaders } from "./headers.ts";
import { openServed } from "./served-file.ts";
import { describeShownRun, runFiles, type ShownRun } from "./shown-run.ts";
import { appFiles, manifestText, type SiteParts } from "./site.ts";

export interface Exported {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Throws OPTION where a folder is in the way: with `isForced` only a studio that was exported before, or an empty folder,
 * is replaced, so that a slip of the finger costs nobody a folder of theirs.
 */
export function checkExport(out: string, isForced: boolean): void {
  checkFree(out, isForced, "--out");
  const entries = entriesOf(out);
  if (entries !== "no folder" && (entries.length === 0 || isExported(out))) return;
  throw new NablaError("OPTION", `--out: ${quoted(out)} is no exported studio, and --force replaces nothing else`, {
    where: { file: out },
    expected: "a new folder, an empty one, or a studio that was exported before",
    received: entries === "no folder" ? "no folder" : "a folder with other files",
    hint: "Name another folder.",
  });
}

/** What is in a folder, nothing where there is none yet; a link to a folder is no folder. */
function entriesOf(out: string): readonly string[] | "no folder" {
  try {
    return lstatSync(out).isDirectory() ? readdirSync(out) : "no folder";
  } catch (error) {
    // what is in the way of making it, writing tells
    return ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "") ? [] : "no folder";
  }
}

function isExported(folder: string): boolean {
  try {
    const manifest = asObject(JSON.parse(readFileSync(join(folder, "studio.json"), "utf8")));
    return manifest?.["format"] === 1 && existsSync(join(folder, "index.html"));
  } catch {
    return false;
  }
}

/**
 * Writes the studio as a folder of static files, with digits and a run where there are: for any host of files, at any
 * path. It is written under another name and then renamed. `checkExport` comes first. Throws ENVIRONMENT.
 */
export async function exportSite({ app, digits, run }: SiteParts, out: string): Promise<Exported> {
  const target = resolve(out);
  const temporary = join(dirname(target), `.${basename(target)}.new-${process.pid}`);
  const old = join(dirname(target), `.${basename(target)}.old-${process.pid}`);
  const written = { files: 0, bytes: 0 };
  const write = async (name: string, content: Uint8Array | string) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const file = join(temporary, ...name.split("/"));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: "wx" });
    written.files += 1;
    written.bytes += bytes.length;
  };
  try {
    mkdirSync(dirname(target), { recursive: true });
    rmSync(temporary, { recursive: true, force: true }); // of a process that died and had our number
    for (const name of appFiles(app)) await write(name, await readFile(join(app, name)));
    const sets = digits && (await writeDigits(digits, write));
    const shown = run && (await writeRun(run, write));
    await write("studio.json", manifestText(sets ?? {}, shown ?? null));
    await write("_headers", exportedHeaders());
    if (existsSync(target)) renameSync(target, old);
    renameSync(temporary, target);
    return written;
  } catch (cause) {
    if (existsSync(old) && !existsSync(target)) renameSync(old, target);
    if (cause instanceof NablaError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new NablaError("ENVIRONMENT", `cannot write the studio to ${quoted(out)}: the system says ${code}`, {
      where: { file: out },
      expected: "a place that can be written to",
      received: code,
      hint: "Make room, or name another folder with --out.",
      cause,
    });
  } finally {
    for (const left of [temporary, old]) if (existsSync(left)) rmSync(left, { recursive: true, maxRetries: 3 });
  }
}

type Write = (name: string, content: Uint8Array | string) => Promise<void>;

/** Compressed here, since not every host does; readers know gzip by its first bytes. */
async function writeDigits({ files, sets, packed }: Digits, write: Write): Promise<Digits["sets"]> {
  const compress = promisify(gzip);
  const small = await compress(await packed(), { level: 9 });
  await write(packedFile, small);
  let bytes = 0;
  for (const { name, path } of files) {
    const content = await readFile(path);
    const kept = isGzip(content) ? content : await compress(content);
    await write(`${idxFolder}${name}`, kept);
    bytes += kept.length;
  }
  return {
    "mnist-16x16": { ...sets["mnist-16x16"], bytes: small.length },
    mnist: { ...sets.mnist, bytes },
  };
}

async function writeRun(run: ShownRun, write: Write): Promise<object> {
  const { events, isLive, ...told } = await describeShownRun(run);
  for (const name of Object.values(runFiles)) {
    const file = await openServed(join(run.folder()!, name));
    if (!file) continue;
    try {
      await write(`run/${name}`, await file.readFile());
    } finally {
      await file.close();
    }
  }
  return { ...told, isLive: false };
}
