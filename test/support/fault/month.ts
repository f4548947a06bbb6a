/** What an agent records in a month without a link: batches of real columns, an event each hour. */
import type { RecordBuffer, StoredRecord } from '../../../agent/ports.ts';
import { type Block, encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';
import { encodeEvent } from '../../../protocol/messages/event.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';

export const BATCHES_A_DAY = 144;
const ROWS = 10;
const DAY = 86_400_000;
const STEP = DAY / BATCHES_A_DAY / ROWS;
const BOOT = '00'.repeat(8);
const SERIES: readonly SeriesDefinition[] = Array.from({ length: 16 }, (_, n) => ({
  name: `month_${n}`,
  labels: [],
  type: n % 3 === 0 ? 'counter' : 'gauge',
  unit: '',
}));
const SCHEMA = encodeSchema(SERIES);
export const SAMPLES = ROWS * SERIES.length;

/** So many days from `from` on; answers how many batches and events. */
export async function recordDays(
  buffer: RecordBuffer,
  from: number,
  days: number,
): Promise<{ batches: number; events: number }> {
  await buffer.putDictionary(dictionaryId(SCHEMA), SCHEMA);
  const batches = days * BATCHES_A_DAY;
  let events = 0;
  for (let n = 0; n < batches; n++) {
    const wall = from + n * STEP * ROWS;
    await recordBatch(buffer, wall, false);
    if (n % 6 !== 0) continue;
    await recordEvent(buffer, wall);
    events++;
  }
  return { batches, events };
}

export function recordBatch(
  buffer: RecordBuffer,
  wall: number,
  sent: boolean,
): Promise<StoredRecord> {
  const times = Float64Array.from({ length: ROWS }, (_, row) => wall + row * STEP);
  const block: Block = {
    times,
    firstAlias: 0,
    columns: SERIES.length,
    values: Float64Array.from({ length: SAMPLES }, (_, cell) =>
      level(Math.floor(cell / ROWS), (times[cell % ROWS] as number) / STEP),
    ),
    presence: new Map(),
  };
  const body = encodeBody([block], wall, SERIES);
  return buffer.append({
    ...{ kind: 'm', from: wall, to: times[ROWS - 1] as number, samples: SAMPLES },
    ...{ clockUnset: false, sent },
    encode: (position) => {
      const header = { ...position, boot: BOOT, wall, mono: wall, clock: CLOCK.synced };
      return encodeBatch({ header, schema: dictionaryId(SCHEMA), body });
    },
  });
}

function recordEvent(buffer: RecordBuffer, wall: number): Promise<StoredRecord> {
  const events = [
    { wall, name: 'month.hour', severity: 'info' as const, text: '', attributes: new Map() },
  ];
  return buffer.append({
    ...{ kind: 'event', from: wall, to: wall, samples: 0, clockUnset: false, sent: false },
    encode: (position) => {
      const header = { ...position, boot: BOOT, wall, mono: wall, clock: CLOCK.synced };
      return encodeEvent({ header, events, gaps: [] });
    },
  });
}

function level(column: number, step: number): number {
  if (column % 3 === 0) return Math.floor(step) * (column + 1);
  return Math.round(Math.sin(step / 50 + column) * 1_000 + ((step * 7_919) % 97)) / 10;
}
