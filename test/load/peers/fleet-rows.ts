/**
 * The rows that the fleet simulator sends at its maximal rate, for peers: the same trace, the same
 * shifts and places of begin, instants ten seconds apart that begin twenty hours ago.
 */
import { readTrace, type Trace } from '../wire/trace.ts';
import type { DeviceBlock, SeriesName } from './rows.ts';

const INTERVAL_MS = 10_000;
const PAST_MS = 20 * 3_600_000;
const VARIANTS = 8;
const SITES = 20;

export class FleetRows {
  private readonly trace: Trace = readTrace();
  private readonly series: number;
  private readonly start = Date.now() - PAST_MS;

  constructor(series: number) {
    this.series = series;
  }

  names(device: number): SeriesName[] {
    const instance = `fleet-${String(device).padStart(5, '0')}`;
    const stamped = [
      ['instance', instance],
      ['job', 'node'],
      ['site', `site-${device % SITES}`],
    ] as const;
    return Array.from({ length: this.series }, (_, s) => {
      const { name, labels } = this.of(s);
      const copy = Math.floor(s / this.trace.series.length);
      const copies = copy === 0 ? [] : [['copy', String(copy)] as const];
      return { name, labels: [...labels, ...copies, ...stamped] };
    });
  }

  block(device: number, from: number, rows: number): DeviceBlock {
    const times = new Float64Array(rows);
    const values = new Float64Array(rows * this.series);
    const length = this.trace.times.length;
    for (let row = 0; row < rows; row++) times[row] = this.start + (from + row) * INTERVAL_MS;
    for (let s = 0; s < this.series; s++) {
      const one = this.of(s);
      const shift = one.type === 'counter' ? (device % VARIANTS) * 100_000 : 0;
      for (let row = 0; row < rows; row++)
        values[s * rows + row] =
          (one.values[(device * 7 * rows + from + row) % length] ?? 0) + shift;
    }
    return { device, times, values };
  }

  private of(series: number) {
    return this.trace.series[series % this.trace.series.length] as Trace['series'][number];
  }
}
