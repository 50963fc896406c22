import picocolors from "picocolors";
import type { Output } from "../output.ts";
import { findDigits } from "./digit-files.ts";
import { openBrowser } from "./open-browser.ts";
import { type StudioServer, startServer } from "./server.ts";
import type { ShownRun } from "./shown-run.ts";
import { appFolder, siteOf } from "./site.ts";

export interface OpenWishes {
  readonly run: ShownRun | undefined;
  /** 0 for any that is free. */
  readonly port: number;
  /** Whether a browser may be opened. */
  readonly isShown: boolean;
  readonly output: Output;
}

/** Serves the studio, says where, and shows it in the browser where a person sits before a terminal. */
export async function openStudio({ run, port, isShown, output }: OpenWishes): Promise<StudioServer> {
  const server = await startServer(siteOf({ app: appFolder(), digits: await findDigits(), run }), port);
  const { bold } = picocolors.createColors(output.color);
  output.line(`${bold("Studio")}  ${server.url}`);
  output.json({ kind: "studio", url: server.url });
  if (isShown && process.stdout.isTTY === true && !output.isJson) openBrowser(server.url);
  return server;
}
