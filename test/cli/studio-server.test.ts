import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findDigits } from "../../src/cli/studio-server/digit-files.ts";
import { streamMetrics } from "../../src/cli/studio-server/metrics-stream.ts";
import { browserCommand } from "../../src/cli/studio-server/open-browser.ts";
import { refusalOf } from "../../src/cli/studio-server/request-guard.ts";
import { type StudioServer, startServer } from "../../src/cli/studio-server/server.ts";
import { runIn, type ShownRun } from "../../src/cli/studio-server/shown-run.ts";
import { siteOf } from "../../src/cli/studio-server/site.ts";
import { unpackDigits } from "../../studio/digits/packed-digits.ts";
import { mnistFolder } from "./pictures.ts";

const isWindows = process.platform === "win32";
const place = mkdtempSync(join(tmpdir(), "nabla studio "));
const secret = "what nobody may read";
const app = join(place, "app");
const runFolder = join(place, "a run");
const hostile = '</script>\u202e"\n\u0000<img src=x onerror=alert(1)>';
let isLive = false;
const run: ShownRun = { folder: () => runFolder, isLive: () => isLive };
let server: StudioServer;
let port: number;

beforeAll(async () => {
  writeFileSync(join(place, "secret.txt"), secret);
  mkdirSync(join(app, "chunks"), { recursive: true });
  writeFileSync(join(app, "index.html"), "<!doctype html><title>page</title>");
  writeFileSync(join(app, "main.js"), "1;");
  writeFileSync(join(app, "main.css"), "a{}");
  writeFileSync(join(app, "chunks", "panel-A1B2C3D4.js"), "2;");
  if (!isWindows) symlinkSync(join(place, "secret.txt"), join(app, "link.txt"));
  if (!isWindows) symlinkSync(place, join(app, "folder"));
  mkdirSync(runFolder);
  const classes = [hostile, "__proto__", "b"];
  const data = { name: hostile, shape: [2], classes, samples: { train: 3, test: 1 }, background: 0, isBinary: false };
  writeConfig(runFolder, {
    begun: "2026-11-23T12:36:05+01:00",
    command: "nabla train",
    train: { kind: "linear" },
    data,
  });
  writeFileSync(join(runFolder, "report.html"), "<!doctype html><script>alert(1)</script>");
  mnistFolder(join(place, "mnist"));
  vi.stubEnv("NABLA_DATA", join(place, "mnist"));
  server = await startServer(siteOf({ app, digits: await findDigits(), run }), 0);
  port = Number(new URL(server.url).port);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(place, { recursive: true, force: true });
});

const writeConfig = (folder: string, config: object) =>
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Sends the very bytes of a request, which fetch would put right. */
function send(head: string, to = port): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = connect(to, "127.0.0.1", () => socket.write(head));
    let text = "";
    socket.setEncoding("latin1").on("data", (part) => (text += part));
    socket.on("error", reject).on("close", () => {
      const [start = "", ...rest] = text.split("\r\n\r\n");
      const [line = "", ...lines] = start.split("\r\n");
      const headers = Object.fromEntries(
        lines.map((header) => [
          header.slice(0, header.indexOf(":")).toLowerCase(),
          header.slice(header.indexOf(":") + 2),
        ]),
      );
      resolve({ status: Number(line.split(" ")[1]), headers, body: rest.join("\r\n\r\n") });
    });
  });
}

const ask = (path: string, { method = "GET", host = `127.0.0.1:${port}`, more = "" } = {}): Promise<Answer> =>
  send(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);

