import { expect } from "vitest";

/** Reads until it is as expected: what a page shows comes in the end, and on a busy machine late. */
export const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000, interval: 25 });
