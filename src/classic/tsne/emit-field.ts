import { type FunctionBuilder, i32, type Local, type ModuleBuilder, v128 } from "../../backend/wasm/assembler.ts";
import type { Lanes } from "../../backend/wasm/machine.ts";
import { elementBytes } from "./emit-fourier.ts";
import { constantTerm, cubic, linearTerm, quadratic, slopeCubic, slopeQuadratic } from "./field.ts";
import { JobWriter } from "./job.ts";

/** The steps of `field.ts` as jobs, with the same order of operations. The spectrum keeps its lines side by side. */

type Four = readonly [number, number, number, number];

/** The grid's weights at a point: where its nodes begin, and lanes along x, splats along y. */
function emitWeights(w: JobWriter, point: Local, side: Local, nodes: Local, at: Local, hasSlopes: boolean) {
  const { f, m } = w;
  const place = m.keep(
    m.mul(
      m.sub(
        () => void f.get(point).memory("loadZero64", 0),
        () => void w.address("originX").memory("loadZero64", 0),
      ),
      () => void w.address("scale").memory("loadSplat32", 0),
    ),
  );
  const node = m.keep(m.floor(place));
  const t = m.keep(m.sub(place, node));
  const index = f.local(v128);
  node();
  f.vector("truncateToI32").set(index);
  f.get(nodes);
  f.get(index).lane("extractLaneI32", 1).constant(1).sub().get(side).multiply();
  f.get(index).lane("extractLaneI32", 0).constant(1).sub().add().constant(4).multiply();
  f.add().set(at);
  f.release(v128, index);
  const along = (lane: number) => {
    const s = m.keep(w.shuffle(t, t, [lane, lane, lane, lane]));
    const inner = m.add(m.mul(w.vector(cubic), s), w.vector(quadratic));
    const weights = m.keep(m.add(m.mul(m.add(m.mul(inner, s), w.vector(linearTerm)), s), w.vector(constantTerm)));
    const slope = (c: Four, q: Four) =>
      m.keep(m.add(m.mul(m.add(m.mul(w.vector(c), s), w.vector(q)), s), w.vector(linearTerm)));
    return { weights, slopes: hasSlopes ? slope(slopeCubic, slopeQuadratic) : weights };
  };
  return { x: along(0), y: along(1) };
}

const row = (w: JobWriter, lanes: Lanes, r: number): Lanes => w.shuffle(lanes, lanes, [r, r, r, r]);

/** Spreads the points over the nodes: one thread, since sums have an order. */
export function emitSpread(module: ModuleBuilder, header: number): FunctionBuilder {
  const w = new JobWriter(module, "spread", header);
  const { f, m } = w;
  w.alone(() => {
    const [side, nodes, point, count] = [w.read("side"), w.read("nodes"), w.read("positions"), w.read("count")];
    const [at, end, rowBytes] = [w.local(), w.local(), w.local()];
    f.get(side).constant(4).multiply().set(rowBytes);
    w.set(at, () => void f.get(nodes));
    w.set(end, () => void f.get(nodes).get(side).get(rowBytes).multiply().add());
    w.clear(at, end);
    w.set(end, () => void f.get(point).get(count).constant(8).multiply().add());
    f.whileLess(point, end, () => {
      m.scope(() => {
        const { x, y } = emitWeights(w, point, side, nodes, at, false);
        for (let r = 0; r < 4; r++) {
          w.store(at, 0, m.add(w.load(at), m.mul(x.weights, row(w, y.weights, r))));
          f.get(at).get(rowBytes).add().set(at);
        }
      });
      f.advance(point, 8);
    });
  });
  return f;
}

