/** Finds a Chrome or Chromium for the tests that need one; as root on Debian, installs Debian's. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { Failure, isMain, run, runMain, say } from "./process.mjs";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const applications = ["Google Chrome", "Chromium", "Google Chrome for Testing", "Google Chrome Canary"];

/** The path of a browser that starts, or undefined. A CHROME_PATH that is set and wrong is an error, never passed over. */
export function findBrowser(environment = process.env) {
  if (environment.CHROME_PATH) {
    if (isBrowser(environment.CHROME_PATH)) return environment.CHROME_PATH;
    throw new Failure(
      `CHROME_PATH is ${JSON.stringify(environment.CHROME_PATH)}, which does not start as a Chrome or Chromium.`,
    );
  }
  return candidates(environment).find(isBrowser);
}

function candidates(environment) {
  if (process.platform === "win32") {
    const folders = [environment.PROGRAMFILES, environment["PROGRAMFILES(X86)"], environment.LOCALAPPDATA];
    const places = ["Google\\Chrome\\Application\\chrome.exe", "Chromium\\Application\\chrome.exe"];
    return folders.filter(Boolean).flatMap((folder) => places.map((place) => join(folder, place)));
  }
  const folders = (environment.PATH ?? "").split(delimiter).filter(isAbsolute);
  if (process.platform === "darwin") {
    const homes = ["/Applications", join(environment.HOME ?? "/", "Applications")];
    const bundles = homes.flatMap((home) =>
      applications.map((application) => join(home, `${application}.app`, "Contents", "MacOS", application)),
    );
    return [...bundles, ...folders.flatMap((folder) => names.map((name) => join(folder, name)))];
  }
  folders.push("/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome", "/usr/lib/chromium");
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

/** True for a program that says it is one. Some distributions ship a script of that name which only asks to install a snap. */
function isBrowser(path) {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false;
  }
  if (process.platform === "win32") return true; // there `--version` opens a window
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 30_000 });
  return status === 0 && /chrom/i.test(stdout);
}

/** The path of a browser; installs Debian's where there is none and we may, and otherwise fails with what to install. */
export function ensureBrowser() {
  const found = findBrowser();
  if (found) return found;
  const privilege = packagePrivilege();
  if (privilege === undefined)
    throw new Failure(`no Chrome or Chromium was found, and the tests need one. ${advice()}`);
  say("no Chrome or Chromium was found: installing Debian's package chromium (apt-get)");
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // stdout would mix with the test report
  const options = { env: environment, stdio: ["ignore", "ignore", "inherit"] };
  const apt = (...words) =>
    run([...privilege, "apt-get"][0], [...[...privilege, "apt-get"].slice(1), ...words], options);
  apt("update", "-qq");
  apt("install", "-y", "-qq", "--no-install-recommends", "chromium");
  const installed = findBrowser();
  if (!installed)
    throw new Failure(`Debian's chromium could not be installed; what apt-get said of it is above. ${advice()}`);
  return installed;
}

/** How to reach apt-get's rights on Debian: [] as root, ["sudo", "-n"] where it asks for no password, else undefined. */
function packagePrivilege() {
  if (process.platform !== "linux" || !isDebian() || !starts("apt-get", "--version")) return undefined;
  if (process.getuid() === 0) return [];
  return starts("sudo", "-n", "true") ? ["sudo", "-n"] : undefined;
}

/** Ubuntu's package of that name is only a pointer to a snap, so it does not count. */
function isDebian() {
  try {
    const release = readFileSync("/etc/os-release", "utf8");
    return /^ID=("?)debian\1$/m.test(release) || (/^ID_LIKE=.*debian/m.test(release) && !/ubuntu/i.test(release));
  } catch {
    return false;
  }
}

function starts(program, ...words) {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}

function advice() {
  const wish = "or set CHROME_PATH to one that you have.";
  if (process.platform === "linux")
    return `Install the package chromium (or google-chrome) of your distribution, ${wish}`;
  return `Install Google Chrome from google.com/chrome, ${wish}`;
}

if (isMain(import.meta.url)) await runMain(() => console.log(ensureBrowser()));
