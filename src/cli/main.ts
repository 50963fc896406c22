/** The command `nabla`: runs when this file is loaded, on the words of `process.argv`. */
import { tellFailure } from "./exit.ts";
import { tolerateClosedPipes } from "./output.ts";
import { isJsonAsked, runCommandLine } from "./program.ts";

const words = process.argv.slice(2);

tolerateClosedPipes();
// What nothing caught is a defect of ours; it is told like one, and the process does not go on half.
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error) => process.exit(tellFailure(error, isJsonAsked(words))));

process.exitCode = await runCommandLine(words);
