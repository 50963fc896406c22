import type { Access, AxisId, Kernel, Statement } from "../../compile/kernel.ts";
import { padded } from "../../compile/layout.ts";
import { type FunctionBuilder, i32, type Local, v128 } from "./assembler.ts";
import { KernelEmitter, scratchParameter, type Target } from "./emitter.ts";

type Contract = Extract<Statement, { kind: "contract" }>;

const lanes = 4;

/**
 * Writes a kernel around a contraction C[i,j] = Σₖ A[i,k]·B[k,j] and what follows at each point of C.
 *
 * Lanes stand along j, the axis along which C lies in memory. C is computed in register tiles; each element has one
 * accumulator and k ascends, so that no choice made here (tiles, packing, blocks, order of loops) changes a bit.
 * What follows the sum (bias, activation, a mask, an optimizer's update) is applied to the tile in registers.
 */
export function emitContraction(f: FunctionBuilder, kernel: Kernel, target: Target): void {
  const emitter = new KernelEmitter(f, kernel, target);
  const statement = kernel.statements.find((s): s is Contract => s.kind === "contract")!;
  const writer = new ContractionWriter(emitter, statement, target);
  writer.write();
}

/** How a contraction is cut up; a pure function of its shape and strides. */
interface Tiling {
  /** Rows and vectors of a register tile. */
  readonly rows: number;
  readonly vectors: number;
  /** Copy B, panel by panel, so that a tile reads it in order. */
  readonly packsRight: boolean;
  /** Copy rows of A, tile by tile, where k does not lie in memory order; then rows are the outer loop. */
  readonly packsLeft: boolean;
  /** Threads share out the panels; where there are too few, the rows. */
  readonly isPanelShared: boolean;
  /** Steps of k that are written out in the inner loop. */
  readonly unroll: number;
  /** Steps of k after which a tile leaves its sums in memory, and the next has its turn with the same rows of B. */
  readonly depth: number;
}

/** Some steps of k that all tiles take before the next come; often one block is all k. */
interface Block {
  readonly steps: number;
  /** Where the next tile's sums over the blocks before lie, if there are others. */
  readonly sums?: Local;
  readonly isLast: boolean;
}

/** Whether threads share out a loop's passes; fixed where the loop runs several times in a kernel. */
interface Share {
  readonly isShared?: boolean;
  readonly isFixed?: boolean;
}

class ContractionWriter {
  readonly #emitter: KernelEmitter;
  readonly #f: FunctionBuilder;
  readonly #contract: Contract;
  readonly #i: AxisId;
  readonly #j: AxisId;
  /** Operand over i and operand over j. */
  readonly #left: Access;
  readonly #right: Access;
  readonly #shape: ContractionShape;
  readonly #tiling: Tiling;
  readonly #packedRight: number;
  readonly #packedLeft: number;
  /** Columns of the present panel; lanes beyond them are padding, and repeat the last column. */
  #columns = 0;
  #block: Block;

