/**
 * The same day in two stores: in one every sample comes in time and housekeeping runs beside it; in
 * the other the devices were away, bring the last hour first and then the day behind it, device
 * by device. Afterwards both must answer the same, bit by bit.
 */
import { join } from 'node:path';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Matcher, SampleStore } from '../../../collector/ports.ts';
import type { Block } from '../../../protocol/columns/block.ts';
import { Random } from '../../support/pipeline/random.ts';

export interface Day {
  readonly devices: number;
  readonly series: number;
  readonly hours: number;
  readonly intervalMs: number;
}

export interface Sameness {
  readonly samples: number;
  readonly rollups: number;
  /** The first differences. */
  readonly differences: readonly string[];
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
const ROWS = 30;
const START = Date.UTC(2026, 10, 20, 3);
const MOST_TOLD = 5;

export async function compareLateWithInTime(folder: string, day: Day): Promise<Sameness> {
  const end = START + day.hours * HOUR;
  const timely = await openLevelStore({ path: join(folder, 'timely'), now: START });
  const late = await openLevelStore({ path: join(folder, 'late'), now: end });
  try {
    const span = ROWS * day.intervalMs;
    const devices = Array.from({ length: day.devices }, (_, n) => n);
    for (let at = START; at < end; at += span) {
      await bring(timely, devices, at, at + span, day);
      await timely.maintain(at + span);
    }
    const lastHour = end - HOUR;
    await bring(late, devices, lastHour, end, day);
    await late.maintain(end);
    for (const device of shuffled(devices)) {
      await bring(late, [device], START, lastHour, day);
      if (device % 50 === 0) await late.maintain(end + device);
    }
    for (const store of [timely, late]) await settle(store, end + 3 * HOUR);
    return await compare(timely, late, day, end);
  } finally {
    await timely.close();
    await late.close();
  }
}

/** A device's samples of these hours, in batches as an agent sends history. */
async function bring(
  store: SampleStore,
  devices: readonly number[],
  from: number,
  to: number,
  { series, intervalMs }: Day,
): Promise<void> {
  for (let at = from; at < to; at += ROWS * intervalMs) {
    const rows = Math.min(ROWS, Math.ceil((to - at) / intervalMs));
    for (const device of devices) {
      const times = Float64Array.from({ length: rows }, (_, row) => at + row * intervalMs);
      store.append(store.highestSeq() + 1, idsOf(store, device, series), [
        blockOf(device, series, times),
      ]);
    }
  }
  await store.checkpoint();
}

/** Gauges that wander and counters that start anew now and then: a function of the instant alone. */
function blockOf(device: number, series: number, times: Float64Array): Block {
  const rows = times.length;
  const values = Float64Array.from({ length: rows * series }, (_, cell) => {
    const [n, minute] = [Math.floor(cell / rows), (times[cell % rows] as number) / MINUTE];
    if (n % 2 === 1) return ((minute + device) % 700) * (n + 1) * 1.5;
    return Math.round(Math.sin(minute / 97 + device) * 5_000 + ((minute * 7_919 + n) % 311)) / 100;
  });
  return { times, firstAlias: 0, columns: series, values, presence: new Map() };
}

function idsOf(store: SampleStore, device: number, series: number): Uint32Array {
  const instance = nameOf(device);
  return Uint32Array.from({ length: series }, (_, n) =>
    store.resolve(
      new Map([
        ['__name__', `late_${n}`],
        ['instance', instance],
      ]),
      { type: n % 2 === 1 ? 'counter' : 'gauge', unit: '' },
      instance,
    ),
  );
}

function shuffled(devices: readonly number[]): number[] {
  const random = new Random(7);
  const left = [...devices];
  return devices.map(() => left.splice(random.between(0, left.length - 1), 1)[0] as number);
}

async function settle(store: SampleStore, now: number): Promise<void> {
  for (let n = 0; n < 60; n++) await store.maintain(now);
  await store.checkpoint();
}

async function compare(
  timely: SampleStore,
  late: SampleStore,
  { devices }: Day,
  end: number,
): Promise<Sameness> {
  let samples = 0;
  let rollups = 0;
  const differences: string[] = [];
  for (let device = 0; device < devices; device++) {
    const matchers: Matcher[] = [{ name: 'instance', op: '=', value: nameOf(device) }];
    const both = [timely, late] as const;
    const [raw, rawLate] = await Promise.all(both.map((one) => one.select(matchers, START, end)));
    samples += (raw ?? []).reduce((sum, { times }) => sum + times.length, 0);
    if (textOf(raw) !== textOf(rawLate)) differences.push(`${nameOf(device)} raw`);
    for (const step of ['1m', '1h'] as const) {
      const [in1, in2] = await Promise.all(
        both.map((one) => one.rollups(matchers, step, START, end)),
      );
      rollups += (in1 ?? []).reduce((sum, { times }) => sum + times.length, 0);
      if (textOf(in1) !== textOf(in2)) differences.push(`${nameOf(device)} ${step}`);
    }
  }
  return { samples, rollups, differences: differences.slice(0, MOST_TOLD) };
}

/** All columns with all their bits; series in the order of their names. */
function textOf(series: readonly object[] | undefined): string {
  const lines = (series ?? []).map((one) =>
    JSON.stringify(one, (_, value: unknown) => {
      if (value instanceof Map) return [...value].sort((a, b) => (String(a) < String(b) ? -1 : 1));
      if (ArrayBuffer.isView(value)) {
        return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
      }
      return value;
    }),
  );
  return lines.sort().join('\n');
}

function nameOf(device: number): string {
  return `device-${String(device).padStart(4, '0')}`;
}
