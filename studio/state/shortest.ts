/** The shortest decimal that is this float32: 0.1, not 0.10000000149011612. What a person reads, and short in a link. */
export function shortest(value: number): number {
  const float = Math.fround(value);
  for (let digits = 4; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9)); // nine digits tell any two float32 apart
}
