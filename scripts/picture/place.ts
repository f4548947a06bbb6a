// Coordinates: boxes wide enough for their arrows, rows packed without overlap, and every cell
// drawn towards its neighbours as far as the row allows.
import type { Cell, Rows } from './rows.ts';

export const BOX_HEIGHT = 44;
const ROW_STEP = 108;
const GAP = 26;
const PASSAGE = 10;
const PORT = 30;
const CHARACTER = 8.4;
const ROUNDS = 40;

function widthOf(cell: Cell): number {
  if (cell.box === undefined) return PASSAGE;
  const out = [...cell.arrows].filter((arrow) => arrow.from === cell.box).length;
  const into = cell.arrows.size - out;
  return Math.max(cell.box.name.length * CHARACTER + 44, out * PORT, into * 16, 84);
}

/** Centres in order, each at its wish or as near as those before it allow. */
function packed(row: readonly Cell[], wishes: readonly number[], side: 1 | -1): number[] {
  const order = side === 1 ? row : [...row].reverse();
  let edge = Number.NEGATIVE_INFINITY;
  const centres = order.map((cell) => {
    const wish = side * (wishes[row.indexOf(cell)] ?? 0);
    const centre = Math.max(wish, edge + cell.width / 2);
    edge = centre + cell.width / 2 + GAP;
    return side * centre;
  });
  return side === 1 ? centres : centres.reverse();
}

/** The mean of packing from both sides: no overlap either, and nobody is pushed one way only. */
function pack(row: readonly Cell[], wanted: (cell: Cell) => number): void {
  const wishes = row.map(wanted);
  const [fromLeft, fromRight] = [packed(row, wishes, 1), packed(row, wishes, -1)];
  row.forEach((cell, i) => {
    cell.x = ((fromLeft[i] ?? 0) + (fromRight[i] ?? 0)) / 2;
  });
}

function neighbourMean(cell: Cell, rows: readonly (readonly Cell[] | undefined)[]): number {
  const near = rows.flatMap((row) =>
    (row ?? []).filter((other) => [...cell.arrows].some((arrow) => other.arrows.has(arrow))),
  );
  if (near.length === 0) return cell.x;
  return near.reduce((sum, other) => sum + other.x, 0) / near.length;
}

/** Sets x (centre), y (top) and width of every cell; returns the width of the part. */
export function place({ rows }: Rows, left: number, top: number): number {
  rows.forEach((row, index) => {
    for (const cell of row) {
      cell.width = widthOf(cell);
      cell.y = top + index * ROW_STEP;
    }
    pack(row, () => 0);
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    rows.forEach((row, index) => {
      pack(row, (cell) => neighbourMean(cell, [rows[index - 1], rows[index + 1]]));
    });
  }
  const cells = rows.flat();
  const start = Math.min(...cells.map((cell) => cell.x - cell.width / 2));
  for (const cell of cells) cell.x = Math.round(cell.x - start + left);
  return Math.max(...cells.map((cell) => cell.x + cell.width / 2)) - left;
}

export const rowsHeight = ({ rows }: Rows): number => rows.length * ROW_STEP;
