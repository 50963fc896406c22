/**
 * Makes a checkout ready: checks Node's version and installs what package-lock.json names, if it is not there yet.
 * Nothing but Node and npm is needed, and nothing is printed when there is nothing to do.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Failure, isMain, root, runMain, say } from "./process.mjs";

const oldestNode = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split(".").map(Number);
  const isTooOld = major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1]);
  if (isTooOld) {
    throw new Failure(
      `needs Node ${oldestNode.join(".")} or newer, this is Node ${version}. Install it from nodejs.org.`,
    );
  }
}

/**
 * True when node_modules holds what package-lock.json asks for on this platform.
 * npm leaves its own lock file in node_modules; contents are compared, since times mean nothing after a clone or a copy.
 */
export function isInstalled(folder = root) {
  const wanted = readPackages(join(folder, "package-lock.json"));
  const installed = readPackages(join(folder, "node_modules", ".package-lock.json"));
  if (!wanted || !installed) return false;
  for (const path of Object.keys(wanted)) {
    if (path === "" || (wanted[path].optional && !isForThisPlatform(wanted[path]))) continue;
    const isSame =
      installed[path]?.version === wanted[path].version && installed[path]?.integrity === wanted[path].integrity;
    if (!isSame || !existsSync(join(folder, path, "package.json"))) return false;
  }
  return Object.keys(installed).every((path) => path in wanted);
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** True for an optional package that names this platform; the C library is not known here, so one that asks for it is left to npm. */
function isForThisPlatform({ os, cpu, libc }) {
  return libc === undefined && os?.includes(process.platform) === true && cpu?.includes(process.arch) === true;
}

export function setup() {
  checkNode();
  if (isInstalled()) return;
  const started = performance.now();
  say("installing the development packages (npm ci)");
  // The cache first: that is faster, and works offline. It may be too old to know a version; then the registry is asked.
  const attempts = [installPackages("--prefer-offline")];
  if (attempts[0].status !== 0) attempts.push(installPackages("--prefer-online"));
  const { status, output } = attempts[attempts.length - 1];
  if (status !== 0) {
    process.stderr.write(output);
    throw new Failure("npm could not install the packages; its own words are above. Is the network there?");
  }
  say(`installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** One `npm ci`. Development packages are wanted whatever NODE_ENV says; none of them needs an install script. */
function installPackages(preference) {
  const result = npm(["ci", preference, "--include=dev", "--include=optional", "--ignore-scripts"]);
  if (result.error) throw new Failure(`npm could not be started: ${result.error.message}. It comes with Node.`);
  return { status: result.status, output: `${result.stdout}${result.stderr}` };
}

/** Runs npm and keeps what it prints, in any shell and under any name of a folder. */
export function npm(words, { environment = process.env, ...place } = {}) {
  const all = [...words, "--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error"];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 2 ** 26, ...place };
  // a `--dry-run` that our caller was given is not meant for us
  options.env = { ...environment, npm_config_dry_run: "false" };
  const script = npmScript();
  if (script) return spawnSync(process.execPath, [script, ...all], options);
  return spawnSync(["npm", ...all.map((word) => JSON.stringify(word))].join(" "), { ...options, shell: true });
}

/** npm's own script: the one that started us, or the one that lies beside this Node; undefined leaves it to the shell. */
function npmScript() {
  const caller = process.env.npm_execpath;
  const nodeFolder = dirname(process.execPath);
  const candidates = [
    caller && /^np[mx]-cli\.c?js$/.test(basename(caller)) ? join(dirname(caller), "npm-cli.js") : undefined,
    join(nodeFolder, "node_modules", "npm", "bin", "npm-cli.js"),
    join(nodeFolder, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  return candidates.find((candidate) => candidate && existsSync(candidate));
}

if (isMain(import.meta.url)) await runMain(setup);
