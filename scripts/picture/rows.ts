// Rows of one part: its boxes, and a passage wherever an arrow crosses a row on its way down. The
// order within a row follows the neighbours in the rows above and below, which untangles arrows.
import type { Arrow, Box } from './house.ts';
import { PROTOCOL } from './house.ts';

/** A box, or a passage when it has none. `arrows` are those that touch it. */
export interface Cell {
  readonly box?: Box;
  readonly arrows: Set<Arrow>;
  x: number;
  y: number;
  width: number;
}

export interface Rows {
  readonly rows: Cell[][];
  /** The cells that each arrow passes, from its box to the last before its target. */
  readonly paths: ReadonlyMap<Arrow, readonly Cell[]>;
}

const SWEEPS = 12;

const cell = (box?: Box): Cell => ({
  ...(box === undefined ? {} : { box }),
  arrows: new Set(),
  x: 0,
  y: 0,
  width: 0,
});

/** `layers` are those of the whole house: both parts have the same rows. */
export function makeRows(
  layers: readonly number[],
  boxes: readonly Box[],
  arrows: readonly Arrow[],
): Rows {
  const rows = layers.map((layer) => boxes.filter((box) => box.layer === layer).map(cell));
  const cellOf = new Map(rows.flat().map((c) => [c.box, c]));
  const paths = new Map<Arrow, readonly Cell[]>();
  for (const arrow of arrows.filter((a) => !a.wrong)) {
    const from = layers.indexOf(arrow.from.layer);
    const to = arrow.to.id === PROTOCOL ? layers.length : layers.indexOf(arrow.to.layer);
    const passages = rows.slice(from + 1, to).map((row) => {
      const passage = cell();
      row.push(passage);
      return passage;
    });
    const ends = [cellOf.get(arrow.from), cellOf.get(arrow.to)].filter((c) => c !== undefined);
    const [start, ...end] = ends;
    const path = [...(start === undefined ? [] : [start]), ...passages, ...end];
    for (const c of path) c.arrows.add(arrow);
    paths.set(arrow, path);
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) sortRows(rows, sweep % 2 === 0);
  return { rows, paths };
}

function sortRows(rows: Cell[][], down: boolean): void {
  const order = down ? rows.map((_, i) => i) : rows.map((_, i) => rows.length - 1 - i);
  for (const index of order) {
    const before = rows[down ? index - 1 : index + 1];
    const row = rows[index];
    if (before !== undefined && row !== undefined) sortRow(row, before);
  }
}

/** By the mean place of the neighbours that share an arrow; ties keep their order. */
function sortRow(row: Cell[], before: readonly Cell[]): void {
  const place = new Map(row.map((c, i) => [c, meanPlace(c, before) ?? i / row.length]));
  row.sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
}

function meanPlace(c: Cell, row: readonly Cell[]): number | undefined {
  const places = row.flatMap((other, i) => {
    const shared = [...c.arrows].filter((arrow) => other.arrows.has(arrow)).length;
    return Array.from({ length: shared }, () => (i + 0.5) / row.length);
  });
  if (places.length === 0) return undefined;
  return places.reduce((sum, value) => sum + value, 0) / places.length;
}