/** Reads the field and its slope at the points. */
export function emitGather(module: ModuleBuilder, header: number): FunctionBuilder {
  const w = new JobWriter(module, "gather", header);
  const { f, m } = w;
  const [side, nodes, positions, count] = [w.read("side"), w.read("nodes"), w.read("positions"), w.read("count")];
  const [pushes, potentials] = [w.read("pushes"), w.read("potentials")];
  const [at, point, out, rowBytes] = [w.local(), w.local(), w.local(), w.local()];
  f.get(side).constant(4).multiply().set(rowBytes);
  w.share(count, (item) => {
    w.set(point, () => void f.get(positions).get(item).constant(8).multiply().add());
    m.scope(() => {
      const { x, y } = emitWeights(w, point, side, nodes, at, true);
      let values = m.constant(0);
      let alongY = m.constant(0);
      for (let r = 0; r < 4; r++) {
        const line = m.keep(w.load(at));
        values = m.keep(m.add(values, m.mul(line, row(w, y.weights, r))));
        alongY = m.keep(m.add(alongY, m.mul(line, row(w, y.slopes, r))));
        f.get(at).get(rowBytes).add().set(at);
      }
      const factor = () => void w.address("factor").memory("loadSplat32", 0);
      const slopeX = w.addLanes(m.mul(values, x.slopes));
      const slopeY = w.addLanes(m.mul(alongY, x.weights));
      const potential = w.addLanes(m.mul(values, x.weights));
      w.set(out, () => void f.get(potentials).get(item).constant(4).multiply().add());
      w.storeOne(out, 0, potential);
      w.set(out, () => void f.get(pushes).get(item).constant(8).multiply().add());
      w.storeOne(out, 0, m.mul(slopeX, factor));
      w.storeOne(out, 4, m.mul(slopeY, factor));
    });
  });
  return f;
}

/** What the three steps of the convolution share: a line being transformed, and pointers along its sides. */
class LineWriter extends JobWriter {
  readonly side: Local;
  readonly lineBytes: Local;
  readonly rowBytes: Local;
  /** The thread's two lines, and the one with the last result. */
  readonly a: Local;
  readonly b: Local;
  readonly result: Local;
  readonly z: Local;
  readonly end: Local;
  readonly #fft: FunctionBuilder;

  constructor(module: ModuleBuilder, name: string, header: number, fft: FunctionBuilder) {
    super(module, name, header);
    const { f } = this;
    this.#fft = fft;
    this.side = this.read("side");
    this.lineBytes = this.read("lineBytes");
    this.rowBytes = this.local();
    [this.a, this.b, this.result, this.z, this.end] = [
      this.local(),
      this.local(),
      this.local(),
      this.local(),
      this.local(),
    ];
    f.get(this.side).constant(4).multiply().set(this.rowBytes);
    f.get(this.scratch).set(this.a);
    f.get(this.a).get(this.lineBytes).add().set(this.b);
    this.set(this.result, () => void this.address("resultBytes").loadI32(0).get(this.a).add());
  }

