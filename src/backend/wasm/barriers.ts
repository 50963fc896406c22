import { accessesOf, statementsOf } from "../../compile/access.ts";
import { type BufferId, elementBytes, type Plan } from "../../compile/kernel.ts";

/**
 * Before which kernels all threads have to meet: entry i is for kernel i, the last for the end of the step.
 *
 * A kernel may start while others still work on earlier ones unless it touches memory that they write, or writes
 * memory that they touch. Temporaries that share memory count by their place, not by their name.
 */
export function barriersOf(plan: Plan): boolean[] {
  const places = plan.buffers.map((buffer, id): Place => {
    const offset = plan.offsets[id]!;
    const bytes = buffer.elements * elementBytes[buffer.type];
    return offset < 0 ? { id, from: 0, to: 0 } : { id: -1, from: offset, to: offset + bytes };
  });
  const uses = plan.kernels.map((kernel) => {
    const statements = statementsOf(kernel);
    const written = new Set<BufferId>();
    for (const statement of statements) if (statement.kind === "store") written.add(statement.access.buffer);
    const read = new Set(
      [...accessesOf(statements)].map(({ buffer }) => buffer).filter((buffer) => !written.has(buffer)),
    );
    return { read, written };
  });
  const meets = (a: ReadonlySet<BufferId>, b: ReadonlySet<BufferId>): boolean =>
    [...a].some((x) => [...b].some((y) => overlap(places[x]!, places[y]!)));

  const barriers: boolean[] = [];
  let since: number[] = [];
  uses.forEach(({ read, written }, kernel) => {
    const isBlocked = since.some((earlier) => {
      const before = uses[earlier]!;
      return meets(before.written, read) || meets(before.written, written) || meets(before.read, written);
    });
    barriers.push(isBlocked);
    since = isBlocked ? [kernel] : [...since, kernel];
  });
  return [...barriers, true];
}

/** A buffer by its own name, or a range of the arena. */
interface Place {
  readonly id: BufferId;
  readonly from: number;
  readonly to: number;
}

const overlap = (a: Place, b: Place): boolean =>
  a.id >= 0 || b.id >= 0 ? a.id === b.id : a.from < b.to && b.from < a.to;
