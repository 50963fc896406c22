import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";

/**
 * Opens a plain file to read; undefined where there is none. A link is not followed, and nothing that is no file (a
 * pipe, a device) is waited for. Whoever opens it closes it.
 */
export async function openServed(path: string): Promise<FileHandle | undefined> {
  let file: FileHandle | undefined;
  try {
    if (!(await lstat(path)).isFile()) return undefined;
    // Windows has neither flag; what lies there was looked at just now
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
  } catch {
    // gone, unreadable, or a link that came just now
  }
  await file?.close();
  return undefined;
}
