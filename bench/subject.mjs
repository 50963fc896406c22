/** A subject seen from outside: a child process that stays alive and works only while it is asked. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const childScript = fileURLToPath(new URL("subjects/child.mjs", import.meta.url));
const pythonScript = fileURLToPath(new URL("subjects/python.py", import.meta.url));

/** Those that live: none outlives the bench, however it ends. */
const living = new Set();
process.on("exit", () => {
  for (const child of living) child.kill("SIGKILL");
});

export class Subject {
  #child;
  #answers = [];
  #waiting;
  #end;
  #errors = "";

  /** `program` and `words` to start; the environment's additions. */
  constructor({ program, words, environment = {} }) {
    const child = spawn(program, words, { env: { ...process.env, ...environment }, stdio: ["pipe", "pipe", "pipe"] });
    this.#child = child;
    living.add(child);
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("@")) this.#receive(JSON.parse(line.slice(1)));
    });
    child.stderr.on("data", (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-2000);
    });
    child.stdin.on("error", () => {});
    const ended = (reason) => {
      this.#end ??= reason;
      living.delete(child);
      this.#receive({ error: `the process ended (${reason}). ${this.#errors.trim().split("\n").at(-1) ?? ""}`.trim() });
    };
    child.on("error", (error) => ended(error.message));
    child.on("exit", (code, signal) => ended(signal ?? `code ${code}`));
  }

  #receive(answer) {
    if (this.#waiting) {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting(answer);
    } else this.#answers.push(answer);
  }

  /** Sends a request and waits for its answer. Throws what went wrong in the subject, in words. */
  async ask(request, { seconds = 300 } = {}) {
    if (this.#end) throw new Error(`the process has ended (${this.#end})`);
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => resolve({ error: `no answer within ${seconds} s` }), seconds * 1000);
    });
    const reply = this.#answers.shift() ?? new Promise((resolve) => (this.#waiting = resolve));
    const answer = await Promise.race([reply, late]);
    clearTimeout(timer);
    if (answer.error) {
      if (process.env.NABLA_BENCH_STACKS) process.stderr.write(`${answer.stack ?? ""}\n`);
      throw new Error(answer.error);
    }
    return answer;
  }

  /** Calls a method of the subject; gives { seconds, value }. */
  call(name, ...values) {
    return this.ask({ ask: "call", name, values });
  }

  close() {
    this.#child.kill("SIGKILL");
  }
}

/** Starts a contestant's process (see contestants.mjs). */
export async function start(contestant) {
  const { transport = "node", node = process.execPath, flags = [], module, python, environment } = contestant;
  if (transport === "page") {
    const { openPage } = await import("./chromium.mjs");
    return openPage(contestant);
  }
  if (transport === "python") return new Subject({ program: python, words: [pythonScript], environment });
  const path = new URL(`subjects/${module}.mjs`, import.meta.url).href;
  return new Subject({ program: node, words: [...flags, childScript, path], environment });
}
