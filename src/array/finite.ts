/**
 * Whether no number is NaN or infinite. The engine's own search makes three passes faster than a loop of ours makes one,
 * as long as nobody has optimised that loop: at the start of a process.
 */
export const areFinite = (values: Float32Array): boolean =>
  !values.includes(Number.NaN) && !values.includes(Infinity) && !values.includes(-Infinity);
