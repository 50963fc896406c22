import { NablaError } from "nabla";
import { fromBase64Url, toBase64Url } from "./base64url.ts";
import { checkedWorkbench } from "./check.ts";
import { defaultLook, defaultTraining } from "./defaults.ts";
import { limits } from "./limits.ts";
import type { Workbench } from "./workbench.ts";

/**
 * A state in the part of a URL behind "#", which browsers do not send to servers: `v1=` and base64url of the deflated
 * JSON. What is as by default is left out.
 */
const prefix = "v1=";

export async function toLink(state: Workbench): Promise<string> {
  const json = JSON.stringify(compact(state));
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return prefix + toBase64Url(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/**
 * The state of a link's part behind "#", with or without it. Throws FORMAT for what is no state, LIMIT for one too large;
 * what would inflate without end is given up on the way.
 */
export async function fromLink(fragment: string): Promise<Workbench> {
  const text = fragment.replace(/^#/, "");
  if (text.length > limits.link) throw tooLarge(`${text.length} characters`, `at most ${limits.link}`);
  const bytes = text.startsWith(prefix) ? fromBase64Url(text.slice(prefix.length)) : undefined;
  if (!bytes || bytes.length === 0) throw unreadable("it does not have the form of a link of this studio");
  return checkedWorkbench(parse(new TextDecoder().decode(await inflated(bytes))));
}

/** As `fromLink`, for a file or a text with the JSON itself. */
export function fromJson(text: string): Workbench {
  if (text.length > limits.json) throw tooLarge(`${text.length} characters`, `at most ${limits.json}`);
  return checkedWorkbench(parse(text));
}

export const toJson = (state: Workbench): string => JSON.stringify(compact(state));

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw unreadable("what it holds is no JSON");
  }
}

async function inflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw unreadable("it is cut off or changed");
    });
    if (done) break;
    size += value.length;
    if (size > limits.json) {
      await reader.cancel().catch(() => undefined);
      throw tooLarge(`more than ${limits.json} bytes once it is unpacked`, `at most ${limits.json}`);
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Without what a reader puts in by itself. */
function compact({ screen, lesson, data, network, training, look }: Workbench): object {
  const { start, l2, ...net } = network;
  return {
    ...(screen !== "workbench" && { screen }),
    ...(lesson && { lesson }),
    data,
    network: { ...net, ...(l2 !== 0 && { l2 }), ...(Object.keys(start).length > 0 && { start }) },
    training: changesFrom(defaultTraining, training),
    look: changesFrom(defaultLook, look),
  };
}

function changesFrom<T extends object>(usual: T, given: T): Partial<T> {
  const entries = Object.entries(given) as [keyof T, unknown][];
  return Object.fromEntries(
    entries.filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(usual[key])),
  ) as Partial<T>;
}

function unreadable(why: string): NablaError {
  return new NablaError("FORMAT", `this link cannot be read: ${why}`, {
    expected: "a link made by “Share”",
    received: why,
    hint: "Copy the whole link again, or begin with one of the presets.",
  });
}

function tooLarge(received: string, expected: string): NablaError {
  return new NablaError("LIMIT", `this link is too large: ${received}`, {
    expected,
    received,
    hint: "Save the state as a file, and open that.",
  });
}