  constructor(emitter: KernelEmitter, contract: Contract, target: Target) {
    this.#emitter = emitter;
    this.#f = emitter.f;
    this.#contract = contract;
    const k = contract.summed;
    [this.#i, this.#j] = orientation(emitter.kernel, contract);
    emitter.vectorAxis = this.#j;
    // what is repeated along an axis does not move there, so each operand is asked
    const isSwapped = contract.left.strides[this.#j] !== 0 || contract.right.strides[this.#i] !== 0;
    [this.#left, this.#right] = isSwapped ? [contract.right, contract.left] : [contract.left, contract.right];
    const [M, N, K] = [emitter.extent(this.#i), emitter.extent(this.#j), emitter.extent(k)];
    const left = { i: this.#left.strides[this.#i]! * 4, k: this.#left.strides[k]! * 4 };
    const right = { k: this.#right.strides[k]! * 4, j: this.#right.strides[this.#j]! * 4 };
    this.#shape = { M, N, K, left, right, unroll: target.unroll };
    this.#tiling = tile(this.#shape);
    const { rows, vectors, packsRight, packsLeft, depth } = this.#tiling;
    this.#block = { steps: depth, isLast: true };
    const panels = packsLeft ? Math.ceil(N / (vectors * lanes)) : 1;
    this.#packedRight = packsRight ? target.scratch(K * vectors * lanes * 4 * panels) : 0;
    this.#packedLeft = packsLeft ? target.scratch(K * rows * 4) : 0;
  }

  write(): void {
    const stored = this.#emitter.kernel.statements.flatMap((s) => (s.kind === "store" ? [s.value] : []));
    this.#emitter.hoist(stored, [this.#i, this.#j]);
    if (this.#tiling.packsLeft) this.#writeRowsFirst();
    else if (this.#tiling.depth < this.#shape.K) this.#writeBlocks();
    else this.#writePanelsFirst();
  }

  /** Block after block of k. Sums go on where the block before left them in memory, which changes no bit. */
  #writeBlocks(): void {
    const { M, N, K } = this.#shape;
    const { depth } = this.#tiling;
    const { summed } = this.#contract;
    const bytes = M * padded(N) * 4;
    const place = this.#emitter.target.scratch(bytes);
    const before = Math.ceil(K / depth) - 1;
    this.#f.borrow(i32, 1, (sums) => {
      const write = (steps: number, isLast: boolean): void => {
        this.#block = { steps, sums, isLast };
        this.#pushScratch(place).set(sums);
        this.#writePanelsFirst();
      };
      this.#pushScratch(place).clear(bytes);
      this.#emitter.loop(summed, before, depth, () => write(depth, false));
      this.#emitter.at(summed, before * depth, () => write(K - before * depth, true));
    });
  }

  /** For each panel of columns: pack it, then sweep the rows. */
  #writePanelsFirst(): void {
    const { isPanelShared, packsRight } = this.#tiling;
    const isOne = this.#shape.N <= this.#tiling.vectors * lanes;
    const isFixed = this.#block.sums !== undefined; // a thread keeps the sums of its tiles from block to block
    this.#eachPanel({ isShared: isPanelShared, isFixed }, (vectors) =>
      this.#f.borrow(i32, 1, (panel) => {
        if (packsRight) {
          this.#pushScratch(this.#packedRight).set(panel);
          this.#packRight(panel, vectors);
          this.#pushScratch(this.#packedRight).set(panel);
        }
        this.#eachRowTile({ isShared: !isPanelShared, isFixed: isFixed || !isOne }, (rows) =>
          this.#writeTile(rows, vectors, panel),
        );
      }),
    );
  }

  /** Pack every panel once; then for each tile of rows: pack it, and sweep the panels. */
  #writeRowsFirst(): void {
    const { packsRight } = this.#tiling;
    this.#f.borrow(i32, 1, (panel) => {
      if (packsRight) {
        this.#pushScratch(this.#packedRight).set(panel);
        this.#eachPanel({}, (vectors) => this.#packRight(panel, vectors));
      }
      this.#eachRowTile({ isShared: true }, (rows) => {
        this.#packLeft(rows);
        if (packsRight) this.#pushScratch(this.#packedRight).set(panel);
        this.#eachPanel({}, (vectors) => {
          this.#writeTile(rows, vectors, panel);
          if (packsRight) this.#f.advance(panel, this.#shape.K * vectors * lanes * 4);
        });
      });
    });
  }

  #pushScratch(offset: number): FunctionBuilder {
    return this.#f.get(scratchParameter).constant(offset).add();
  }

  #eachPanel(share: Share, body: (vectors: number) => void): void {
    this.#eachTile(this.#j, this.#tiling.vectors * lanes, share, (columns) => {
      this.#columns = columns;
      body(Math.ceil(columns / lanes));
    });
  }

  #eachRowTile(share: Share, body: (rows: number) => void): void {
    this.#eachTile(this.#i, this.#tiling.rows, share, body);
  }

  /** Cuts an axis into tiles of `size` and a smaller one for the rest. */
  #eachTile(axis: AxisId, size: number, { isShared, isFixed }: Share, body: (size: number) => void): void {
    const emitter = this.#emitter;
    const full = Math.floor(emitter.extent(axis) / size);
    const rest = emitter.extent(axis) - full * size;
    const write = (): void => body(size);
    const writeRest =
      rest === 0 ? undefined : (): void => emitter.at(axis, full * size, () => emitter.scope(() => body(rest)));
    if (isShared) return emitter.loopShared(axis, full, size, write, writeRest, isFixed);
    emitter.loop(axis, full, size, write);
    writeRest?.();
  }

  /** One register tile: the sum over k, then the statements that follow at each of its points. */
  #writeTile(rows: number, vectors: number, panel: Local): void {
    const f = this.#f;
    const { left: leftBytes, right: rightBytes } = this.#shape;
    const { packsLeft, packsRight, unroll } = this.#tiling;
    const { steps, sums, isLast } = this.#block;
    const totals = Array.from({ length: rows * vectors }, (_, i) => {
      const total = f.local(v128);
      if (sums === undefined) f.vectorConstant(0);
      else f.get(sums).memory("load", i * 16);
      f.set(total);
      return total;
    });
    // pointers: one per row of A where rows lie apart, one for B
    const leftStride = packsLeft ? rows * 4 : leftBytes.k;
    const left = Array.from({ length: packsLeft ? 1 : rows }, (_, row) => {
      const pointer = f.local(i32);
      if (packsLeft) this.#pushScratch(this.#packedLeft);
      else this.#emitter.at(this.#i, row, () => this.#emitter.pushAddress(this.#left));
      f.set(pointer);
      return pointer;
    });
    const rightStride = packsRight ? vectors * lanes * 4 : rightBytes.k;
    const right = f.local(i32);
    if (packsRight) f.get(panel);
    else this.#emitter.pushAddress(this.#right);
    f.set(right);

    const splat = f.local(v128);
    const columns = Array.from({ length: vectors }, () => f.local(v128));
    const stepOnce = (k: number): void => {
      columns.forEach(
        (column, c) =>
          void f
            .get(right)
            .memory("load", k * rightStride + c * 16)
            .set(column),
      );
      for (let row = 0; row < rows; row++) {
        f.get(left[row] ?? left[0]!)
          .memory("loadSplat32", k * leftStride + (packsLeft ? row * 4 : 0))
          .set(splat);
        this.#accumulate(totals.slice(row * vectors, (row + 1) * vectors), splat, columns);
      }
    };
    const times = steps < 2 * unroll ? 0 : Math.floor(steps / unroll);
    if (times > 0)
      f.repeat(times, () => {
        for (let k = 0; k < unroll; k++) stepOnce(k);
        for (const pointer of left) f.advance(pointer, unroll * leftStride);
        f.advance(right, unroll * rightStride);
      });
    for (let k = 0; k < steps - times * unroll; k++) stepOnce(k);

    for (const local of [...left, right]) f.release(i32, local);
    for (const local of [splat, ...columns]) f.release(v128, local);
    if (isLast) this.#writeEpilogue(rows, vectors, totals);
    else
      totals.forEach((total, i) => {
        f.get(sums!).get(total);
        f.memory("store", i * 16).release(v128, total);
      });
    if (sums !== undefined) f.advance(sums, totals.length * 16);
  }

  /** totals[c] += a · columns[c]. Two products come before their sums: an engine that keeps the order then waits less. */
  #accumulate(totals: readonly Local[], a: Local, columns: readonly Local[]): void {
    const f = this.#f;
    if (this.#emitter.target.isFused)
      return totals.forEach((total, c) => void f.get(a).get(columns[c]!).get(total).vector("relaxedMulAdd").set(total));
    f.borrow(v128, 2, (...products) => {
      for (let first = 0; first < totals.length; first += 2) {
        const pair = totals.slice(first, first + 2);
        pair.forEach((_, c) => {
          f.get(a).get(columns[first + c]!);
          f.vector("mul").set(products[c]!);
        });
        pair.forEach((total, c) => {
          f.get(total).get(products[c]!).vector("add").set(total);
        });
      }
    });
  }

  #writeEpilogue(rows: number, vectors: number, totals: readonly Local[]): void {
    const emitter = this.#emitter;
    emitter.scope(() => {
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < vectors; column++)
          emitter.at(this.#i, row, () =>
            emitter.at(this.#j, column * lanes, () =>
              emitter.withLanes(Math.min(lanes, this.#columns - column * lanes), () => {
                emitter.define(this.#contract.id, totals[row * vectors + column]!);
                for (const s of emitter.kernel.statements)
                  if (s.kind === "store") emitter.store(s.access, s.value, s.axes);
              }),
            ),
          );
    });
  }

  /** Copies a panel of B to where `to` points, k by k, and leaves `to` behind it. */
  #packRight(to: Local, vectors: number): void {
    const { k, j } = this.#shape.right;
    this.#f.borrow(i32, 1, (from) => {
      this.#emitter.pushAddress(this.#right);
      this.#f.set(from);
      if (k === 4 && j !== 4) this.#packTransposed(from, to, vectors);
      else this.#packInOrder(this.#shape.K, from, to, vectors);
    });
  }

  /** Copies the next `count` k of a panel. */
  #packInOrder(count: number, from: Local, to: Local, vectors: number): void {
    const f = this.#f;
    const { k, j } = this.#shape.right;
    f.repeat(count, () => {
      for (let column = 0; column < vectors; column++) {
        f.get(to);
        if (j === 4) f.get(from).memory("load", column * 16);
        else this.#loadApart(from, column * lanes);
        f.memory("store", column * 16);
      }
      f.advance(from, k).advance(to, vectors * lanes * 4);
    });
  }

  /** Four columns of the panel from `first` on, which lie apart. */
  #loadApart(from: Local, first: number): void {
    const f = this.#f;
    f.get(from).memory("loadSplat32", this.#columnOffset(first));
    f.borrow(v128, 1, (local) => {
      for (let lane = 1; lane < lanes; lane++)
        f.set(local)
          .get(from)
          .get(local)
          .memory("loadLane32", this.#columnOffset(first + lane), lane);
    });
  }

  #columnOffset = (column: number): number => Math.min(column, this.#columns - 1) * this.#shape.right.j;

  /** B lies k first: blocks of 4 × 4 are turned in registers; the last k are copied one by one. */
  #packTransposed(from: Local, to: Local, vectors: number): void {
    const f = this.#f;
    const rowBytes = vectors * lanes * 4;
    const blocks = Math.floor(this.#shape.K / 4);
    f.borrow(v128, 5, (a, b, c, d, t) => {
      const turn = (column: number): void => {
        [a, b, c, d].forEach((local, lane) => {
          f.get(from).memory("load", this.#columnOffset(column * lanes + lane));
          f.set(local);
        });
        f.get(a).get(b).shuffle(0, 4, 1, 5).set(t).get(a).get(b).shuffle(2, 6, 3, 7).set(a);
        f.get(c).get(d).shuffle(0, 4, 1, 5).set(b).get(c).get(d).shuffle(2, 6, 3, 7).set(c);
        for (const [row, left, right] of [[0, t, b] as const, [2, a, c] as const]) {
          const offset = row * rowBytes + column * 16;
          f.get(to).get(left).get(right).shuffle(0, 1, 4, 5).memory("store", offset);
          f.get(to).get(left).get(right).shuffle(2, 3, 6, 7);
          f.memory("store", offset + rowBytes);
        }
      };
      if (blocks > 0)
        f.repeat(blocks, () => {
          for (let column = 0; column < vectors; column++) turn(column);
          f.advance(from, 16).advance(to, 4 * rowBytes);
        });
      if (this.#shape.K > blocks * 4) this.#packInOrder(this.#shape.K - blocks * 4, from, to, vectors);
    });
  }

  /** Copies a tile of rows of A, k by k. */
  #packLeft(rows: number): void {
    const f = this.#f;
    const { i, k } = this.#shape.left;
    f.borrow(i32, 2, (from, to) => {
      this.#emitter.pushAddress(this.#left);
      f.set(from);
      this.#pushScratch(this.#packedLeft).set(to);
      f.repeat(this.#shape.K, () => {
        for (let row = 0; row < rows; ) {
          const isVector = i === 4 && row + lanes <= rows;
          f.get(to).get(from);
          if (isVector) f.memory("load", row * 4).memory("store", row * 4);
          else f.loadI32(row * i).storeI32(row * 4);
          row += isVector ? lanes : 1;
        }
        f.advance(from, k).advance(to, rows * 4);
      });
    });
  }
}

