/**
 * Where decoded cells lie. A batch with a row or a few has less to say than an `ArrayBuffer` costs
 * (its making, its memory outside of V8's heap, the list that the collector of garbage walks), so
 * small ones are cut from a common piece. A piece lives as long as any array cut from it: who keeps
 * cells for longer than it takes to store them copies them.
 */
import { ColumnTarget } from './decode.ts';

const PIECE_CELLS = 8_192;
/** Larger ones have a piece of their own. */
const SMALL_CELLS = 1_024;

export class CellMemory {
  readonly target: ColumnTarget;
  /** Cells that were taken. */
  used = 0;
  private readonly cells: Float64Array;

  constructor(cells: number) {
    this.cells = new Float64Array(cells);
    this.target = new ColumnTarget(this.cells);
  }

  get room(): number {
    return this.cells.length - this.used;
  }

  take(length: number): Float64Array {
    const taken = new Float64Array(this.cells.buffer, this.used * 8, length);
    this.used += length;
    return taken;
  }
}

let common = new CellMemory(0);

/** With room for so many cells, all 0. */
export function memoryFor(cells: number): CellMemory {
  if (cells > SMALL_CELLS) return new CellMemory(cells);
  if (common.room < cells) common = new CellMemory(PIECE_CELLS);
  return common;
}
