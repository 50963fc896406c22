import type { ElementType } from "../../compile/kernel.ts";
import { NablaError } from "../../errors.ts";
import type { TableData } from "../backend.ts";
import type { MemoryType } from "./assembler.ts";

const pageBytes = 65_536;
/** 4 GiB, what 32-bit addresses reach. */
const maximumPages = 65_536;

/** A range of a memory, from `start` to before `end`. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/**
 * One WebAssembly memory that hands out regions and takes them back. It grows when it has to; views are made anew after
 * that, so nobody keeps one. Regions are given lowest first, so that what is loaded again after being closed comes to
 * lie where it was.
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  #taken: Region[] = [];
  #highest = 0;
  /**
   * Never touched, so it takes no memory. But its size is counted by the garbage collector, which does not count memory
   * that threads may share, and would let abandoned stores pile up.
   */
  counted: ArrayBuffer | undefined;

  readonly type: MemoryType;

  constructor(isShared: boolean) {
    this.type = { pages: 1, maximum: maximumPages, isShared };
    this.wasm = new WebAssembly.Memory({ initial: 1, maximum: maximumPages, shared: isShared });
  }

  get buffer(): ArrayBufferLike {
    return this.wasm.buffer;
  }

  /** A region of zeros. Throws LIMIT when the memory cannot grow so far. */
  take(bytes: number): Region {
    const size = Math.ceil(Math.max(bytes, 1) / 64) * 64;
    let start = 128; // the first words are where threads meet and claim their shares
    for (const region of this.#taken) {
      if (region.start - start >= size) break;
      start = region.end;
    }
    const region = { start, end: start + size };
    this.#reserve(region.end, bytes);
    this.#taken.push(region);
    this.#taken.sort((a, b) => a.start - b.start);
    // what was never handed out is zero already, and not to touch it saves its pages
    const used = Math.min(region.end, this.#highest);
    if (used > start) new Uint8Array(this.buffer, start, used - start).fill(0);
    this.#highest = Math.max(this.#highest, region.end);
    return region;
  }

  give(region: Region): void {
    this.#taken = this.#taken.filter((other) => other !== region);
  }

  /** Numbers at an address, to use at once: growing the memory invalidates views. */
  view(type: ElementType, address: number, elements: number): TableData {
    // the same methods whether threads share it or not
    const buffer = this.buffer as ArrayBuffer;
    if (type === "u8") return new Uint8Array(buffer, address, elements);
    return type === "f32" ? new Float32Array(buffer, address, elements) : new Int32Array(buffer, address, elements);
  }

  /** Vectors are read past the end of a row, so some room is kept behind the last region. */
  #reserve(end: number, bytes: number): void {
    const missing = Math.ceil((end + 4096) / pageBytes) - this.buffer.byteLength / pageBytes;
    if (missing <= 0) return;
    try {
      this.wasm.grow(missing);
      if (this.type.isShared) this.counted = new ArrayBuffer(this.buffer.byteLength);
    } catch (cause) {
      throw new NablaError("LIMIT", `the data and the model need ${bytes} bytes more memory than there is`, {
        hint: "Use a smaller model, a smaller batch or fewer samples.",
        cause,
      });
    }
  }
}
