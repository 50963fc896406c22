import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests of threads count those of their process, and replace a module: each file has a process of its own. */
const apart = "test/threads/**/*.test.ts";

export default defineConfig({
  resolve: {
    alias: [
      { find: /^nabla$/, replacement: source("./src/index.ts") },
      { find: /^nabla\/(\w+)$/, replacement: source("./src/$1/index.ts") },
    ],
  },
  test: {
    pool: "forks",
    maxWorkers: 3, // half of the tests wait for a browser or a process: other files run meanwhile
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      // one process for many files, which loads the sources once
      { extends: true, test: { name: "shared", include: ["test/**/*.test.ts"], exclude: [apart], isolate: false } },
      { extends: true, test: { name: "apart", include: [apart] } },
    ],
  },
});
