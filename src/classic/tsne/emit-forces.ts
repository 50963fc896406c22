import { type FunctionBuilder, type Local, type ModuleBuilder, v128 } from "../../backend/wasm/assembler.ts";
import type { Lanes } from "../../backend/wasm/machine.ts";
import { log1p } from "../../graph/primitives.ts";
import type { Stride } from "./attraction.ts";
import { JobWriter } from "./job.ts";

/** The sums of `attraction.ts` and `repulsion.ts` as jobs, with the same lanes and order of operations. */

/** The pull of the neighbours; the row of entries is walked four at a time. */
export function emitAttract(module: ModuleBuilder, header: number, stride: Stride): FunctionBuilder {
  const w = new JobWriter(module, `attract ${stride}`, header);
  const { m } = w;
  const pulls = w.read("pulls");
  const axes = stride === 2 ? 2 : 3;
  const sums = Array.from({ length: axes }, () => w.f.local(v128));
  eachPoint(w, stride, sums, {
    entry(value, square, differences) {
      const pull = m.keep(m.div(value, m.add(m.constant(1), square)));
      differences.forEach((difference, axis) => void addTo(w, sums[axis]!, m.mul(pull, difference)));
    },
    end(item) {
      const out = w.local();
      w.set(
        out,
        () =>
          void w.f
            .get(pulls)
            .get(item)
            .constant(4 * stride)
            .multiply()
            .add(),
      );
      sums.forEach(
        (sum, axis) =>
          void w.storeOne(
            out,
            4 * axis,
            w.addLanes(() => void w.f.get(sum)),
          ),
      );
    },
  });
  return w.f;
}

/** Σⱼ pᵢⱼ log(1 + |yᵢ − yⱼ|²) of each point, into its potential. */
export function emitDivergence(module: ModuleBuilder, header: number, stride: Stride): FunctionBuilder {
  const w = new JobWriter(module, `divergence ${stride}`, header);
  const { m } = w;
  const potentials = w.read("potentials");
  const sums = [w.f.local(v128)];
  eachPoint(w, stride, sums, {
    entry(value, square) {
      addTo(w, sums[0]!, m.mul(value, log1p(m, m.keep(square))));
    },
    end(item) {
      const out = w.local();
      w.set(out, () => void w.f.get(potentials).get(item).constant(4).multiply().add());
      w.storeOne(
        out,
        0,
        w.addLanes(() => void w.f.get(sums[0]!)),
      );
    },
  });
  return w.f;
}

const addTo = (w: JobWriter, sum: Local, value: Lanes): void => {
  w.f.get(sum);
  value();
  w.f.vector("add").set(sum);
};

/** Walks the entries of each row of P, four at a time. */
function eachPoint(
  w: JobWriter,
  stride: Stride,
  sums: readonly Local[],
  {
    entry,
    end,
  }: {
    readonly entry: (value: Lanes, square: Lanes, differences: readonly Lanes[]) => void;
    readonly end: (item: Local) => void;
  },
): void {
  const { f, m } = w;
  const [count, positions, starts] = [w.read("count"), w.read("positions"), w.read("starts")];
  const [columns, values] = [w.read("columns"), w.read("values")];
  const [point, column, value, last] = [w.local(), w.local(), w.local(), w.local()];
  const axes = stride === 2 ? 2 : 3;
  w.share(count, (item) => {
    m.scope(() => {
      w.set(
        point,
        () =>
          void f
            .get(positions)
            .get(item)
            .constant(4 * stride)
            .multiply()
            .add(),
      );
      const own = Array.from({ length: axes }, (_, axis) =>
        m.keep(() => void f.get(point).memory("loadSplat32", 4 * axis)),
      );
      w.set(point, () => void f.get(starts).get(item).constant(4).multiply().add());
      w.set(column, () => void f.get(columns).get(point).loadI32(0).constant(4).multiply().add());
      w.set(value, () => void f.get(values).get(point).loadI32(0).constant(4).multiply().add());
      w.set(last, () => void f.get(columns).get(point).loadI32(4).constant(4).multiply().add());
      for (const sum of sums) f.vectorConstant(0).set(sum);
      f.whileLess(column, last, () => {
        m.scope(() => {
          const others = stride === 2 ? loadPairs(w, column, positions) : loadFours(w, column, positions);
          const differences = others.map((other, axis) => m.keep(m.sub(own[axis]!, other)));
          const [x, y, z] = differences.map((difference) => m.mul(difference, difference));
          const plane = m.add(x!, y!);
          entry(w.load(value), z ? m.add(plane, z) : plane, differences);
        });
        f.advance(column, 16);
        f.advance(value, 16);
      });
      end(item);
    });
  });
}

