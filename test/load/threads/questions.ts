/** The samples that are asked for. */
import type { Matcher, SampleStore } from '../../../collector/ports.ts';
import { makeFleet } from '../store/fleet.ts';

/** A question of GOALS.md and the samples that it is asked of. */
export interface Question {
  readonly name: string;
  readonly devices: number;
  readonly hours: number;
}

export const QUESTIONS: readonly Question[] = [
  { name: 'one device, 24 h (80 series)', devices: 1, hours: 24 },
  { name: '10,000 series, 1 h', devices: 125, hours: 1 },
];

const SERIES = 80;
const ROWS = 6;
const ROWS_AN_HOUR = 360;
const START = Date.UTC(2025, 10, 21);
const HOUR_MS = 3_600_000;

export async function fill(store: SampleStore, { devices, hours }: Question): Promise<void> {
  const fleet = makeFleet(store, devices, SERIES, START);
  let seq = 0;
  for (let row = 0; row < hours * ROWS_AN_HOUR; row += ROWS) {
    for (let device = 0; device < devices; device++)
      store.append(++seq, fleet.ids[device] ?? new Uint32Array(), [fleet.block(device, ROWS)]);
    if (row % ROWS_AN_HOUR === 0) await store.checkpoint();
  }
  await store.checkpoint();
}

export function ask(store: SampleStore, { hours }: Question) {
  const matchers: Matcher[] = [{ name: 'job', op: '=', value: 'node' }];
  return store.select(matchers, START, START + hours * HOUR_MS);
}
