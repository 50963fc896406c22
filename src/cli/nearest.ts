/**
 * The known name that `word` was probably meant to be: the fewest letters added, left out, changed or swapped with
 * their neighbour (Damerau 1964), at most 40 % of them; undefined where none is near. Capitals do not count.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const said = word.slice(0, 60).toLowerCase();
  const ranked = known
    .map((name) => ({ name, distance: editDistance(said, name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (!best) return undefined;
  return best.distance <= Math.max(1, 0.4 * Math.max(said.length, best.name.length)) ? best.name : undefined;
}

/** `Did you mean "adam"? ` or nothing: the first words of a hint. */
export function guess(word: string, known: readonly string[]): string {
  const name = nearest(word, known);
  return name === undefined ? "" : `Did you mean "${name}"? `;
}

// Optimal string alignment: no part of the text is edited twice.
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      let cost = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + (isSame ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, rows[i - 2]![j - 2]! + 1);
      row.push(cost);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
