import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^nabla$/, replacement: source("./src/index.ts") },
      { find: /^nabla\/(\w+)$/, replacement: source("./src/$1/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 3, // half of the tests wait for a browser or a process: other files run meanwhile
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
