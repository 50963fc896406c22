/**
 * `npm start`: sets the checkout up, builds it, opens the studio, and trains the lecture's digit recogniser on all of MNIST
 * in its sight. The studio stays until Ctrl-C; with `--no-serve` there is none, and the end of the training is the end.
 * Arguments after `--` go to `nabla train`; a later one wins, so `npm start -- --epochs 1` trains one epoch.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { root, runMain } from "./process.mjs";
import { setup } from "./setup.mjs";

const training = ["train", "mnist", "--hidden", "128", "--epochs", "5"];

await runMain(async () => {
  const wishes = process.argv.slice(2);
  const serving = wishes.includes("--no-serve") ? [] : ["--studio"];
  setup();
  await build();
  // In this very process: Ctrl-C, the terminal and the exit code are the command line's own, with nobody in between.
  const cli = join(root, "dist", "cli.js");
  process.argv = [process.execPath, cli, ...training, ...serving, ...wishes.filter((wish) => wish !== "--no-serve")];
  await import(pathToFileURL(cli).href);
});
