import { spawn } from "node:child_process";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The command that shows an address in the user's browser, or undefined where there is none to see: in a build service,
 * over SSH, on a Linux without a display, or with BROWSER=none.
 */
export function browserCommand(
  url: string,
  platform: NodeJS.Platform,
  environment: Environment,
): readonly [program: string, ...words: string[]] | undefined {
  const { CI, BROWSER, SSH_CONNECTION, SSH_TTY, DISPLAY, WAYLAND_DISPLAY } = environment;
  if (isContinuousIntegration(CI) || BROWSER === "none") return undefined;
  const hasDisplay = Boolean(DISPLAY || WAYLAND_DISPLAY);
  const isRemote = Boolean(SSH_CONNECTION || SSH_TTY);
  if (isRemote && !hasDisplay) return undefined;
  if (platform === "darwin") return ["open", url];
  if (platform === "win32") return ["cmd", "/c", "start", "", url];
  return hasDisplay ? ["xdg-open", url] : undefined;
}

/** Build services set CI, to true or to their name. */
export const isContinuousIntegration = (value: string | undefined): boolean =>
  value !== undefined && value !== "" && value !== "false" && value !== "0";

/** Opens the browser where there is one, without waiting. That it does not open is no failure: the address is printed. */
export function openBrowser(url: string): void {
  const command = browserCommand(url, process.platform, process.env);
  if (!command) return;
  const [program, ...words] = command;
  const child = spawn(program, words, { stdio: "ignore", detached: true, windowsHide: true });
  child.on("error", () => undefined);
  child.unref();
}
