import type { IncomingHttpHeaders } from "node:http";

/** What an answer to a request that is not served says. */
export interface Refusal {
  readonly status: number;
  readonly sentence: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface AskedRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** The names under which a browser of this machine may know the server. */
const ownHosts = (port: number): readonly string[] =>
  ["127.0.0.1", "localhost", "[::1]"].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`]));

/**
 * Why a request is not served, or undefined. Host must be this machine's own name: a site that lets its name point at
 * 127.0.0.1 ("DNS rebinding") sends its own. Origin, where a browser sends one, must be the page itself.
 */
export function refusalOf({ method, url = "", headers }: AskedRequest, port: number): Refusal | undefined {
  const { host, origin } = headers;
  const hosts = ownHosts(port);
  if (host === undefined || !hosts.includes(host.toLowerCase()))
    return { status: 403, sentence: `This is served to this machine alone, as http://127.0.0.1:${port}/.` };
  if (origin !== undefined && !hosts.some((name) => origin.toLowerCase() === `http://${name}`))
    return { status: 403, sentence: "This is served to its own page alone." };
  if (method !== "GET" && method !== "HEAD")
    return { status: 405, sentence: "Only GET and HEAD are answered.", headers: { Allow: "GET, HEAD" } };
  if (!url.startsWith("/")) return { status: 400, sentence: "A path begins with a slash." };
  return undefined;
}

/**
 * The path of a request, as it stands there: nothing is decoded or joined, so that a path is a known one to the letter
 * or none.
 */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0]!;
