import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";
import { NablaError } from "../../errors.ts";
import { headersOf } from "./headers.ts";
import { isAllTold, streamMetrics } from "./metrics-stream.ts";
import { pathOf, type Refusal, refusalOf } from "./request-guard.ts";
import { openServed } from "./served-file.ts";
import type { ShownRun } from "./shown-run.ts";
import type { Resource, Site } from "./site.ts";

export interface StudioServer {
  /** `http://127.0.0.1:5173/`. */
  readonly url: string;
  /** Ends every connection, those that stream too. */
  close(): Promise<void>;
}

const address = "127.0.0.1";
const mostConnections = 100;
/** Streams of events at a time; a page has one. */
const mostStreams = 24;
/** Training has its turn between two pieces of a file, so they are large. */
const pieceBytes = 1 << 20;

/**
 * Serves a site to this machine alone. Throws ENVIRONMENT where the port is taken or not permitted.
 * `port` 0 is any that is free.
 */
export async function startServer(site: Site, port: number): Promise<StudioServer> {
  const ending = new AbortController();
  let streams = 0;
  const server = createServer({ maxHeaderSize: 16_384, requestTimeout: 10_000, headersTimeout: 10_000 });
  server.maxConnections = mostConnections;
  server.on("request", (request, response) => {
    response.on("error", () => undefined); // whoever asked is gone
    answer(request, response).catch(() => {
      if (!response.headersSent) refuse(response, { status: 500, sentence: "This cannot be read." });
      else response.destroy();
    });
  });
  await listen(server, port);
  const { port: ownPort } = server.address() as AddressInfo;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, ownPort);
    if (refusal) return refuse(response, refusal);
    const resource = site.get(pathOf(request.url!));
    if (!resource) return refuse(response, { status: 404, sentence: "There is nothing here." });
    const isHead = request.method === "HEAD";
    const { content } = resource;
    if (content.kind === "file") return sendFile(response, resource, content.path, isHead);
    if (content.kind === "events") return sendEvents(request, response, resource, content.run);
    const bytes = await content.make();
    response.writeHead(200, { ...describe(resource), "Content-Length": bytes.length });
    response.end(isHead ? undefined : bytes);
  }

  async function sendEvents(
    request: IncomingMessage,
    response: ServerResponse,
    resource: Resource,
    run: ShownRun,
  ): Promise<void> {
    const after = request.headers["last-event-id"]?.toString();
    if (await isAllTold(run, after)) return void response.writeHead(204, describe(resource)).end(); // ask no more
    if (streams >= mostStreams)
      return refuse(response, { status: 503, sentence: "Too many pages listen; close one of them." });
    response.writeHead(200, describe(resource));
    if (request.method === "HEAD") return void response.end();
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    streams += 1;
    try {
      await streamMetrics(run, response, { after, signal: AbortSignal.any([gone.signal, ending.signal]) });
      response.end();
    } catch (error) {
      response.destroy();
      if (!gone.signal.aborted && !ending.signal.aborted) throw error;
    } finally {
      streams -= 1;
    }
  }

  return {
    url: `http://${address}:${ownPort}/`,
    close: () =>
      new Promise((resolve) => {
        ending.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const describe = ({ type, policy, isHashed }: Resource): Readonly<Record<string, string>> => ({
  ...headersOf(policy, isHashed),
  "Content-Type": type,
});

function refuse(response: ServerResponse, { status, sentence, headers }: Refusal): void {
  const body = Buffer.from(`${sentence}\n`);
  response.writeHead(status, {
    ...headersOf("data"),
    ...headers,
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": body.length,
    Connection: "close",
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/** As long as it is now: what is written to it meanwhile belongs to the next request. */
async function sendFile(response: ServerResponse, resource: Resource, path: string, isHead: boolean): Promise<void> {
  const file = await openServed(path);
  if (!file) return refuse(response, { status: 404, sentence: "There is nothing here now." });
  try {
    const { size } = await file.stat();
    response.writeHead(200, { ...describe(resource), "Content-Length": size });
    if (isHead || size === 0) return void response.end();
    const source = file.createReadStream({ end: size - 1, highWaterMark: pieceBytes, autoClose: false });
    await pipeline(source, response);
  } catch (error) {
    response.destroy(); // shorter than was said, or nobody reads any more
    throw error;
  } finally {
    await file.close();
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(cannotListen(port, cause)));
    server.listen(port, address, () => {
      server.removeAllListeners("error");
      server.on("error", () => undefined); // one connection's, not ours
      resolve();
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program has it",
  EACCES: "the system does not permit it",
  EADDRNOTAVAIL: "this machine has no address 127.0.0.1",
};

function cannotListen(port: number, cause: NodeJS.ErrnoException): NablaError {
  const reason = reasons[cause.code ?? ""] ?? `the system says ${cause.code}`;
  return new NablaError("ENVIRONMENT", `cannot serve on port ${port}: ${reason}`, {
    expected: "a free port",
    received: `${port}`,
    hint: "Name another with --port, or leave --port out for one that is free.",
    cause,
  });
}
