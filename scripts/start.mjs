/**
 * `npm start`: sets the checkout up, builds it, and trains the lecture's digit recogniser on all of MNIST.
 * Arguments after `--` go to `nabla train`; a later one wins, so `npm start -- --epochs 1` trains one epoch.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { root, runMain, say } from "./process.mjs";
import { setup } from "./setup.mjs";

const training = ["train", "mnist", "--hidden", "128", "--epochs", "5"];

await runMain(async () => {
  const wishes = process.argv.slice(2);
  const isServing = !wishes.includes("--no-serve");
  setup();
  await build();
  // In this very process: Ctrl-C, the terminal and the exit code are the command line's own, with nobody in between.
  const cli = join(root, "dist", "cli.js");
  process.argv = [process.execPath, cli, ...training, ...wishes.filter((wish) => wish !== "--no-serve")];
  if (isServing) {
    process.once("exit", (code) => {
      if (code === 0) say("done. The studio, which will open here, comes with a later version.");
    });
  }
  await import(pathToFileURL(cli).href);
});
