/** Learning rates of the slider: 1, 2 and 5 times each power of ten. Pure. */
export const rates: readonly number[] = [-5, -4, -3, -2, -1, 0]
  .flatMap((power) => [1, 2, 5].map((part) => Number(`${part}e${power}`)))
  .concat(10);

export const rateAt = (step: number): number => rates[Math.max(0, Math.min(rates.length - 1, Math.round(step)))]!;

/** The place of a rate among them: of the nearest, as a slider of logarithms has it. */
export function rateStep(rate: number): number {
  if (!(rate > 0)) return 0;
  const far = (step: number): number => Math.abs(Math.log(rates[step]! / rate));
  return rates.reduce((best, _, step) => (far(step) < far(best) ? step : best), 0);
}