describe("what is served", () => {
  test("is the page, under a strict policy and alone in its process", async () => {
    for (const path of ["/", "/index.html", "/?a=b"]) {
      const { status, headers, body } = await ask(path);
      expect({ path, status, body }).toEqual({ path, status: 200, body: "<!doctype html><title>page</title>" });
      expect(headers).toMatchObject({
        "content-type": "text/html; charset=utf-8",
        "content-length": "34",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
      const policy = headers["content-security-policy"]!.split("; ");
      expect(policy).toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self' 'wasm-unsafe-eval'",
          "style-src 'self'",
          "worker-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
        ]),
      );
      expect(policy.join()).not.toMatch(/unsafe-inline|unsafe-eval'? |https?:|\*/);
    }
  });

  test("has the types browsers insist on; only hashed names may be kept", async () => {
    for (const [path, type, cache] of [
      ["/main.js", "text/javascript; charset=utf-8", "no-store"],
      ["/main.css", "text/css; charset=utf-8", "no-store"],
      ["/chunks/panel-A1B2C3D4.js", "text/javascript; charset=utf-8", "private, max-age=600"],
      ["/studio.json", "application/json; charset=utf-8", "no-store"],
    ] as const) {
      const { status, headers } = await ask(path);
      expect(status, path).toBe(200);
      expect(headers, path).toMatchObject({ "content-type": type, "cache-control": cache });
    }
  });

  test("includes a run's report, which may come from anybody: without scripts and apart", async () => {
    const { headers } = await ask("/run/report.html");
    expect(headers["content-security-policy"]).toMatch(/^sandbox; default-src 'none'; /);
    expect(headers["content-security-policy"]).not.toContain("script-src");
  });

  test("includes digits: packed bits and the IDX files as they are", async () => {
    const get = async (path: string) => new Uint8Array(await (await fetch(new URL(path, server.url))).arrayBuffer());
    const { digits } = JSON.parse((await ask("/studio.json")).body);
    const { file, bytes, train, test: held } = digits["mnist-16x16"];
    const packed = await get(file);
    expect(packed.length).toBe(bytes);
    const parts = unpackDigits(packed);
    expect([parts.train.size, parts.test.size]).toEqual([train, held]);
    expect([train, held]).toEqual([60, 30]);
    expect(digits.mnist).toMatchObject({ shape: [28, 28], train: 60, test: 30, folder: "data/mnist/" });
    const images = await get(`${digits.mnist.folder}train-images-idx3-ubyte`);
    expect(images.length).toBe(16 + 60 * 784);
  });

  test("a HEAD has the headers of its GET and no body", async () => {
    for (const path of ["/", "/main.js", "/studio.json", "/run/config.json", "/data/mnist-16x16.bin", "/nothing"]) {
      const [head, get] = [await ask(path, { method: "HEAD" }), await ask(path)];
      const { date: _, ...headers } = head.headers;
      const { date: __, ...expected } = get.headers;
      expect({ path, status: head.status, headers, body: head.body }).toEqual({
        path,
        status: get.status,
        headers: expected,
        body: "",
      });
    }
    expect((await ask("/run/events", { method: "HEAD" })).headers["content-type"]).toMatch(/^text\/event-stream/);
  });

  test("studio.json tells hostile names as text, and nothing in it hides", async () => {
    const { body } = await ask("/studio.json");
    expect(body).not.toMatch(/[\p{Cf}\0]|<\//u);
    const manifest = JSON.parse(Buffer.from(body, "latin1").toString("utf8"));
    expect(manifest).toMatchObject({ format: 1, version: expect.stringMatching(/^\d/) });
    expect(manifest.run).toMatchObject({ name: "a run", kind: "linear", isLive: false, state: "unfinished" });
    expect(manifest.run.data).toMatchObject({ name: hostile, classes: [hostile, "__proto__", "b"] });
    expect(manifest.run.files).toEqual({ config: "run/config.json", report: "run/report.html" });
  });

  test.skipIf(isWindows)("a run whose folder has a hostile name is named to the letter", async () => {
    const folder = join(place, "<b>\u202e'\"& é");
    mkdirSync(folder);
    writeFileSync(join(folder, "config.json"), "{");
    const made = siteOf({ app, digits: undefined, run: runIn(folder) }).get("/studio.json")!.content;
    const manifest = JSON.parse(Buffer.from(made.kind === "made" ? await made.make() : "").toString());
    expect(manifest.digits).toEqual({});
    expect(manifest.run).toMatchObject({
      name: "<b>\u202e'\"& é",
      data: null,
      problem: expect.stringMatching(/no valid JSON/),
    });
  });
});

describe("what is refused", () => {
  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])("%s", async (method) => {
    const { status, headers } = await ask("/", { method });
    expect(status).toBe(405);
    expect(headers).toMatchObject({ allow: "GET, HEAD", "cross-origin-resource-policy": "same-origin" });
  });

  test("every path but those that are there, however it is spelled", async () => {
    const paths = [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/%252e%252e%252fsecret.txt",
      "/..%2fsecret.txt",
      "/..%5csecret.txt",
      "/..\\secret.txt",
      "/chunks/../../secret.txt",
      "/chunks/..;/secret.txt",
      "//secret.txt",
      "/./index.html",
      "/index.html/",
      "/index.html%00.js",
      "/%00",
      "/INDEX.HTML",
      "/link.txt",
      "/folder/secret.txt",
      "/chunks",
      "/chunks/",
      "/run",
      "/run/",
      "/run/lock",
      "/run/../secret.txt",
      "/run/model.nabla",
      "/data/",
      "/__proto__",
      "/constructor",
      `/${"a".repeat(8000)}`,
    ];
    for (const path of paths) {
      const { status, body } = await ask(path);
      expect({ path, status, body }).toEqual({
        path,
        status: 404,
        body: expect.stringMatching(/^There is nothing here/),
      });
    }
    for (const path of ["http://evil.example/", "*", `http://127.0.0.1:${port}/index.html`])
      expect((await ask(path)).status, path).toBe(400);
    expect((await ask("/\0secret")).status).toBe(400); // Node's own
    expect((await ask(`/${"a".repeat(40_000)}`)).status).toBe(431);
  });

  test("random paths: a known one to the letter, or nothing", async () => {
    const known = ["/", "/index.html", "/main.js", "/main.css", "/studio.json", "/chunks/panel-A1B2C3D4.js"];
    const part = fc.constantFrom(
      "/",
      "..",
      ".",
      "%2e",
      "%2f",
      "%5c",
      "\\",
      "index.html",
      "chunks",
      "run",
      "secret.txt",
      "folder",
      "link.txt",
      "?",
      "#",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 8 }), async (parts) => {
        const path = `/${parts.join("")}`;
        const { status, body } = await ask(path);
        expect(body).not.toContain(secret);
        if (known.includes(path.split(/[?#]/)[0]!)) expect(status).toBe(200);
        else expect(status).toBe(404);
      }),
      { numRuns: 150 },
    );
  });

  test.skipIf(isWindows)("a link or a pipe that took a file's place", async () => {
    const [file, aside] = [join(app, "main.css"), join(place, "aside.css")];
    renameSync(file, aside);
    try {
      symlinkSync(join(place, "secret.txt"), file);
      expect((await ask("/main.css")).status).toBe(404);
      rmSync(file);
      execFileSync("mkfifo", [file]);
      expect((await ask("/main.css")).status).toBe(404);
      rmSync(file);
      expect((await ask("/main.css")).status).toBe(404);
      symlinkSync(join(place, "secret.txt"), join(runFolder, "model.nabla"));
      expect((await ask("/run/model.nabla")).status).toBe(404);
    } finally {
      rmSync(file, { force: true });
      rmSync(join(runFolder, "model.nabla"), { force: true });
      renameSync(aside, file);
    }
  });

  test("a Host that is not this machine: a name that was made to point here", async () => {
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect((await ask("/", { host })).status, host).toBe(200);
    const wrong = ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${port + 1}`, `localhost.:${port}`];
    for (const host of [...wrong, `127.0.0.1:${port}.evil.example`, `0.0.0.0:${port}`, "", `x@127.0.0.1:${port}`]) {
      const { status, body } = await ask("/studio.json", { host });
      expect({ host, status }).toEqual({ host, status: 403 });
      expect(body).toBe(`This is served to this machine alone, as http://127.0.0.1:${port}/.\n`);
    }
    expect((await send("GET / HTTP/1.0\r\n\r\n")).status).toBe(403);
    expect((await send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")).status).toBe(400); // Node's own
  });

  test("an Origin that is not the page", async () => {
    const from = (origin: string) => ask("/studio.json", { more: `Origin: ${origin}\r\n` });
    for (const origin of [`http://127.0.0.1:${port}`, `http://localhost:${port}`])
      expect((await from(origin)).status, origin).toBe(200);
    const wrong = [
      "null",
      "https://evil.example",
      `https://127.0.0.1:${port}`,
      "http://127.0.0.1",
      `http://127.0.0.1:${port}/`,
    ];
    for (const origin of [...wrong, `http://127.0.0.1:${port}.evil.example`, "file://"])
      expect((await from(origin)).status, origin).toBe(403);
  });

  test("is said by one rule, port 80 too, whose name needs no number", () => {
    const host = (name: string) => refusalOf({ method: "GET", url: "/", headers: { host: name } }, 80)?.status;
    expect(["localhost", "127.0.0.1:80", "localhost:81"].map(host)).toEqual([undefined, undefined, 403]);
  });

  test("a port that is taken, with a sentence", async () => {
    await expect(startServer(siteOf({ app, digits: undefined, run: undefined }), port)).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(/^cannot serve on port \d+: another program has it\. Name another with --port/),
    });
  });

  test("an app without its page", () => {
    expect(() => siteOf({ app: join(place, "nowhere"), digits: undefined, run: undefined })).toThrow(
      /^the studio's files are missing/,
    );
  });
});

