import type { Access, Kernel, Statement } from "./kernel.ts";

/** The statements of a kernel, those of its prelude first. */
export const statementsOf = ({ prelude, statements }: Kernel): readonly Statement[] =>
  prelude ? [...statementsOf(prelude), ...statements] : statements;

/** Every access to memory of the statements, those of row numbers included. */
export function* accessesOf(statements: readonly Statement[]): Generator<Access> {
  for (const statement of statements) {
    if (statement.kind === "contract") yield* [statement.left, statement.right];
    if (statement.kind !== "load" && statement.kind !== "store") continue;
    yield statement.access;
    if (statement.access.row) yield statement.access.row.from;
  }
}
