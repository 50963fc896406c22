/** What a page of maps has beyond a report. A constant: the page's policy allows just this text. */
export const mapStyle = `
.maps{display:grid;grid-template-columns:minmax(0,1fr) 17rem}
.maps .deck{border-bottom:0;align-content:start}
.side{border-width:0 0 0 1px;margin:0}
h3{margin:1.25rem 0 .25rem;font-size:.75rem;line-height:1rem;font-weight:600}
canvas.map{display:block;width:100%;aspect-ratio:1;border:1px solid var(--rule);background:var(--sheet);touch-action:none;cursor:crosshair}
.buttons{display:flex;flex-wrap:wrap;gap:.375rem;align-items:center;margin:.5rem 0 1rem}
button{font:inherit;font-size:.75rem;line-height:1rem;min-height:1.75rem;padding:.25rem .625rem;color:var(--ink);background:var(--paper);border:1px solid var(--edge);border-radius:.25rem;cursor:pointer}
button:disabled{color:var(--ink-3);border-color:var(--rule);cursor:default}
fieldset{margin:0;padding:0;border:0}
.classes label{display:flex;align-items:center;gap:.5rem;min-height:1.75rem;overflow-wrap:anywhere}
.classes input{width:1rem;height:1rem;margin:0;accent-color:var(--ink);flex:none}
.classes .label{margin-left:auto}
canvas.key{width:1.125rem;height:1.125rem;flex:none}
canvas.thumbnail{display:block;width:8rem;height:auto;image-rendering:pixelated;border:1px solid var(--rule);background:var(--sheet);margin-bottom:.5rem}
#said{min-height:2.5rem;overflow-wrap:anywhere}
#keys{margin-top:.75rem}
tr[aria-current=true]{background:var(--wash)}
footer code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
@media (max-width:52rem){.maps{grid-template-columns:minmax(0,1fr)}.side{border-width:1px 0 0}}
@media print{.buttons,#keys{display:none}}
`;
