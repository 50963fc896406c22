/** The results as a table, in plain text or markdown. */
import { number } from "../claims.mjs";

const verdicts = { true: "✓ met", false: "✗ missed", null: "– not measured" };

/** The whole report as one text. */
export function report({ machine, date, rows, installation, pace }, { isMarkdown }) {
  const lines = [isMarkdown ? "# nabla, measured" : "nabla, measured", "", ...about(machine, date, pace, isMarkdown)];
  if (installation) lines.push("", `The peers could not be installed: ${installation}.`);
  const claims = rows.flatMap(({ title, claims }) => claims.map((claim) => ({ title, ...claim })));
  if (claims.length > 0) {
    lines.push("", isMarkdown ? "## Targets" : "TARGETS", "");
    lines.push(
      ...table(["workload", "claim", "measured", "target", "verdict", "of what"], claims.map(claimCells), isMarkdown),
    );
    const met = claims.filter(({ isMet }) => isMet).length;
    const missed = claims.filter(({ isMet }) => isMet === false).length;
    lines.push("", `${met} targets met, ${missed} missed, ${claims.length - met - missed} not measured.`);
  }
  for (const row of rows) lines.push("", ...workloadLines(row, isMarkdown));
  return lines.join("\n");
}

const claimCells = ({ title, text, shown, target, isMet, sides }) => [
  title,
  text,
  shown,
  target,
  verdicts[isMet],
  sides ?? "",
];

function about(machine, date, pace, isMarkdown) {
  const facts = [
    `${date}; ${machine.processor}, ${machine.cores} cores (${machine.vectors.join(", ") || "vector units unknown"}), ${machine.memory}, ${machine.system}`,
    `Node ${machine.nodes.join(" and ")}; ${machine.pythonPackages ? `PyTorch ${machine.pythonPackages.torch ?? "–"}, scikit-learn ${machine.pythonPackages.scikitLearn ?? "–"}` : "no Python with PyTorch or scikit-learn"}`,
    Object.entries(machine.peers)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `Medians of ${pace.alternations} alternations of ${pace.slice} s each (least and greatest beside them); load when it began ${machine.loadAtStart}`,
  ];
  return isMarkdown ? facts.map((fact) => `- ${fact}`) : facts;
}

function workloadLines({ title, unit, isTime, note, entries, seed, limits, error }, isMarkdown) {
  const lines = [isMarkdown ? `## ${title}` : title.toUpperCase(), ""];
  if (error) return [...lines, `This workload failed: ${error}`];
  const sign = isTime ? 1 : -1;
  const measured = entries
    .filter((entry) => entry.measured)
    .sort((a, b) => sign * (a.measured.median - b.measured.median));
  const cells = measured.map((entry) => [
    entry.title,
    String(entry.threads),
    number(entry.measured.median),
    `${number(entry.measured.minimum)} – ${number(entry.measured.maximum)}`,
    remark(entry),
  ]);
  for (const entry of entries.filter((one) => !one.measured))
    cells.push([entry.title, String(entry.threads ?? ""), "–", "", entry.reason ?? "not measured"]);
  lines.push(...table(["who", "threads", unit, "least – greatest", "remarks"], cells, isMarkdown));
  if (note) lines.push("", note);
  if (seed !== undefined) lines.push("", `The shapes were drawn with --seed ${seed}.`);
  for (const { engine, arithmetic, one, both } of limits ?? [])
    lines.push(
      ...(isMarkdown ? [""] : []),
      `128-bit limit, ${engine} ${arithmetic === "fma" ? "FMA" : "plain"}: ${number(one.median)} GFLOP/s in one process, ${number(both.median)} in two`,
    );
  return lines;
}

function remark({ slice, learned, about, family, threads }) {
  const words = [];
  if (family === "nabla" && about?.threads < threads) words.push(`chose ${about.threads} thread`);
  if (learned) words.push(`accuracy ${learned.accuracy.toFixed(2)} before timing`);
  if (slice)
    words.push(slice.epochs === 1 ? `epochs of ${slice.samples}` : `${slice.epochs} epochs of ${slice.samples}`);
  if (about?.engine === "plain") words.push("plain twins");
  return words.join("; ");
}

function table(head, rows, isMarkdown) {
  const all = [head, ...rows].map((cells) => cells.map((cell) => String(cell).replaceAll("\n", " ")));
  if (isMarkdown) {
    const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(all[0]), line(head.map(() => "---")), ...all.slice(1).map(line)];
  }
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column].length)));
  const line = (cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]))
      .join("  ")
      .trimEnd();
  return [line(all[0]), widths.map((width) => "─".repeat(width)).join("  "), ...all.slice(1).map(line)];
}
