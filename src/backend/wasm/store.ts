import type { ElementType, Plan } from "../../compile/kernel.ts";
import type { Arithmetic, Executable, LoadOptions, TableData } from "../backend.ts";
import { NamedStore } from "../named-store.ts";
import { threadsFor } from "./cost.ts";
import { WasmExecutable } from "./executable.ts";
import { Memory, type Region } from "./memory.ts";
import { canShareMemory } from "./sharing.ts";
import type { Sharing } from "./threads.ts";

/** States and tables in one WebAssembly memory, and the plans that run on them. */
export class WasmStore extends NamedStore<Region> {
  readonly #memory: Memory;
  readonly #arithmetic: Arithmetic;
  readonly #most: number;
  #sharing: Sharing | undefined;

  constructor(arithmetic: Arithmetic, threads: number) {
    super();
    this.#arithmetic = arithmetic;
    this.#most = canShareMemory() ? threads : 1;
    this.#memory = new Memory(this.#most > 1);
  }

  /** Where the code for threads cannot be had, plans run on one, with the same results. */
  override async share(): Promise<void> {
    if (this.#most > 1) this.#sharing ??= await import("./threads.ts").catch(() => undefined);
  }

  override async load(plan: Plan, options: LoadOptions = {}): Promise<Executable> {
    if (this.#worth(plan) > 1) await this.share();
    return this.loadNow(plan, options);
  }

  loadNow(plan: Plan, { steps = 1 }: LoadOptions = {}): Executable {
    const sharing = this.#sharing;
    const worth = sharing ? this.#worth(plan) : 1;
    return new WasmExecutable({
      plan,
      shared: plan.buffers.map((buffer) => this.shared(buffer)),
      memory: this.#memory,
      steps,
      arithmetic: this.#arithmetic,
      threads: worth,
      sharing: worth > 1 ? sharing : undefined,
    });
  }

  #worth = (plan: Plan): number => threadsFor(plan, Math.min(this.threads, this.#most));

  protected take(bytes: number): Region {
    return this.#memory.take(bytes);
  }

  protected give(region: Region): void {
    this.#memory.give(region);
  }

  protected view({ start }: Region, type: ElementType, elements: number): TableData {
    return this.#memory.view(type, start, elements);
  }
}
