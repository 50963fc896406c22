import { accessesOf, statementsOf } from "../../compile/access.ts";
import { type BufferId, elementBytes, type Plan } from "../../compile/kernel.ts";
import { type FunctionBuilder, i32, type ModuleBuilder } from "./assembler.ts";

/** Opcodes of the threads proposal by name, without their 0xfe prefix. */
export const atomics = { notify: 0x00, wait: 0x01, load: 0x10, store: 0x17, addAndGetOld: 0x1e } as const;

/** Words of the memory's first 64 bytes at which threads meet. */
const arrivedWord = 16;
const generationWord = 32;
/** Where the words lie at which the shares of loops are claimed: 64 bytes of their own, where nobody waits. */
export const claimWords = 64;
/** Kernels between two barriers, which take up to two of those words each: for itself and for its prelude. */
const mostTogether = 8;
/** How often a thread looks for the others before it lies down: some tens of microseconds. */
const spins = 20_000;

/**
 * Before which kernels all threads have to meet: entry i is for kernel i, the last for the end of the step.
 *
 * A kernel may start while others still work on earlier ones unless it touches memory that they write, or writes
 * memory that they touch. Temporaries that share memory count by their place, not by their name. After some kernels
 * they meet anyway: at a barrier the words for claims are free again.
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
    const isBlocked =
      since.length === mostTogether ||
      since.some((earlier) => {
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

/**
 * Waits until all threads have arrived: the last one starts a new generation. They look for a while, which costs less
 * than half a microsecond when nobody is late, and then sleep. `isClaiming`: what was claimed is given back.
 */
export function emitBarrier(module: ModuleBuilder, isClaiming = false): FunctionBuilder {
  const f = module.function("barrier", [i32]);
  const threads = 0;
  const [generation, looks] = [f.local(i32), f.local(i32)];
  f.constant(0).atomic(atomics.load, generationWord).set(generation);
  const giveBack = (): void => {
    if (isClaiming)
      for (let i = 0; i < 64; i += 16)
        f.constant(0)
          .vectorConstant(0)
          .memory("store", claimWords + i);
  };
  const wait = (): void => {
    const isStillOld = (): void => void f.constant(0).atomic(atomics.load, generationWord).get(generation).equals();
    f.loop(() => {
      f.get(looks).constant(spins).lessThan();
      f.when(
        () => void f.advance(looks, 1),
        () => void f.constant(0).get(generation).forever().atomic(atomics.wait, generationWord).drop(),
      );
      isStillOld();
    });
  };
  f.get(threads).constant(1).equals();
  f.when(giveBack, () => {
    f.constant(0).constant(1).atomic(atomics.addAndGetOld, arrivedWord).constant(1).add().get(threads).equals();
    f.when(() => {
      giveBack();
      f.constant(0).constant(0).atomic(atomics.store, arrivedWord);
      f.constant(0).constant(1).atomic(atomics.addAndGetOld, generationWord).drop();
      f.constant(0).constant(-1).atomic(atomics.notify, generationWord).drop();
    }, wait);
  });
  return f;
}
