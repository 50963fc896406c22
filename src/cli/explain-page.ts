import { fontStack } from "../plot/style.ts";
import { markup, trustedMarkup } from "../report/markup.ts";
import { htmlPage } from "../report/page.ts";

const style = `
:root{color-scheme:light dark;--ink:light-dark(#17191c,#e9ebee);--paper:light-dark(#fcfcfa,#12161c);--rule:light-dark(#dcdad4,#2a3038);--reuse:light-dark(#7a5b00,#f2c14e)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:400 .9375rem/1.5 ${fontStack}}
h1{font-size:1.25rem;line-height:1.75rem;font-weight:600;margin:0 0 1rem;overflow-wrap:anywhere}
h2{font-size:.9375rem;font-weight:600;margin:2rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--rule)}
p{margin:.25rem 0;max-width:72ch;overflow-wrap:anywhere;white-space:pre-wrap}
math{width:fit-content;max-width:100%;margin:.75rem 0;padding-bottom:.25rem;overflow:auto hidden;font-size:1.0625rem}
mtable{margin:0}
mtd{text-align:left;padding:.25em .2em}
mtd:first-child{text-align:right}
.reused{color:var(--reuse)}
@media (max-width:40rem){body{padding:1rem}}
`;

/** MathML as a page of its own, which needs no other file and runs no script. `body` is markup of `toMathML`. */
export const explainPage = (title: string, body: string): string =>
  htmlPage({
    title,
    kind: "explanation",
    style,
    body: markup`<main>
${trustedMarkup(body)}</main>`,
  });
