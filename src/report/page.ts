import { type Markup, markup, plainName, trustedMarkup } from "./markup.ts";
import { sha256Base64 } from "./sha256.ts";

export interface PageParts {
  /** As the browser's tab shows it; may come from data. */
  readonly title: string;
  /** What kind of page of ours it is: `report`. */
  readonly kind: string;
  /** A constant: no rule may depend on data. */
  readonly style: string;
  /** Likewise; it runs when the page is there. */
  readonly script?: string | undefined;
  readonly body: Markup;
}

/**
 * One HTML file that needs nothing else. Its own security policy allows images from `data:`, the one stylesheet and the
 * one script, if there is one, by their hashes, and nothing more: no request at all.
 */
export function htmlPage({ title, kind, style, script, body }: PageParts): string {
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src 'sha256-${sha256Base64(style)}'`,
    ...(script === undefined ? [] : [`script-src 'sha256-${sha256Base64(script)}'`]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedMarkup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${plainName(title)} · nabla ${kind}</title>
<link rel="icon" href="data:,">
<style>${trustedMarkup(style)}</style>
</head>
<body>
${body}${script === undefined ? undefined : markup`<script>${trustedMarkup(script)}</script>`}
</body>
</html>
`.markup;
}
