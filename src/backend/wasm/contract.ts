import type { Access, AxisId, Kernel, Statement } from "../../compile/kernel.ts";
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
}

class ContractionWriter {
  readonly #emitter: KernelEmitter;
  readonly #f: FunctionBuilder;
  readonly #contract: Contract;
  readonly #i: AxisId;
  readonly #j: AxisId;
  readonly #k: AxisId;
  /** Operand over i and operand over j. */
  readonly #left: Access;
  readonly #right: Access;
  readonly #tiling: Tiling;
  readonly #packedRight: number;
  readonly #packedLeft: number;
  /** Columns of the present panel; lanes beyond them are padding, and repeat the last column. */
  #columns = 0;

  constructor(emitter: KernelEmitter, contract: Contract, target: Target) {
    this.#emitter = emitter;
    this.#f = emitter.f;
    this.#contract = contract;
    this.#k = contract.summed;
    [this.#i, this.#j] = orientation(emitter.kernel, contract);
    emitter.vectorAxis = this.#j;
    // what is repeated along an axis does not move there, so each operand is asked
    const isSwapped = contract.left.strides[this.#j] !== 0 || contract.right.strides[this.#i] !== 0;
    [this.#left, this.#right] = isSwapped ? [contract.right, contract.left] : [contract.left, contract.right];
    this.#tiling = tile({
      M: this.#M,
      N: this.#N,
      K: this.#K,
      rightStrides: [this.#right.strides[this.#k]!, this.#right.strides[this.#j]!],
      leftStrides: [this.#left.strides[this.#i]!, this.#left.strides[this.#k]!],
      unroll: target.unroll,
    });
    const { rows, vectors, packsRight, packsLeft } = this.#tiling;
    const panels = packsLeft ? Math.ceil(this.#N / (vectors * lanes)) : 1;
    this.#packedRight = packsRight ? target.scratch(this.#K * vectors * lanes * 4 * panels) : 0;
    this.#packedLeft = packsLeft ? target.scratch(this.#K * rows * 4) : 0;
  }

  get #M(): number {
    return this.#emitter.extent(this.#i);
  }
  get #N(): number {
    return this.#emitter.extent(this.#j);
  }
  get #K(): number {
    return this.#emitter.extent(this.#k);
  }

  write(): void {
    const emitter = this.#emitter;
    emitter.hoist(this.#roots(), [this.#i, this.#j]);
    if (this.#tiling.packsLeft) this.#writeRowsFirst();
    else this.#writePanelsFirst();
  }

  #roots(): number[] {
    return this.#emitter.kernel.statements.flatMap((s) => (s.kind === "store" ? [s.value] : []));
  }

  /** For each panel of columns: pack it, then sweep the rows. */
  #writePanelsFirst(): void {
    const { isPanelShared } = this.#tiling;
    this.#eachPanel(isPanelShared, (vectors) => {
      const panel = this.#f.local(i32);
      if (this.#tiling.packsRight) {
        this.#pushScratch(this.#packedRight).set(panel);
        this.#packRight(panel, vectors);
        this.#pushScratch(this.#packedRight).set(panel);
      }
      this.#eachRowTile(!isPanelShared, (rows) =>
        this.#writeTile(rows, vectors, undefined, this.#tiling.packsRight ? panel : undefined),
      );
      this.#f.release(i32, panel);
    });
  }

  /** Pack every panel once; then for each tile of rows: pack it, and sweep the panels. */
  #writeRowsFirst(): void {
    const { packsRight } = this.#tiling;
    const panel = this.#f.local(i32);
    if (packsRight) {
      this.#pushScratch(this.#packedRight).set(panel);
      this.#eachPanel(false, (vectors) => this.#packRight(panel, vectors));
    }
    this.#eachRowTile(true, (rows) => {
      this.#packLeft(rows);
      if (packsRight) this.#pushScratch(this.#packedRight).set(panel);
      this.#eachPanel(false, (vectors) => {
        this.#writeTile(rows, vectors, this.#packedLeft, packsRight ? panel : undefined);
        if (packsRight) this.#f.advance(panel, this.#K * vectors * lanes * 4);
      });
    });
    this.#f.release(i32, panel);
  }

  #pushScratch(offset: number): FunctionBuilder {
    return this.#f.get(scratchParameter).constant(offset).add();
  }

  #eachPanel(isShared: boolean, body: (vectors: number) => void): void {
    const { vectors } = this.#tiling;
    const width = vectors * lanes;
    const full = Math.floor(this.#N / width);
    this.#columns = width;
    this.#eachTile(this.#j, full, width, isShared, () => body(vectors));
    const rest = this.#N - full * width;
    this.#columns = rest;
    if (rest > 0) this.#rest(this.#j, full * width, isShared, () => body(Math.ceil(rest / lanes)));
  }

  #eachRowTile(isShared: boolean, body: (rows: number) => void): void {
    const { rows } = this.#tiling;
    const full = Math.floor(this.#M / rows);
    this.#eachTile(this.#i, full, rows, isShared, () => body(rows));
    const rest = this.#M - full * rows;
    if (rest > 0) this.#rest(this.#i, full * rows, isShared, () => body(rest));
  }

  #eachTile(axis: AxisId, count: number, stride: number, isShared: boolean, body: () => void): void {
    if (isShared) this.#emitter.loopShared(axis, count, stride, body);
    else this.#emitter.loop(axis, count, stride, body);
  }

  #rest(axis: AxisId, offset: number, isShared: boolean, body: () => void): void {
    const write = (): void => this.#emitter.at(axis, offset, () => this.#emitter.scope(body));
    if (isShared) this.#emitter.onLastThread(write);
    else write();
  }

  /** One register tile: the sum over k, then the statements that follow at each of its points. */
  #writeTile(rows: number, vectors: number, packedLeft: number | undefined, panel: Local | undefined): void {
    const f = this.#f;
    const K = this.#K;
    const totals = Array.from({ length: rows * vectors }, () => {
      const total = f.local(v128);
      f.vectorConstant(0).set(total);
      return total;
    });
    // pointers: one per row of A where rows lie apart, one for B
    const leftStride = packedLeft === undefined ? this.#left.strides[this.#k]! * 4 : rows * 4;
    const left = Array.from({ length: packedLeft === undefined ? rows : 1 }, (_, row) => {
      const pointer = f.local(i32);
      if (packedLeft !== undefined) this.#pushScratch(packedLeft);
      else this.#emitter.at(this.#i, row, () => this.#emitter.pushAddress(this.#left));
      f.set(pointer);
      return pointer;
    });
    const rightStride = panel === undefined ? this.#right.strides[this.#k]! * 4 : vectors * lanes * 4;
    const right = f.local(i32);
    if (panel === undefined) this.#emitter.pushAddress(this.#right);
    else f.get(panel);
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
        if (packedLeft === undefined)
          f.get(left[row]!)
            .memory("loadSplat32", k * leftStride)
            .set(splat);
        else
          f.get(left[0]!)
            .memory("loadSplat32", k * leftStride + row * 4)
            .set(splat);
        columns.forEach((column, c) => this.#accumulate(totals[row * vectors + c]!, splat, column));
      }
    };
    const { unroll } = this.#tiling;
    const times = Math.floor(K / unroll);
    if (times > 1) {
      f.repeat(times, () => {
        for (let k = 0; k < unroll; k++) stepOnce(k);
        for (const pointer of left) f.advance(pointer, unroll * leftStride);
        f.advance(right, unroll * rightStride);
      });
      for (let k = 0; k < K - times * unroll; k++) stepOnce(k);
    } else for (let k = 0; k < K; k++) stepOnce(k);

    for (const local of [...left, right]) f.release(i32, local);
    for (const local of [splat, ...columns]) f.release(v128, local);
    this.#writeEpilogue(rows, vectors, totals);
  }

  #accumulate(total: Local, a: Local, b: Local): void {
    if (this.#emitter.target.isFused) this.#f.get(a).get(b).get(total).vector("relaxedMulAdd").set(total);
    else this.#f.get(total).get(a).get(b).vector("mul").vector("add").set(total);
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
    const f = this.#f;
    const strideK = this.#right.strides[this.#k]! * 4;
    const strideJ = this.#right.strides[this.#j]! * 4;
    const from = f.local(i32);
    this.#emitter.pushAddress(this.#right);
    f.set(from);
    const rowBytes = vectors * lanes * 4;
    if (strideK === 4 && strideJ !== 4) this.#packTransposed(from, to, vectors, strideJ);
    else
      f.repeat(this.#K, () => {
        for (let column = 0; column < vectors; column++) {
          f.get(to);
          if (strideJ === 4) f.get(from).memory("load", column * 16);
          else this.#loadApart(from, column * lanes, strideJ);
          f.memory("store", column * 16);
        }
        f.advance(from, strideK).advance(to, rowBytes);
      });
    f.release(i32, from);
  }

  /** Four columns of the panel from `first` on, each `stride` bytes after the one before. */
  #loadApart(from: Local, first: number, stride: number): void {
    const offset = (lane: number): number => this.#columnOffset(first + lane, stride);
    this.#f.get(from).memory("loadSplat32", offset(0));
    const local = this.#f.local(v128);
    for (let lane = 1; lane < lanes; lane++) {
      this.#f.set(local).get(from).get(local).memory("loadLane32", offset(lane), lane);
    }
    this.#f.release(v128, local);
  }

  #columnOffset = (column: number, stride: number): number => Math.min(column, this.#columns - 1) * stride;

  /** B lies k first: blocks of 4 × 4 are turned in registers; the last k are copied one by one. */
  #packTransposed(from: Local, to: Local, vectors: number, strideJ: number): void {
    const f = this.#f;
    const rowBytes = vectors * lanes * 4;
    const blocks = Math.floor(this.#K / 4);
    const [a, b, c, d, t] = Array.from({ length: 5 }, () => f.local(v128)) as [Local, Local, Local, Local, Local];
    const turn = (column: number): void => {
      [a, b, c, d].forEach(
        (local, lane) =>
          void f
            .get(from)
            .memory("load", this.#columnOffset(column * lanes + lane, strideJ))
            .set(local),
      );
      f.get(a).get(b).shuffle(0, 4, 1, 5).set(t).get(a).get(b).shuffle(2, 6, 3, 7).set(a);
      f.get(c).get(d).shuffle(0, 4, 1, 5).set(b).get(c).get(d).shuffle(2, 6, 3, 7).set(c);
      f.get(to)
        .get(t)
        .get(b)
        .shuffle(0, 1, 4, 5)
        .memory("store", column * 16);
      f.get(to)
        .get(t)
        .get(b)
        .shuffle(2, 3, 6, 7)
        .memory("store", rowBytes + column * 16);
      f.get(to)
        .get(a)
        .get(c)
        .shuffle(0, 1, 4, 5)
        .memory("store", 2 * rowBytes + column * 16);
      f.get(to)
        .get(a)
        .get(c)
        .shuffle(2, 3, 6, 7)
        .memory("store", 3 * rowBytes + column * 16);
    };
    if (blocks > 0)
      f.repeat(blocks, () => {
        for (let column = 0; column < vectors; column++) turn(column);
        f.advance(from, 16).advance(to, 4 * rowBytes);
      });
    if (this.#K > blocks * 4)
      f.repeat(this.#K - blocks * 4, () => {
        for (let column = 0; column < vectors; column++) {
          f.get(to);
          this.#loadApart(from, column * lanes, strideJ);
          f.memory("store", column * 16);
        }
        f.advance(from, 4).advance(to, rowBytes);
      });
    for (const local of [a, b, c, d, t]) f.release(v128, local);
  }

  /** Copies a tile of rows of A, k by k. */
  #packLeft(rows: number): void {
    const f = this.#f;
    const strideI = this.#left.strides[this.#i]! * 4;
    const strideK = this.#left.strides[this.#k]! * 4;
    const [from, to] = [f.local(i32), f.local(i32)];
    this.#emitter.pushAddress(this.#left);
    f.set(from);
    this.#pushScratch(this.#packedLeft).set(to);
    f.repeat(this.#K, () => {
      for (let row = 0; row < rows; ) {
        const isVector = strideI === 4 && row + lanes <= rows;
        f.get(to).get(from);
        if (isVector) f.memory("load", row * 4).memory("store", row * 4);
        else f.loadI32(row * strideI).storeI32(row * 4);
        row += isVector ? lanes : 1;
      }
      f.advance(from, strideK).advance(to, rows * 4);
    });
    f.release(i32, from);
    f.release(i32, to);
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
  /** Along k and along j. */
  readonly rightStrides: readonly [number, number];
  /** Along i and along k. */
  readonly leftStrides: readonly [number, number];
  readonly unroll: number;
}

/**
 * Tile sizes that keep 16 vector registers busy: rows × vectors accumulators, one row of B, one splat of A. Eight
 * accumulators hide the time an addition takes, so with few rows a tile is wider.
 */
function tile({ M, N, K, rightStrides, leftStrides, unroll }: ContractionShape): Tiling {
  const width = Math.ceil(N / lanes);
  const widest = M >= 4 ? 2 : M === 3 ? 3 : M === 2 ? 4 : 8;
  const vectors = width <= 3 ? width : Math.min(widest, width);
  const rows = Math.min(M, vectors === 1 ? 8 : 4);
  const packsRight = rightStrides[1] !== 1 || (M >= 4 * rows && N > vectors * lanes && K >= 16);
  const packsLeft = leftStrides[1] !== 1 && leftStrides[0] === 1 && N > 2 * vectors * lanes && K >= 16;
  const small = K * rows * vectors <= 16;
  const isPanelShared = Math.floor(width / vectors) >= 4;
  return { rows, vectors, packsRight, packsLeft, isPanelShared, unroll: small ? K : unroll };
}
