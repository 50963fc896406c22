#!/usr/bin/env node
// The command `nabla`. In a checkout, where dist/ is not committed, it is made or renewed first; a published package has it.
import { existsSync } from "node:fs";

const builder = new URL("../scripts/build.mjs", import.meta.url);
if (existsSync(builder)) {
  const { setup } = await import(new URL("../scripts/setup.mjs", import.meta.url));
  const { runMain } = await import(new URL("../scripts/process.mjs", import.meta.url));
  const { build } = await import(builder);
  await runMain(async () => {
    setup();
    await build();
  });
}
if (!process.exitCode) await import(new URL("../dist/cli.js", import.meta.url));
