/**
 * Where a function on a grid is 0, by marching squares (Lorensen & Cline 1987, in the plane): one straight piece in each
 * cell that the line crosses, its ends interpolated on the cell's sides. Gives x₁, y₁, x₂, y₂ of each piece, in cells from
 * the first point of the grid; a saddle's two pieces follow the sign at the cell's middle.
 */
export function zeroLine(field: ArrayLike<number>, columns: number, rows: number): number[] {
  const out: number[] = [];
  for (let row = 0; row + 1 < rows; row++)
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const a = field[at]!;
      const b = field[at + 1]!;
      const c = field[at + columns + 1]!;
      const d = field[at + columns]!;
      const code = (a > 0 ? 8 : 0) | (b > 0 ? 4 : 0) | (c > 0 ? 2 : 0) | (d > 0 ? 1 : 0);
      if (code === 0 || code === 15) continue;
      const top = (): void => void out.push(column + a / (a - b), row);
      const right = (): void => void out.push(column + 1, row + b / (b - c));
      const bottom = (): void => void out.push(column + d / (d - c), row + 1);
      const left = (): void => void out.push(column, row + a / (a - d));
      const isMiddlePositive = a + b + c + d > 0;
      switch (code) {
        case 1:
        case 14:
          left();
          bottom();
          break;
        case 2:
        case 13:
          bottom();
          right();
          break;
        case 3:
        case 12:
          left();
          right();
          break;
        case 4:
        case 11:
          top();
          right();
          break;
        case 6:
        case 9:
          top();
          bottom();
          break;
        case 7:
        case 8:
          top();
          left();
          break;
        default: {
          // a and c against b and d: where the middle is like a, the lines cut off b and d
          const cutsOffBD = (code === 10) === isMiddlePositive;
          top();
          (cutsOffBD ? right : left)();
          bottom();
          (cutsOffBD ? left : right)();
        }
      }
    }
  return out;
}
