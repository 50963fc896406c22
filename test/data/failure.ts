import { NablaError } from "../../src/errors.ts";

/** The NablaError that `run` throws; fails where it throws anything else, or nothing. */
export async function failure(run: () => unknown): Promise<NablaError> {
  try {
    await run();
  } catch (error) {
    if (error instanceof NablaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
