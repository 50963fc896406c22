import { heatLevels } from "../plot/scene.ts";
import { chartStyle, darkPalette, fontStack, heatOpacity, isDarkHeat, lightPalette } from "../plot/style.ts";

function palette(): string {
  const names = Object.keys(lightPalette) as (keyof typeof lightPalette)[];
  return names.map((name) => `--${name}:light-dark(${lightPalette[name]},${darkPalette[name]})`).join(";");
}

function heatRules(): string {
  const levels = Array.from({ length: heatLevels }, (_, i) => i + 1);
  return levels
    .map((level) => {
      const wash = `background:color-mix(in srgb,var(--ink) ${Math.round(heatOpacity(level) * 100)}%,var(--paper))`;
      return `.confusion .heat-${level}{${wash}${isDarkHeat(level) ? ";color:var(--paper)" : ""}}`;
    })
    .join("\n");
}

/**
 * The report's whole style: ink on paper, one family, hairlines, both themes, print, and down to 320 px.
 * A constant, because the report's security policy allows exactly this text by its hash: no rule may depend on data.
 */
export const reportStyle = `
:root{color-scheme:light dark;${palette()}}
*,::before,::after{box-sizing:border-box}
html{font:400 100%/1.25 ${fontStack};-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0 auto;max-width:84rem;background:var(--paper);color:var(--ink);font-size:.8125rem;line-height:1.25rem;font-variant-numeric:tabular-nums lining-nums}
h1,h2,p,ol,ul,dl,dd,figure{margin:0;padding:0}
ol,ul{list-style:none}
h1{font-size:1.25rem;line-height:1.75rem;font-weight:600;letter-spacing:-.012em;overflow-wrap:anywhere}
h2{font-size:.8125rem;line-height:1.25rem;font-weight:600}
header{padding:1.5rem 1.5rem 1.25rem;border-bottom:1px solid var(--rule)}
.brand{display:flex;justify-content:space-between;flex-wrap:wrap;gap:.25rem 1rem;margin-bottom:1rem;color:var(--ink-2)}
.brand b{color:var(--ink);font-weight:600}
.prose{margin-top:.25rem;font-size:.9375rem;line-height:1.5rem;color:var(--ink-2);max-width:62ch;text-wrap:pretty;overflow-wrap:anywhere}
.label{font-size:.75rem;line-height:1rem;color:var(--ink-3)}
.deck{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr));overflow:hidden;border-bottom:1px solid var(--rule)}
.deck.two{grid-template-columns:repeat(auto-fit,minmax(min(100%,30rem),1fr))}
.panel{min-width:0;margin:-1px 0 0 -1px;padding:1rem 1.5rem 1.5rem;border:solid var(--rule);border-width:1px 0 0 1px}
.column{min-width:0}
.head{display:flex;align-items:baseline;justify-content:space-between;flex-wrap:wrap;gap:0 1rem;margin-bottom:.75rem}
.figure{font-size:1.75rem;line-height:2rem;letter-spacing:-.02em}
.figure+.label{margin-top:.25rem}
.bars{margin:1rem 0;font-size:.75rem;line-height:1rem}
.bars li{display:grid;grid-template-columns:1fr auto;gap:.25rem .75rem;margin-top:.5rem}
.bars svg{grid-column:1/-1;display:block;width:100%;height:.375rem;fill:var(--ink);background:var(--wash)}
.bars li+li svg{fill:var(--edge)}
.label+.kv{margin-top:1rem}
.kv{display:grid;grid-template-columns:fit-content(50%) minmax(0,1fr);font-size:.75rem;line-height:1rem}
.kv>*{padding:.375rem 0;border-bottom:1px solid var(--rule)}
.kv>dt{padding-right:1rem;overflow-wrap:anywhere;color:var(--ink-2)}
.kv>dd{text-align:right;overflow-wrap:anywhere}
.kv>:nth-last-child(-n+2){border-bottom:0}
.scroll{overflow-x:auto;scrollbar-width:thin}
:focus-visible{outline:2px solid light-dark(#0b5cad,#7cc0ff);outline-offset:2px;border-radius:.25rem}
table{border-collapse:collapse;font-size:.75rem;line-height:1rem}
th{font-weight:500;color:var(--ink-3);text-align:left}
.rows{width:100%}
.rows th,.rows td{padding:.375rem .75rem .375rem 0;border-bottom:1px solid var(--rule);white-space:nowrap;text-align:right}
.rows th[scope=row],.rows .words{min-width:4rem;text-align:left;white-space:normal;overflow-wrap:anywhere}
.rows tbody th{font-weight:400;color:var(--ink)}
.rows th:last-child,.rows td:last-child{padding-right:0}
.rows tbody:last-child tr:last-child>*{border-bottom:0}
.rows tfoot>tr>*{border-bottom:0;color:var(--ink);font-weight:600}
.best,.rows .best th{font-weight:600}
.confusion th{padding:.25rem .5rem .25rem 0;text-align:right;white-space:nowrap}
.confusion th[scope=row]{position:sticky;left:0;background:var(--paper)}
.confusion thead th{padding:.375rem .25rem;text-align:center;vertical-align:bottom}
.confusion thead .turned{writing-mode:vertical-rl;text-align:left;height:auto;margin:0 auto}
.confusion td{min-width:2.125rem;height:2rem;padding:0 .125rem;border:1px solid var(--rule);text-align:center}
.confusion .hit{font-weight:600}
.confusion .share{border:0;padding-left:.75rem;text-align:right;color:var(--ink-2)}
.confusion tfoot th{padding-top:.375rem}
.confusion tfoot .share{padding:.375rem .25rem 0;text-align:center}
.confusion thead th:last-child{padding-left:.75rem;text-align:right}
.confusion tfoot .share:last-child{text-align:right;font-weight:600;color:var(--ink)}
${heatRules()}
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.5rem,1fr));gap:1rem .75rem}
.mistakes img{display:block;width:5.25rem;height:5.25rem;object-fit:contain;border:1px solid var(--rule);border-radius:.25rem;background:var(--sheet);image-rendering:pixelated}
.mistakes figcaption{margin-top:.25rem;font-size:.75rem;line-height:1rem;color:var(--ink-2);overflow-wrap:anywhere}
.mistakes b{color:var(--ink)}
.mistakes+.label{margin-top:1rem}
.label+table,.label+.scroll{margin-top:.5rem}
.kv+.label{margin-top:1rem}
.command{display:block;margin-top:.25rem;font:.75rem/1.25rem ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere;color:var(--ink-2)}
.findings{margin-top:1rem}.findings li{overflow-wrap:anywhere;padding:.5rem 0;border-top:1px solid var(--rule)}
footer{padding:1rem 1.5rem 2rem;color:var(--ink-3);font-size:.75rem;line-height:1rem}
${chartStyle}
svg.chart{display:block;width:100%;max-width:30rem;height:auto}
@media (prefers-color-scheme:dark){img.ink{filter:invert(1);border-color:#d5cec5}}
@media (max-width:40rem){header,.panel,footer{padding-left:1rem;padding-right:1rem}.chart text{font-size:12.5px}}
@media print{:root{color-scheme:light}body{max-width:none;font-size:9pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}
img.ink{filter:none;border-color:var(--rule)}.panel,tr,figure{break-inside:avoid}.scroll{overflow:visible}.deck{grid-template-columns:repeat(auto-fit,minmax(18rem,1fr))}.deck.two{grid-template-columns:1fr}header,.panel,footer{padding-left:.75rem;padding-right:.75rem}}
@page{margin:15mm}
`;
