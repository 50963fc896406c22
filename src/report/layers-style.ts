import { reportStyle } from "./stylesheet.ts";

/** The report's style and what a page of units adds to it. A constant, allowed by its hash. */
export const layersStyle = `${reportStyle}
h2,h3,summary,.units .label,.layer>.head>*{overflow-wrap:anywhere;min-width:0}
h3{margin:0;font-size:.8125rem;line-height:1.25rem;font-weight:600}
code{font:.75rem/1.25rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media (min-width:40rem){code{white-space:nowrap}}
.diagram{padding-bottom:.5rem}
.diagram svg.chart{width:auto;max-width:none;height:15rem}
.legend{display:grid;grid-template-columns:minmax(5rem,auto) 1fr;font-size:.75rem;line-height:1.125rem}
.legend>*{padding:.375rem 0;border-bottom:1px solid var(--rule)}
.legend>dt{padding-right:1rem;color:var(--ink-2);font-weight:500}
.legend>:nth-last-child(-n+2){border-bottom:0}
.layer{margin:0;border-width:0 0 1px}
.layer>.prose{margin:0 0 1rem;max-width:none;font-size:.8125rem;line-height:1.25rem}
.units{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16.5rem),1fr));gap:1.75rem 1.5rem;margin-bottom:1rem}
.card{min-width:0}
.card .label{min-height:1rem}
.pair{display:flex;flex-wrap:wrap;gap:.5rem .75rem;margin-top:.5rem;align-items:flex-start}
.pair figure{flex:0 1 7.5rem;min-width:0}
.pair .wide{flex-basis:15rem}.pair .wide svg.chart{width:15rem;max-width:100%;border:0;background:none}
.pair svg.chart,.pair img{display:block;width:7.5rem;height:auto;border:1px solid var(--rule);border-radius:.25rem;background:var(--sheet);image-rendering:pixelated}
.pair figcaption{min-height:1.75rem;margin-top:.25rem;font-size:.6875rem;line-height:.875rem;color:var(--ink-3)}
.examples{display:flex;flex-wrap:wrap;gap:.25rem .375rem;margin-top:.5rem}
.examples li{width:2.3125rem;font-size:.6875rem;line-height:.875rem;color:var(--ink-3);text-align:center;overflow-wrap:anywhere}
.examples img{display:block;width:2.3125rem;height:2.3125rem;object-fit:contain;border:1px solid var(--rule);background:var(--sheet);image-rendering:pixelated}
.examples b{color:var(--ink)}.examples span{display:block}
.examples.words{display:block}.examples.words li{width:auto;text-align:left}.examples.words span{display:inline-block;min-width:2.75rem;color:var(--ink);text-align:right;margin-right:.25rem}
details{margin-top:.5rem}summary{min-height:1.75rem;padding:.25rem 0;cursor:pointer;color:var(--ink-2);font-size:.75rem}
.scroll .rows{min-width:24rem}
@media print{.card{break-inside:avoid}}
`;