  /** Transforms line `from`; the result is in `result` when `from` is `a`. */
  transform(from: Local, to: Local): void {
    this.address("plan").loadI32(0);
    this.address("twiddles").loadI32(0);
    this.f.get(from).get(to).call(this.#fft);
  }

  /** Loads four lines of `side` floats beside each other, from eight pointers: real parts, then imaginary ones. */
  loadLines(pointers: readonly Local[]): void {
    const { f, m } = this;
    f.get(this.a).set(this.z);
    f.get(pointers[0]!).get(this.rowBytes).add().set(this.end);
    f.loop(() => {
      for (const part of [0, 1])
        m.scope(() => {
          const lines = pointers.slice(4 * part, 4 * part + 4).map((pointer) => this.load(pointer));
          this.transpose(lines).forEach((four, x) => void this.store(this.z, elementBytes * x + 16 * part, four));
        });
      for (const pointer of pointers) f.advance(pointer, 16);
      f.advance(this.z, 4 * elementBytes);
      f.get(pointers[0]!).get(this.end).lessThan();
    });
    this.set(this.end, () => void f.get(this.a).get(this.lineBytes).add());
    this.clear(this.z, this.end);
  }

  /** Stores the first half of the line at `from`; `parts`: which part the first four and the last four pointers get. */
  storeLines(from: Local, pointers: readonly Local[], parts: readonly [number, number]): void {
    const { f, m } = this;
    f.get(from).set(this.z);
    f.get(pointers[0]!).get(this.rowBytes).add().set(this.end);
    f.loop(() => {
      for (const half of [0, 1])
        m.scope(() => {
          const lanes = [0, 1, 2, 3].map((x) => this.load(this.z, elementBytes * x + 16 * parts[half]!));
          this.transpose(lanes).forEach((four, i) => void this.store(pointers[4 * half + i]!, 0, four));
        });
      for (const pointer of pointers) f.advance(pointer, 16);
      f.advance(this.z, 4 * elementBytes);
      f.get(pointers[0]!).get(this.end).lessThan();
    });
  }

  /** Eight pointers to rows 4g … 4g + 3 of the nodes, and to the same rows of their second half. */
  rowPointers(nodes: Local, group: Local, pointers: readonly Local[]): void {
    const { f } = this;
    pointers.forEach((pointer, i) => {
      f.get(nodes);
      f.get(group)
        .constant(4)
        .multiply()
        .constant(i % 4)
        .add();
      if (i >= 4) f.get(this.side).constant(2).divide().add();
      f.get(this.rowBytes).multiply().add().set(pointer);
    });
  }

  /** Pointers to the four numbers of four rows at frequency 0: real, imaginary, and those of the second half. */
  spectrumPointers(group: Local): readonly [Local, Local, Local, Local] {
    const { f } = this;
    const pointers = [this.local(), this.local(), this.local(), this.local()] as const;
    this.set(pointers[0], () => void this.address("spectrum").loadI32(0).get(group).constant(16).multiply().add());
    this.set(pointers[1], () => void f.get(pointers[0]).get(this.rowBytes).add());
    this.set(pointers[2], () => void f.get(pointers[0]).get(this.side).constant(2).multiply().add());
    this.set(pointers[3], () => void f.get(pointers[2]).get(this.rowBytes).add());
    return pointers;
  }

  locals(count: number): readonly Local[] {
    return Array.from({ length: count }, () => this.f.local(i32));
  }
}

/** Rows to frequencies: two rows in one transform, four transforms at a time. */
export function emitRows(module: ModuleBuilder, header: number, fft: FunctionBuilder): FunctionBuilder {
  const w = new LineWriter(module, "rows", header, fft);
  const { f, m } = w;
  const nodes = w.read("nodes");
  const pointers = w.locals(8);
  const [groups, zk, zm, end] = [w.local(), w.local(), w.local(), w.local()];
  f.get(w.side).constant(8).divide().set(groups);
  w.share(groups, (group) => {
    w.rowPointers(nodes, group, pointers);
    w.loadLines(pointers);
    w.transform(w.a, w.b);
    const spectrum = w.spectrumPointers(group);
    f.get(w.result).tee(zk).set(zm);
    w.set(end, () => void f.get(zk).get(w.side).constant(1).add().constant(elementBytes).multiply().add());
    f.loop(() => {
      m.scope(() => {
        const [kr, ki] = [m.keep(w.load(zk)), m.keep(w.load(zk, 16))];
        const [mr, mi] = [m.keep(w.load(zm)), m.keep(w.load(zm, 16))];
        w.store(spectrum[0], 0, m.add(kr, mr));
        w.store(spectrum[1], 0, m.sub(ki, mi));
        w.store(spectrum[2], 0, m.add(ki, mi));
        w.store(spectrum[3], 0, m.sub(mr, kr));
      });
      for (const pointer of spectrum) f.get(pointer).get(w.rowBytes).add().get(w.rowBytes).add().set(pointer);
      f.advance(zk, elementBytes);
      w.set(zm, () => void f.get(w.result).get(w.result).add().get(w.lineBytes).add().get(zk).sub());
      f.get(zk).get(end).lessThan();
    });
    for (const pointer of spectrum) f.release(i32, pointer);
  });
  return f;
}

/** Columns: to frequencies, times the transform of K, and back. */
export function emitColumns(module: ModuleBuilder, header: number, fft: FunctionBuilder): FunctionBuilder {
  const w = new LineWriter(module, "columns", header, fft);
  const { f, m } = w;
  const [spectrum, kernel] = [w.read("spectrum"), w.read("kernel")];
  const pointers = w.locals(8);
  const [groups, factor, z, end, other] = [w.local(), w.local(), w.local(), w.local(), w.local()];
  const point = (group: Local) =>
    pointers.forEach((pointer, i) => {
      f.get(spectrum);
      f.get(group)
        .constant(4)
        .multiply()
        .constant(i % 4)
        .add()
        .constant(2)
        .multiply();
      if (i >= 4) f.constant(1).add();
      f.get(w.rowBytes).multiply().add().set(pointer);
    });
  f.get(w.side).constant(4).divide().constant(1).add().set(groups);
  w.share(groups, (group) => {
    point(group);
    w.loadLines(pointers);
    w.transform(w.a, w.b);
    f.get(w.result).set(z);
    w.set(factor, () => {
      f.get(kernel).get(group).get(w.side).constant(1).add().multiply().constant(16).multiply().add();
    });
    const weigh = (step: number) =>
      f.loop(() => {
        m.scope(() => {
          const [re, im, k] = [m.keep(w.load(z)), m.keep(w.load(z, 16)), m.keep(w.load(factor))];
          w.store(z, 0, m.mul(im, k));
          w.store(z, 16, m.mul(re, k));
        });
        f.advance(z, elementBytes);
        f.advance(factor, step);
        f.get(z).get(end).lessThan();
      });
    w.set(end, () => void f.get(z).get(w.side).constant(elementBytes).multiply().add());
    weigh(16); // frequencies 0 … side − 1
    w.set(end, () => void f.get(w.result).get(w.lineBytes).add());
    weigh(-16); // side, and down again
    w.set(other, () => void f.get(w.a).get(w.b).add().get(w.result).sub());
    w.transform(w.result, other); // its result is in a, whatever the number of stages
    point(group);
    w.storeLines(w.a, pointers, [1, 0]);
  });
  return f;
}

/** Frequencies back to rows. */
export function emitRowsBack(module: ModuleBuilder, header: number, fft: FunctionBuilder): FunctionBuilder {
  const w = new LineWriter(module, "rows back", header, fft);
  const { f, m } = w;
  const nodes = w.read("nodes");
  const pointers = w.locals(8);
  const [groups, zk, zm, end] = [w.local(), w.local(), w.local(), w.local()];
  f.get(w.side).constant(8).divide().set(groups);
  w.share(groups, (group) => {
    const spectrum = w.spectrumPointers(group);
    const put = (hasMirror: boolean) => {
      m.scope(() => {
        const [p, q, u, v] = spectrum.map((pointer) => m.keep(w.load(pointer))) as [Lanes, Lanes, Lanes, Lanes];
        w.store(zk, 16, m.sub(p, v));
        w.store(zk, 0, m.add(q, u));
        if (!hasMirror) return;
        w.store(zm, 16, m.add(p, v));
        w.store(zm, 0, m.sub(u, q));
      });
      for (const pointer of spectrum) f.get(pointer).get(w.rowBytes).add().get(w.rowBytes).add().set(pointer);
      f.advance(zk, elementBytes);
      f.advance(zm, -elementBytes);
    };
    f.get(w.a).set(zk);
    f.get(w.b).set(zm); // the end of a
    put(false);
    w.set(end, () => void f.get(w.a).get(w.side).constant(elementBytes).multiply().add());
    f.loop(() => {
      put(true);
      f.get(zk).get(end).lessThan();
    });
    put(false);
    for (const pointer of spectrum) f.release(i32, pointer);
    w.transform(w.a, w.b);
    w.rowPointers(nodes, group, pointers);
    w.storeLines(w.result, pointers, [1, 0]);
  });
  return f;
}
