import { formatCount, formatNumber, formatPercent } from "../plot/format.ts";
import { type Markup, markup, nameMarkup } from "./markup.ts";
import { panel, scrollable } from "./panel.ts";
import type { ReportData, ReportMachine } from "./report-data.ts";

const mostMachines = 200;

/** Each machine with its street and how well it is solved. Left out where there are none. */
export function machinesSection({ machines = [] }: ReportData): Markup | undefined {
  if (machines.length === 0) return undefined;
  const areCounted = machines.every(({ supports }) => supports !== undefined);
  const heads = [...(areCounted ? ["Support vectors", "Inside"] : []), "Street", "Objective", "Gap", "Steps"];
  const rows = machines.slice(0, mostMachines).map((machine) => row(machine, areCounted));
  const table = markup`<table class="rows"><thead><tr><th scope="col" class="words">Machine</th>${heads.map(
    (head) => markup`<th scope="col">${head}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table>`;
  const isSolved = machines.every(({ isConverged }) => isConverged);
  const note = isSolved
    ? undefined
    : markup`<p class="label">A star marks a machine that was not solved to its tolerance.</p>`;
  return panel("machines", "Machines", "Street: its width, 2/‖w‖. Gap: of the objective, at most", [
    scrollable("Machines", table),
    note,
  ]);
}

function row(machine: ReportMachine, areCounted: boolean): Markup {
  const { positive, negative, supports = 0, inside = 0, width, objective, gap, iterations, isConverged } = machine;
  const counts = areCounted ? markup`<td>${formatCount(supports)}</td><td>${formatCount(inside)}</td>` : undefined;
  const share = gap > 1e-8 * objective ? formatPercent(gap / objective, 2) : "0 %"; // what is left is rounding
  return markup`<tr><th scope="row">${nameMarkup(positive)} against ${nameMarkup(negative)}</th>${counts}<td>${
    Number.isFinite(width) ? formatNumber(width) : "–"
  }</td><td>${formatNumber(objective)}</td><td>${share}${isConverged ? "" : " *"}</td><td>${formatCount(iterations)}</td></tr>
`;
}
