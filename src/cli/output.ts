import { escapeTerminal } from "../report/index.ts";
import { jsonLine } from "./json.ts";

/** Where a command's words go, and what the place can show. */
export interface Output {
  /** One JSON value a line on stdout, and nothing else there. */
  readonly isJson: boolean;
  /** A terminal whose line may be drawn over. */
  readonly isLive: boolean;
  /** Whether weight and colour may be written; nothing is said by them alone. */
  readonly color: boolean;
  readonly characters: "blocks" | "ascii";
  /** Columns now: windows are resized. */
  columns(): number;
  /** Writes to stdout as it is: the text is already escaped. */
  write(text: string): void;
  /** A line, or an empty one, on stdout; in JSON mode nothing. The text is already escaped. */
  line(text?: string): void;
  /** A value as a line of JSON on stdout; without `--json` nothing. */
  json(value: unknown): void;
  /** Something worth knowing, on stderr; in JSON mode nothing. Hostile text is escaped here. */
  note(text: string): void;
}

export interface OutputWishes {
  readonly json?: boolean | undefined;
  readonly progress?: "auto" | "plain" | undefined;
}

export function createOutput({ json: isJson = false, progress = "auto" }: OutputWishes = {}): Output {
  const { stdout } = process;
  const isTerminal = stdout.isTTY === true && process.env["TERM"] !== "dumb" && progress === "auto";
  const write = (text: string) => {
    if (!isReaderGone) stdout.write(text);
  };
  return {
    isJson,
    isLive: isTerminal && !isJson,
    color: isTerminal && !isJson && allowsColor(stdout),
    characters: hasBlocks() ? "blocks" : "ascii",
    columns: () => stdout.columns || Number(process.env["COLUMNS"]) || 100,
    write,
    line: (text = "") => {
      if (!isJson) write(`${text}\n`);
    },
    json: (value) => {
      if (isJson) write(`${jsonLine(value)}\n`);
    },
    note: (text) => {
      if (!isJson) process.stderr.write(`nabla: ${escapeTerminal(text, 2000)}\n`);
    },
  };
}

/** Whether a stream shows weight and colour. NO_COLOR counts when it is set and not empty (no-color.org). */
export function allowsColor(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && process.env["TERM"] !== "dumb" && !process.env["NO_COLOR"];
}

/** Linux's own console and a dumb terminal may lack block characters; the plain C locale asks for ASCII. */
function hasBlocks(): boolean {
  const { TERM, LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  return TERM !== "linux" && TERM !== "dumb" && locale !== "C" && locale !== "POSIX";
}

let isReaderGone = false;
const whenReaderGoes = new Set<() => void>();

/** Calls `action` when nobody reads stdout any more (`nabla … | head`); returns what takes that back. */
export function onReaderGone(action: () => void): () => void {
  whenReaderGoes.add(action);
  if (isReaderGone) action();
  return () => whenReaderGoes.delete(action);
}

/** A pipe that closed, or a terminal that is gone, is no failure: what follows is said to nobody. */
export function tolerateClosedPipes(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO" && error.code !== "ERR_STREAM_DESTROYED") throw error;
    isReaderGone = true;
    for (const action of whenReaderGoes) action();
  });
  process.stderr.on("error", () => undefined); // nowhere left to tell it
}
