import picocolors from "picocolors";
import { catalog } from "../../data/index.ts";
import { formatCount } from "../../report/index.ts";
import { type Flags, outputOf } from "../command-flags.ts";

/** `nabla data list`. Loads nothing. */
export function listData(flags: Flags): void {
  const output = outputOf(flags);
  const { bold, dim } = picocolors.createColors(output.color);
  const width = Math.max(...catalog.map(({ name }) => name.length));
  for (const { name, title, shape, classes, sizes, source } of catalog) {
    const counts = `${formatCount(sizes.train)} to train on, ${formatCount(sizes.test)} to test on, ${classes.length} classes`;
    output.line(`${bold(name.padEnd(width))}  ${title}`);
    output.line(`${" ".repeat(width)}  ${counts}`);
    output.line(`${" ".repeat(width)}  ${dim(source)}`);
    output.json({ kind: "data", name, title, shape, classes, sizes, source });
  }
}