interface ServerEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The events of a text, as the standard has them. */
function eventsIn(text: string): readonly ServerEvent[] {
  return text
    .split("\n\n")
    .filter((block) => /^data: /m.test(block))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1];
      return { event: field("event") ?? "message", id: field("id"), data: JSON.parse(field("data")!) };
    });
}

describe("the events of a run", () => {
  const metrics = join(runFolder, "metrics.jsonl");
  const write = (...events: object[]) =>
    appendFileSync(metrics, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  const until = async (condition: () => boolean) => {
    for (let i = 0; i < 500 && !condition(); i += 1) await delay(10);
    expect(condition()).toBe(true);
  };

  /** Opens the stream as a page does; gives what came so far. */
  function listen(after?: string) {
    const abort = new AbortController();
    const heard = { text: "", isEnded: false, close: () => abort.abort() };
    const headers: Record<string, string> = after === undefined ? {} : { "Last-Event-ID": after };
    void fetch(`${server.url}run/events`, { signal: abort.signal, headers })
      .then(async ({ body }) => {
        const decoder = new TextDecoder();
        for await (const part of body!) heard.text += decoder.decode(part, { stream: true });
        heard.isEnded = true;
      })
      .catch(() => {
        heard.isEnded = true;
      });
    return heard;
  }

  test("come past ones first, then as they happen, then done", async () => {
    writeFileSync(metrics, "");
    isLive = true;
    write({ kind: "start", epochs: 2 }, { kind: "epoch", epoch: 1, loss: 0.5 });
    const heard = listen();
    await until(() => eventsIn(heard.text).length === 3);
    appendFileSync(metrics, '{"kind":"epoch","epo'); // half a line is no event yet
    await delay(300);
    expect(eventsIn(heard.text)).toHaveLength(3);
    appendFileSync(metrics, 'ch":2,"loss":0.25}\n');
    await until(() => eventsIn(heard.text).length === 4);
    expect(heard.isEnded).toBe(false);
    write({ kind: "done", stopped: "finished" });
    isLive = false;
    await until(() => heard.isEnded);
    const events = eventsIn(heard.text);
    expect(events.map(({ event, data }) => data["kind"] ?? event)).toEqual([
      "linear",
      "start",
      "epoch",
      "epoch",
      "done",
      "done",
    ]);
    expect(events[0]).toMatchObject({ event: "run", data: { name: "a run", isLive: true } });
    expect(events[3]!.data).toEqual({ kind: "epoch", epoch: 2, loss: 0.25 });
    expect(events.at(-1)).toEqual({ event: "done", id: undefined, data: { state: "finished" } });
    // A browser that lost the connection goes on behind what it had; one that had all is told to ask no more.
    const again = listen(events[1]!.id);
    await until(() => again.isEnded);
    expect(eventsIn(again.text).map(({ id }) => id)).toEqual([events[2]!.id, events[3]!.id, events[4]!.id, undefined]);
    expect((await ask("/run/events", { more: `Last-Event-ID: ${events[4]!.id}\r\n` })).status).toBe(204);
    for (const id of ["3", "-1", "1e3", "999999", "x"]) {
      const anew = listen(id);
      await until(() => anew.isEnded);
      expect(eventsIn(anew.text)).toHaveLength(6);
    }
  });

  test("begin anew where the file was cut: a run that goes on from a checkpoint", async () => {
    writeFileSync(metrics, "");
    isLive = true;
    write({ kind: "start" }, { kind: "step", step: 1 }, { kind: "step", step: 2 });
    const heard = listen();
    await until(() => eventsIn(heard.text).length === 4);
    truncateSync(metrics, '{"kind":"start"}\n'.length);
    await until(() => eventsIn(heard.text).length === 6);
    write({ kind: "step", step: 7 });
    isLive = false;
    await until(() => heard.isEnded);
    expect(
      eventsIn(heard.text)
        .slice(4)
        .map(({ event, data }) => [event, data["step"]]),
    ).toEqual([
      ["run", undefined],
      ["message", undefined],
      ["message", 7],
      ["done", undefined],
    ]);
  });

  test("are events whatever the file holds", async () => {
    const deep = `{"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    const bad = ["no JSON", "[1]", "3", "", '{"a":1}\r{"b":2}', deep, `"${"x".repeat(1_500_000)}"`, "\u0000"];
    writeFileSync(
      metrics,
      `${bad.join("\n")}\n{"kind":"step","text":"a\\r\\nevent: done\\n\\n\u2028</script>"}\n{"torn`,
    );
    const heard = listen();
    await until(() => heard.isEnded);
    const told = eventsIn(heard.text).filter(({ event }) => event === "message");
    expect(told.map(({ data }) => data)).toEqual([{ kind: "step", text: "a\r\nevent: done\n\n\u2028</script>" }]);
    expect(heard.text).not.toMatch(/\r|\u2028/);
    expect(eventsIn(heard.text).at(-1)).toMatchObject({ event: "done", data: { state: "unfinished" } });
  });

  test("wait for a run that has no folder yet", async () => {
    let folder: string | undefined;
    let lives = true;
    const starting = await startServer(
      siteOf({ app, digits: undefined, run: { folder: () => folder, isLive: () => lives } }),
      0,
    );
    try {
      const early = JSON.parse(await (await fetch(`${starting.url}studio.json`)).text());
      expect(early.run).toMatchObject({ state: "starting", isLive: true, name: "", data: null });
      expect((await fetch(`${starting.url}run/config.json`)).status).toBe(404);
      const events = fetch(`${starting.url}run/events`).then((answer) => answer.text());
      await delay(50);
      writeFileSync(metrics, '{"kind":"start"}\n');
      folder = runFolder;
      await delay(50);
      lives = false;
      expect(eventsIn(await events).map(({ event }) => event)).toEqual(["run", "message", "done"]);
    } finally {
      await starting.close();
    }
  });

  test("wait for a slow reader, with no more than a piece of the file in memory", async () => {
    const line = { kind: "step", loss: 1, text: "x".repeat(200) };
    writeFileSync(metrics, `${JSON.stringify(line)}\n`.repeat(20_000)); // 4.9 MB
    isLive = true;
    let release = () => {};
    let read = 0;
    let isOpen = false;
    const slow = new Writable({
      write(part: Buffer, _, next) {
        read += part.length;
        if (isOpen) next();
        else release = next;
      },
    });
    const abort = new AbortController();
    const streaming = streamMetrics(run, slow, { after: undefined, signal: abort.signal });
    await until(() => read > 0);
    let most = 0;
    for (let i = 0; i < 30; i += 1) {
      most = Math.max(most, slow.writableLength);
      await delay(10);
    }
    expect(most).toBeLessThan(200_000);
    expect(read).toBeLessThan(200_000);
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(`GET /run/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
    );
    socket.pause(); // and one over the network, which nobody reads
    try {
      await delay(100);
      expect((await ask("/main.js")).body).toBe("1;"); // others are served meanwhile
    } finally {
      socket.destroy();
    }
    isOpen = true;
    release();
    write({ kind: "done", stopped: "finished" });
    isLive = false;
    await streaming;
    expect(read).toBeGreaterThan(4_900_000);
    expect(slow.writableLength).toBe(0);
  });

  test("end when the server does, with every other connection", async () => {
    isLive = true;
    const closing = await startServer(siteOf({ app, digits: undefined, run }), 0);
    const keptAlive = connect(Number(new URL(closing.url).port), "127.0.0.1");
    const gone = new Promise((resolve) => keptAlive.on("close", resolve).on("error", () => undefined));
    const answer = await fetch(`${closing.url}run/events`);
    const reading = answer.text().then(
      () => "ended",
      () => "broken off",
    );
    await closing.close();
    await gone;
    expect(await reading).toBe("broken off");
    await expect(fetch(closing.url)).rejects.toThrow();
    isLive = false;
  });
});

describe("the browser", () => {
  const url = "http://127.0.0.1:5000/";
  test.each([
    ["linux", { DISPLAY: ":0" }, ["xdg-open", url]],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, ["xdg-open", url]],
    ["linux", {}, undefined],
    ["linux", { SSH_CONNECTION: "a b c d" }, undefined],
    ["linux", { DISPLAY: ":0", CI: "true" }, undefined],
    ["linux", { DISPLAY: ":0", CI: "false" }, ["xdg-open", url]],
    ["linux", { DISPLAY: ":0", BROWSER: "none" }, undefined],
    ["darwin", {}, ["open", url]],
    ["darwin", { SSH_TTY: "/dev/ttys0" }, undefined],
    ["win32", {}, ["cmd", "/c", "start", "", url]],
    ["win32", { CI: "GitHub" }, undefined],
  ] as const)("on %s with %j", (platform, environment, expected) =>
    expect(browserCommand(url, platform, environment)).toEqual(expected),
  );
});
