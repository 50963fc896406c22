/** The largest states the studio takes, from a link, a file or a hand: what is larger would freeze a page. */
export const limits = {
  /** Samples drawn or kept as own points. */
  rows: 20_000,
  /** Numbers of own points in all. */
  numbers: 1_000_000,
  columns: 1_000,
  classes: 100,
  layers: 50,
  units: 4_096,
  /** Weights and biases of one net. */
  parameters: 20_000_000,
  /** Characters of a name of a class or a column. */
  name: 200,
  /** Bytes of a state as JSON, once it is inflated. */
  json: 8_000_000,
  /** Characters of a link's part after "#". */
  link: 2_000_000,
} as const;
