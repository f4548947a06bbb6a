/**
 * Devices with series as they are in the field: a quarter percentages (two digits, wandering), a
 * quarter byte counts (whole pages), three in ten counters of uneven pace, the rest constants.
 * Rows come every ten seconds, some milliseconds late. The same seed gives the same fleet.
 */
import type { Labels, SampleStore } from '../../../collector/ports.ts';
import type { Block } from '../../../protocol/columns/block.ts';

export const INTERVAL = 10_000;

export interface Fleet {
  readonly ids: readonly Uint32Array[];
  /** The next rows of a device, as one block. */
  block(device: number, rows: number): Block;
}

const NO_HOLES: Block['presence'] = new Map();

export function makeFleet(
  store: SampleStore,
  devices: number,
  series: number,
  start: number,
): Fleet {
  const random = mulberry(20_251_121);
  const ids = Array.from({ length: devices }, (_, device) => {
    const instance = `device-${String(device).padStart(5, '0')}`;
    return Uint32Array.from({ length: series }, (_, s) =>
      store.resolve(
        labelsOf(instance, device, s),
        { type: kindOf(s) === 2 ? 'counter' : 'gauge', unit: '' },
        instance,
      ),
    );
  });
  const state = Float64Array.from({ length: devices * series }, (_, i) =>
    firstValue(i % series, random),
  );
  const clocks = new Float64Array(devices).fill(start);
  return {
    ids,
    block(device, rows) {
      const times = new Float64Array(rows);
      const values = new Float64Array(rows * series);
      for (let r = 0; r < rows; r++) {
        times[r] = (clocks[device] as number) + Math.floor(random() * 6);
        clocks[device] = (clocks[device] as number) + INTERVAL;
      }
      for (let s = 0; s < series; s++) {
        let value = state[device * series + s] as number;
        for (let r = 0; r < rows; r++) {
          value = nextValue(s, value, random);
          values[s * rows + r] = value;
        }
        state[device * series + s] = value;
      }
      return { times, firstAlias: 0, columns: series, values, presence: NO_HOLES };
    },
  };
}

function labelsOf(instance: string, device: number, series: number): Labels {
  return new Map([
    [
      '__name__',
      `metric_${Math.floor(series / 4)}_${['percent', 'bytes', 'total', 'info'][kindOf(series)] ?? ''}`,
    ],
    ['instance', instance],
    ['job', 'node'],
    ['site', `site-${device % 20}`],
    ['part', String(series % 4)],
  ]);
}

/** 0 percentage, 1 bytes, 2 counter, 3 constant: the four series of a metric are of one kind. */
function kindOf(series: number): number {
  const tenth = (Math.floor(series / 4) * 7) % 20;
  if (tenth < 5) return 0;
  if (tenth < 10) return 1;
  return tenth < 16 ? 2 : 3;
}

function firstValue(series: number, random: () => number): number {
  const kind = kindOf(series);
  if (kind === 0) return Math.round(random() * 10_000) / 100;
  if (kind === 1) return Math.floor(random() * 250_000) * 4096;
  return Math.floor(random() * (kind === 2 ? 1_000_000 : 100));
}

function nextValue(series: number, value: number, random: () => number): number {
  const kind = kindOf(series);
  if (kind === 0) {
    const walked = value + (random() - 0.5) * 0.8;
    return Math.round(Math.min(100, Math.max(0, walked)) * 100) / 100;
  }
  if (kind === 1)
    return random() < 0.6 ? value : Math.max(0, value + Math.floor((random() - 0.5) * 64) * 4096);
  if (kind === 2) return value + (series % 4) * 30 + Math.floor(random() * 25);
  return value;
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
