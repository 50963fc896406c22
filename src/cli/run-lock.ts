import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What stands in the file `lock` of a run's folder: which process is training there. */
interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: numbers of processes are given again. */
  readonly started: string;
}

/** A lock that its owner, on another machine, has not touched for so long is of a process that died. */
const deadAfter = 120_000;
const touchEvery = 20_000;

/** A folder that this process trains in, and no other. */
export interface RunLock {
  release(): void;
}

const fileOf = (folder: string): string => join(folder, "lock");

/** Takes the lock of a run, or the one that a dead process left; undefined where somebody is training there. */
export function lockRun(folder: string): RunLock | undefined {
  if (isRunning(folder)) return undefined;
  const file = fileOf(folder);
  const own = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) } satisfies Owner);
  const temporary = `${file}.${process.pid}.tmp`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, own, { flag: "wx" });
  renameSync(temporary, file);
  if (readFileSync(file, "utf8") !== own) return undefined; // two at the same moment: the later has it
  const timer = setInterval(() => touch(file), touchEvery).unref();
  return {
    release() {
      clearInterval(timer);
      rmSync(file, { force: true });
    },
  };
}

/** Whether a living process trains in a run's folder. */
export function isRunning(folder: string): boolean {
  const file = fileOf(folder);
  let owner: Partial<Owner>;
  let touched: number;
  try {
    owner = JSON.parse(readFileSync(file, "utf8")) as Partial<Owner>;
    touched = statSync(file).mtimeMs;
  } catch {
    return false; // none, or one that a crash left half written
  }
  const { pid, host, started } = owner ?? {};
  if (typeof pid !== "number" || !Number.isSafeInteger(pid) || pid < 1) return false;
  if (host !== hostname()) return Date.now() - touched < deadAfter;
  return pid !== process.pid && isAlive(pid) && (started === "" || started === startOf(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // sends nothing
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // alive, and somebody else's
  }
}

/** When a process began, in ticks since the machine did; "" where the system does not say. */
function startOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = status.slice(status.lastIndexOf(")") + 2).split(" "); // the name before it may hold anything
    const [state] = fields; // field 3
    return state === "Z" ? "ended, and nobody has asked how" : (fields[19] ?? ""); // field 22
  } catch {
    return "";
  }
}

function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // the folder is gone, which its next writing will tell
  }
}