/** Which parallel axis is i and which is j: j runs along the memory of what is stored, or else of an operand. */
function orientation(kernel: Kernel, contract: Contract): [AxisId, AxisId] {
  const [a, b] = [0, 1];
  const score = (axis: AxisId): number => {
    let total = 0;
    for (const s of kernel.statements) {
      if (s.kind === "store") total += s.access.strides[axis] === 1 ? 4 : 0;
      if (s.kind === "load") total += s.access.strides[axis] === 1 ? 2 : 0;
    }
    for (const { strides } of [contract.left, contract.right]) total += strides[axis] === 1 ? 1 : 0;
    return total;
  };
  return score(a) > score(b) ? [b, a] : [a, b];
}

interface ContractionShape {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** Bytes from one number of an operand to the next. */
  readonly left: { readonly i: number; readonly k: number };
  readonly right: { readonly k: number; readonly j: number };
  readonly unroll: number;
}

/**
 * Tile sizes that keep 16 vector registers busy: rows × vectors accumulators, one row of B, one splat of A, two products.
 * Eight accumulators hide the time an addition takes, so with few rows a tile is wider. One row waits for B's memory
 * alone, and does best with the four vectors of a cache line.
 */
function tile({ M, N, K, left, right, unroll }: ContractionShape): Tiling {
  const width = Math.ceil(N / lanes);
  const widest = M >= 4 ? 2 : M === 3 ? 3 : 4;
  const vectors = width <= 3 ? width : Math.min(widest, width);
  const fitting = unroll === 1 ? 8 : 9; // an engine that keeps no registers over several steps loads a whole step first
  const rows = Math.min(M, 8, Math.floor(fitting / vectors));
  const packsRight = right.j !== 4 || (M >= 4 * rows && N > vectors * lanes && K >= 16);
  const packsLeft = left.k !== 4 && left.i === 4 && N > 2 * vectors * lanes && K >= 16;
  const small = K * rows * vectors <= 16;
  const isPanelShared = Math.floor(width / vectors) >= 4;
  // panels that read B in place share its rows: a block is what half a first-level cache holds of them
  const block = Math.max(8, Math.floor(16_384 / right.k));
  const isInBlocks = !packsRight && !packsLeft && width > vectors && K >= 2 * block;
  return {
    rows,
    vectors,
    packsRight,
    packsLeft,
    isPanelShared,
    unroll: small ? K : Math.min(unroll, Math.max(2, K >> 3)),
    depth: isInBlocks ? block : K,
  };
}
