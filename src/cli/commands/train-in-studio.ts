import { type Flags, outputOf } from "../command-flags.ts";
import { exitCodes } from "../exit.ts";
import { isContinuousIntegration } from "../studio-server/open-browser.ts";
import { openStudio } from "../studio-server/open-studio.ts";
import { awaitEnd, misplaced, portOf } from "./studio.ts";
import { train } from "./train.ts";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * `nabla train --studio`: serves the studio first, trains in its sight in this process, and goes on serving until Ctrl-C.
 * Ctrl-C while it trains ends both, the training as ever. In a build service, where nobody could look, the end of the
 * training is the end.
 */
export async function trainInStudio(words: readonly string[], flags: Flags): Promise<void> {
  if (flags["studio"] !== true) {
    const said = flags["port"] === undefined ? "--no-open" : "--port";
    throw misplaced(`${said} goes with --studio`, "Add --studio, or leave it out.");
  }
  const output = outputOf(flags);
  let folder: string | undefined;
  let isTraining = true;
  let isAsked = false;
  // Training listens to the same signals and stops; before it does, there is nothing to complete.
  const onSignal = () => {
    if (folder === undefined) process.exit(exitCodes.interrupted);
    isAsked = true;
  };
  for (const signal of signals) process.on(signal, onSignal);
  const server = await openStudio({
    run: { folder: () => folder, isLive: () => isTraining },
    port: portOf(flags),
    isShown: flags["open"] !== false,
    output,
  });
  output.line();
  try {
    await train(words, flags, {
      begun(made) {
        folder = made;
      },
    });
  } catch (failure) {
    await server.close();
    throw failure;
  } finally {
    isTraining = false;
    for (const signal of signals) process.off(signal, onSignal);
  }
  if (isAsked) return server.close();
  output.line();
  if (isContinuousIntegration(process.env["CI"])) {
    output.line(`The studio at ${server.url} ends with the training, since CI is set.`);
    return server.close();
  }
  const end = awaitEnd();
  output.line(`The studio is at ${server.url}; Ctrl-C ends it.`);
  await end.isAsked;
  await server.close();
  end.calm();
}
