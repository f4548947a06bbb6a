/**
 * Steps of a series: how many samples, their sum, least, greatest, last, and how much a counter
 * rose. Staleness marks are no samples. A NaN counts, makes the sum NaN, and is neither least nor
 * greatest beside a number.
 */

import { HOUR, MINUTE } from './calendar.ts';
import { bitsOf, lowerBound } from './cells.ts';
import type { Samples } from './chunk.ts';
import type { RollupColumns, RollupStep } from './model.ts';
import { takeDoubles } from './slab.ts';

export const STEP: Readonly<Record<RollupStep, number>> = { '1m': MINUTE, '1h': HOUR };

/** A sample further back than this is no predecessor: nothing is known of the time between. */
export const LOOKBACK = HOUR;

export const COLUMNS = ['count', 'sum', 'min', 'max', 'last', 'increase'] as const;

const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 2;

/**
 * Steps that begin in [from, to), both multiples of `step`. `samples` should begin LOOKBACK before
 * `from`; steps without samples are left out.
 */
export function rollUp(samples: Samples, step: number, from: number, to: number): RollupColumns {
  const { times, values } = samples;
  const bits = bitsOf(values);
  const rows: Row[] = [];
  let previousTime = Number.NEGATIVE_INFINITY;
  let previous = 0;
  for (let i = lowerBound(times, from - LOOKBACK); i < times.length; i++) {
    const time = times[i] as number;
    if (time >= to) break;
    if (bits[i * 2 + 1] === STALE_HIGH && bits[i * 2] === STALE_LOW) continue;
    const value = values[i] as number;
    if (time >= from) {
      const start = Math.floor(time / step) * step;
      let row = rows.at(-1);
      if (row?.time !== start) {
        row = new Row(start);
        rows.push(row);
      }
      row.add(value, time - previousTime <= LOOKBACK ? rise(previous, value) : 0);
    }
    previousTime = time;
    previous = value;
  }
  return columnsOf(rows);
}

/** A counter that fell was reset: what it shows now, it rose since. */
function rise(before: number, now: number): number {
  const by = now >= before ? now - before : now;
  return Number.isFinite(by) ? by : 0;
}

class Row {
  readonly time: number;
  count = 0;
  min = Number.NaN;
  max = Number.NaN;
  last = Number.NaN;
  increase = 0;
  private total = 0;
  /** What the additions before have lost (Neumaier). */
  private lost = 0;

  constructor(time: number) {
    this.time = time;
  }

  get sum(): number {
    const sum = this.total + this.lost;
    return Number.isNaN(sum) ? this.total : sum;
  }

  add(value: number, increase: number): void {
    this.count++;
    this.last = value;
    this.increase += increase;
    if (!(value >= this.min)) this.min = Number.isNaN(value) ? this.min : value;
    if (!(value <= this.max)) this.max = Number.isNaN(value) ? this.max : value;
    const total = this.total + value;
    if (Math.abs(this.total) >= Math.abs(value)) this.lost += this.total - total + value;
    else this.lost += value - total + this.total;
    this.total = total;
  }
}

/** Columns cut from one array: thousands of series are derived at once, most with a row each. */
function columnsOf(rows: readonly Row[]): RollupColumns {
  const count = rows.length;
  const all = takeDoubles(count * 7);
  let columns = 0;
  const column = (of: (row: Row) => number): Float64Array => {
    const own = all.subarray(columns * count, ++columns * count);
    for (const [i, row] of rows.entries()) own[i] = of(row);
    return own;
  };
  return {
    times: column((row) => row.time),
    count: column((row) => row.count),
    sum: column((row) => row.sum),
    min: column((row) => row.min),
    max: column((row) => row.max),
    last: column((row) => row.last),
    increase: column((row) => row.increase),
  };
}

/** Cuts out the steps that begin in [from, to). */
export function cutRollup(rollup: RollupColumns, from: number, to: number): RollupColumns {
  const first = lowerBound(rollup.times, from);
  const last = lowerBound(rollup.times, to);
  return mapColumns((name) => rollup[name].subarray(first, last));
}

export function joinRollups(parts: readonly RollupColumns[]): RollupColumns {
  const full = parts.filter(({ times }) => times.length > 0);
  const [only] = full;
  if (only !== undefined && full.length === 1) return only;
  const total = full.reduce((sum, { times }) => sum + times.length, 0);
  return mapColumns((name) => {
    const joined = new Float64Array(total);
    let at = 0;
    for (const part of full) {
      joined.set(part[name], at);
      at += part.times.length;
    }
    return joined;
  });
}

/** `old` with its steps in [from, to) replaced by `fresh`, which has no others. */
export function replaceSteps(
  old: RollupColumns,
  fresh: RollupColumns,
  from: number,
  to: number,
): RollupColumns {
  const before = cutRollup(old, Number.NEGATIVE_INFINITY, from);
  const after = cutRollup(old, to, Number.POSITIVE_INFINITY);
  return joinRollups([before, fresh, after]);
}

export function mapColumns(of: (name: keyof RollupColumns) => Float64Array): RollupColumns {
  return {
    times: of('times'),
    count: of('count'),
    sum: of('sum'),
    min: of('min'),
    max: of('max'),
    last: of('last'),
    increase: of('increase'),
  };
}
