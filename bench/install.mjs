/** Installs what the bench compares with, once for each change of its lockfile. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../scripts/process.mjs";

const folder = join(root, "bench");
const stamp = join(folder, "node_modules", ".nabla-bench");

/**
 * Runs `npm ci` in bench/ without the packages' own scripts. Gives undefined, or the reason why it failed: then peers that
 * are not there are said to be missing, and the rest is measured.
 */
export function install(say) {
  const hash = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return undefined;
  say("installing the peers into bench/node_modules (1.1 GB, once)");
  const isWindows = process.platform === "win32";
  const words = ["ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error"];
  const { status, error } = spawnSync(isWindows ? "npm.cmd" : "npm", words, {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: isWindows,
  });
  if (status !== 0) return error?.message ?? `npm ci ended with ${status}`;
  writeFileSync(stamp, hash);
  return undefined;
}