/** x and y of four points. */
function loadPairs(w: JobWriter, column: Local, positions: Local): readonly Lanes[] {
  const { f, m } = w;
  const address = (entry: number) =>
    f
      .get(column)
      .loadI32(4 * entry)
      .constant(8)
      .multiply()
      .get(positions)
      .add();
  const two = (entry: number) =>
    m.keep(() => {
      address(entry + 1);
      address(entry).memory("loadZero64", 0);
      f.memory("loadLane64", 0, 1);
    });
  const [low, high] = [two(0), two(2)];
  return [w.shuffle(low, high, [0, 2, 4, 6]), w.shuffle(low, high, [1, 3, 5, 7])];
}

/** x, y and z of four points. */
function loadFours(w: JobWriter, column: Local, positions: Local): readonly Lanes[] {
  const { f } = w;
  const rows = [0, 1, 2, 3].map(
    (entry): Lanes =>
      () =>
        void f
          .get(column)
          .loadI32(4 * entry)
          .constant(16)
          .multiply()
          .get(positions)
          .add()
          .memory("load", 0),
  );
  return w.transpose(rows).slice(0, 3);
}

/** The push of all points on each, exactly. */
export function emitRepel(module: ModuleBuilder, header: number, stride: Stride): FunctionBuilder {
  const w = new JobWriter(module, `repel ${stride}`, header);
  const { f, m } = w;
  const axes = stride === 2 ? 2 : 3;
  const planes = (["planeX", "planeY", "planeZ"] as const).slice(0, axes).map((word) => w.read(word));
  const [count, padded, pushes, potentials] = [
    w.read("count"),
    w.read("paddedCount"),
    w.read("pushes"),
    w.read("potentials"),
  ];
  const [at, offset, end] = [w.local(), w.local(), w.local()];
  const sums = Array.from({ length: axes + 1 }, () => f.local(v128));
  f.get(padded).constant(4).multiply().set(end);
  w.share(count, (item) => {
    m.scope(() => {
      const own = planes.map((plane) =>
        m.keep(() => void f.get(plane).get(item).constant(4).multiply().add().memory("loadSplat32", 0)),
      );
      for (const sum of sums) f.vectorConstant(0).set(sum);
      f.constant(0).set(offset);
      f.loop(() => {
        m.scope(() => {
          const differences = planes.map((plane, axis) =>
            m.keep(m.sub(own[axis]!, () => void f.get(plane).get(offset).add().memory("load", 0))),
          );
          const [x, y, z] = differences.map((difference) => m.mul(difference, difference));
          const plane = m.add(x!, y!);
          const q = m.keep(m.div(m.constant(1), m.add(m.constant(1), z ? m.add(plane, z) : plane)));
          const push = m.keep(m.mul(q, q));
          addTo(w, sums[0]!, q);
          differences.forEach((difference, axis) => void addTo(w, sums[axis + 1]!, m.mul(push, difference)));
        });
        f.advance(offset, 16);
        f.get(offset).get(end).lessThan();
      });
      w.set(at, () => void f.get(potentials).get(item).constant(4).multiply().add());
      w.storeOne(
        at,
        0,
        w.addLanes(() => void f.get(sums[0]!)),
      );
      w.set(
        at,
        () =>
          void f
            .get(pushes)
            .get(item)
            .constant(4 * stride)
            .multiply()
            .add(),
      );
      for (let axis = 0; axis < axes; axis++)
        w.storeOne(
          at,
          4 * axis,
          w.addLanes(() => void f.get(sums[axis + 1]!)),
        );
    });
  });
  return f;
}
