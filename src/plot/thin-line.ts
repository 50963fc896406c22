import type { Point } from "./scene.ts";

/**
 * The same line with at most four points per pixel column: the first, the lowest, the highest and the last.
 * It looks the same and its size is bounded by the chart, not by the run: 100,000 steps give a few kilobytes.
 */
export function thinLine(points: readonly Point[]): Point[] {
  if (points.length <= 400) return [...points];
  const thin: Point[] = [];
  let start = 0;
  while (start < points.length) {
    const column = Math.floor(points[start]![0]);
    let end = start;
    let low = start;
    let high = start;
    while (end < points.length && Math.floor(points[end]![0]) === column) {
      if (points[end]![1] < points[low]![1]) low = end;
      if (points[end]![1] > points[high]![1]) high = end;
      end++;
    }
    const kept = [...new Set([start, Math.min(low, high), Math.max(low, high), end - 1])];
    for (const index of kept) thin.push(points[index]!);
    start = end;
  }
  return thin;
}
