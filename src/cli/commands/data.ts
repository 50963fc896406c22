import picocolors from "picocolors";
import { catalog } from "../../data/index.ts";
import { formatCount } from "../../report/index.ts";
import { type Flags, outputOf } from "../command-flags.ts";

/** `nabla data list`. Loads nothing. */
export function listData(flags: Flags): void {
  const output = outputOf(flags);
  const { bold, dim } = picocolors.createColors(output.color);
  const width = Math.max(...catalog.map(({ name }) => name.length));
  const inset = " ".repeat(width);
  for (const { name, title, kind, shape, classes, sizes, source } of catalog) {
    if (kind === "read") {
      const counts = `${formatCount(sizes.train)} to train on, ${formatCount(sizes.test)} to test on, ${classes.length} classes`;
      output.line(`${bold(name.padEnd(width))}  ${title}`);
      output.line(`${inset}  ${counts}`);
      output.line(`${inset}  ${dim(source)}`);
    }
    output.json({ kind: "data", name, title, from: kind, shape, classes, sizes, source });
  }
  output.line();
  output.line("Drawn by seed, as many as --size says (2,000), with twice as many fresh ones to test on:");
  for (const { name, title, kind } of catalog)
    if (kind === "drawn") output.line(`${bold(name.padEnd(width))}  ${title}`);
  output.line();
  output.line(dim("Besides: a table of numbers with a column to learn (data.csv), or two IDX files."));
}
