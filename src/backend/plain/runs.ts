/**
 * A nest of loops over several arrays at once, cut into runs along the innermost loop: run r visits, in array a,
 * `count` elements that lie `strides[a]` apart from `starts[a][r]` on. Loops that are neighbours in every array have
 * become one. Computed once, when a plan is loaded.
 */
export interface Runs {
  readonly runs: number;
  readonly count: number;
  readonly starts: readonly Int32Array[];
  readonly strides: readonly number[];
}

export interface LoopOver {
  readonly extent: number;
  /** How far the loop moves in each array. */
  readonly strides: readonly number[];
}

/** `loops` from outermost to innermost, over `arrays` arrays. */
export function runsOf(loops: readonly LoopOver[], arrays: number): Runs {
  const joined: LoopOver[] = [];
  for (const loop of loops) {
    const outer = joined.at(-1);
    if (loop.extent === 1) continue;
    if (outer?.strides.every((stride, a) => stride === loop.strides[a]! * loop.extent))
      joined[joined.length - 1] = { extent: outer.extent * loop.extent, strides: loop.strides };
    else joined.push(loop);
  }
  const inner = joined.pop() ?? { extent: 1, strides: new Array<number>(arrays).fill(0) };
  const starts = Array.from({ length: arrays }, (_, a) =>
    offsetsOf(joined.map(({ extent, strides }) => ({ extent, stride: strides[a]! }))),
  );
  return { runs: starts[0]!.length, count: inner.extent, starts, strides: inner.strides };
}

/** Where every point of a nest of loops lies, in row-major order of the loops. */
export function offsetsOf(loops: readonly { readonly extent: number; readonly stride: number }[]): Int32Array {
  let offsets = Int32Array.of(0);
  for (const { extent, stride } of loops) {
    const finer = new Int32Array(offsets.length * extent);
    offsets.forEach((offset, i) => {
      for (let place = 0; place < extent; place++) finer[i * extent + place] = offset + place * stride;
    });
    offsets = finer;
  }
  return offsets;
}

/** Dense row-major strides of a nest of loops. */
export function denseStrides(extents: readonly number[]): number[] {
  const strides = new Array<number>(extents.length);
  let stride = 1;
  for (let i = extents.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= extents[i]!;
  }
  return strides;
}
