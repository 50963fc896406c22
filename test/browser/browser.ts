import { type Browser, chromium } from "playwright-core";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
];

/** A headless Chrome or Chromium of this machine with an empty profile; `npm test` has seen to it that there is one. */
export async function launch(): Promise<Browser> {
  // A script in plain JavaScript, which runs before anything is installed: its type is said here.
  const script = new URL("../../scripts/find-browser.mjs", import.meta.url).href;
  const { findBrowser } = (await import(script)) as { readonly findBrowser: () => string | undefined };
  const executablePath = findBrowser();
  if (executablePath === undefined)
    throw new Error("No Chrome or Chromium was found. Install one, or set CHROME_PATH.");
  return chromium.launch({ executablePath, args: flags });
}
