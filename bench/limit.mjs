/**
 * The limit of 128-bit WebAssembly on this machine: generated loops that do nothing but multiply and add vectors of four
 * float32. Three loops are tried, the best counts: chains a ← a·b + c that live in registers, and the inner loops of
 * matrix products with 4 × 2 and 6 × 2 tiles of accumulators whose operands come from the first-level cache.
 * Each multiplication and each addition counts as one operation.
 */

const VECTOR = 0x7b;
const INTEGER = 0x7f;
const MULTIPLY = [0xfd, 0xe6, 0x01];
const ADD = [0xfd, 0xe4, 0x01];
const MULTIPLY_ADD = [0xfd, 0x85, 0x02]; // relaxed SIMD: rounded once where the machine can

export function open(_task, { arithmetic }) {
  const loops = candidates(arithmetic === "fma").map(({ bytes, operations }) => ({
    run: new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.run,
    operations,
  }));
  return {
    about: { arithmetic },
    /** Operations a second, by each loop, over about `seconds` altogether. */
    measure(seconds) {
      return loops.map(({ run, operations }) => {
        let count = 1000;
        for (;;) {
          const began = performance.now();
          run(count);
          const spent = (performance.now() - began) / 1000;
          if (spent >= seconds / loops.length) return (count * operations) / spent;
          count = Math.ceil(count * Math.min(8, Math.max(1.2, (1.1 * seconds) / loops.length / Math.max(spent, 1e-6))));
        }
      });
    },
  };
}

function candidates(isFused) {
  return [chains(10, isFused), chains(12, isFused), tile(4, 2, isFused), tile(6, 2, isFused)];
}

/** Local 0 counts down; local 1 points into memory; vectors follow from local 2. */
const count = 0;
const pointer = 1;
const firstVector = 2;

function chains(width, isFused) {
  const factor = firstVector + width;
  const term = factor + 1;
  const body = [];
  for (let i = 0; i < width; i++) {
    const register = firstVector + i;
    if (isFused) body.push(...get(register), ...get(factor), ...get(term), ...MULTIPLY_ADD);
    else body.push(...get(register), ...get(factor), ...MULTIPLY, ...get(term), ...ADD);
    body.push(...set(register));
  }
  const start = [...vector(0.5), ...set(factor), ...vector(0.25), ...set(term)];
  return { bytes: module({ vectors: width + 2, start, body, sum: width }), operations: width * 8 };
}

/** One step of a matrix product: `rows` splats times `columns` vectors, both loaded, onto rows × columns accumulators. */
function tile(rows, columns, isFused) {
  const width = rows * columns;
  const left = firstVector + width;
  const right = left + 1;
  const body = [];
  for (let j = 0; j < columns; j++) body.push(...get(pointer), ...loadVector(j * 16), ...set(right + j));
  for (let i = 0; i < rows; i++) {
    body.push(...get(pointer), ...loadSplat(1024 + i * 4), ...set(left));
    for (let j = 0; j < columns; j++) {
      const register = firstVector + i * columns + j;
      if (isFused) body.push(...get(left), ...get(right + j), ...get(register), ...MULTIPLY_ADD);
      else body.push(...get(left), ...get(right + j), ...MULTIPLY, ...get(register), ...ADD);
      body.push(...set(register));
    }
  }
  // The pointer walks through 4 KiB.
  body.push(...get(pointer), ...integer(32), 0x6a, ...integer(4095), 0x71, ...set(pointer));
  return { bytes: module({ vectors: width + 1 + columns, start: [], body, sum: width }), operations: width * 8 };
}

const get = (local) => [0x20, local];
const set = (local) => [0x21, local];
const integer = (value) => [0x41, ...signed(value)];
const vector = (value) => [0xfd, 0x0c, ...new Uint8Array(new Float32Array([value, value, value, value]).buffer)];
const loadVector = (offset) => [0xfd, 0x00, 2, ...unsigned(offset)];
const loadSplat = (offset) => [0xfd, 0x09, 2, ...unsigned(offset)];

/** A module with `run(count)`: the body `count` times, then the sum of the accumulators' first lanes, so that all are needed. */
function module({ vectors, start, body, sum }) {
  const end = [];
  for (let i = 0; i < sum; i++) end.push(...get(firstVector + i), 0xfd, 0x1f, 0, ...(i > 0 ? [0x92] : []));
  const code = [
    ...start,
    ...[0x03, 0x40], // loop
    ...body,
    ...[...get(count), ...integer(1), 0x6b, 0x22, count, 0x0d, 0], // until the count is 0
    0x0b,
    ...end,
    0x0b,
  ];
  const locals = [2, 1, INTEGER, vectors, VECTOR];
  const contents = [...locals, ...code];
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, INTEGER, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [1, 3, 0x72, 0x75, 0x6e, 0, 0]),
    ...section(10, [1, ...unsigned(contents.length), ...contents]),
  ]);
}

const section = (id, contents) => [id, ...unsigned(contents.length), ...contents];

function unsigned(value) {
  const bytes = [];
  do {
    bytes.push((value & 127) | (value > 127 ? 128 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

function signed(value) {
  const bytes = [];
  for (;;) {
    const byte = value & 127;
    value >>= 7;
    if ((value === 0 && !(byte & 64)) || (value === -1 && byte & 64)) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}
