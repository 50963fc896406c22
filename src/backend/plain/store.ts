import { type Buffer, type ElementType, elementBytes, type Plan } from "../../compile/kernel.ts";
import type { Executable, LoadOptions, TableData } from "../backend.ts";
import { NamedStore } from "../named-store.ts";
import { PlainExecutable } from "./executable.ts";

/** States and tables in ordinary typed arrays, and the plans that run on them. */
export class PlainStore extends NamedStore<TableData> {
  async share(): Promise<void> {} // there is one thread

  async load(plan: Plan, options?: LoadOptions): Promise<Executable> {
    return this.loadNow(plan, options);
  }

  loadNow(plan: Plan, { steps = 1 }: LoadOptions = {}): Executable {
    const arrays = plan.buffers.map((buffer) => this.shared(buffer) ?? arrayFor(buffer, steps));
    return new PlainExecutable(plan, arrays, steps);
  }

  protected take(bytes: number, type: ElementType): TableData {
    return new arrayTypes[type](bytes / elementBytes[type]);
  }

  protected give(): void {} // the garbage collector takes it back

  protected view(array: TableData): TableData {
    return array;
  }
}

const arrayTypes = { f32: Float32Array, u8: Uint8Array, i32: Int32Array } as const;

/** An array of the plan's own. Temporaries do not share memory here, so that the twin would notice if they must not. */
function arrayFor({ role, type, elements }: Buffer, steps: number): TableData {
  const isPerStep = role === "perStep" || role === "metric";
  return new arrayTypes[type](elements * (isPerStep ? steps : 1));
}
