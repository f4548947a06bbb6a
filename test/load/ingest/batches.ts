/** One-row batches of a fleet, made before they are measured. */
import type { BusMessage } from '../../../collector/ports.ts';
import { encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { buildTopic } from '../../../protocol/topics.ts';

const INTERVAL = 10_000;
const presence = new Map<number, Uint8Array>();

export class BatchMaker {
  readonly devices: number;
  readonly series: readonly SeriesDefinition[];
  private readonly dictionary: Uint8Array;
  private readonly start = Date.now();

  constructor(devices: number, series: number) {
    this.devices = devices;
    this.series = Array.from({ length: series }, (_, n) => ({
      name: `metric_${n >> 3}`,
      labels: [['n', String(n & 7)]],
      type: n % 3 === 0 ? 'counter' : 'gauge',
      unit: '',
      reference: { mantissa: n * 1_000, scale: 0 },
    }));
    this.dictionary = encodeSchema(this.series);
  }

  schemas(): BusMessage[] {
    return this.each((device) => ({
      topic: buildTopic({ site: 'bench', device: `d-${device}`, kind: 'schema' }),
      payload: this.dictionary,
      retained: false,
    }));
  }

  /** The batches that all devices send in one interval; every eighth value has moved by far. */
  round(number: number): BusMessage[] {
    const schema = dictionaryId(this.dictionary);
    const wall = this.start + number * INTERVAL;
    return this.each((device) => {
      const values = Float64Array.from(
        this.series,
        (_, n) => n * 1_000 + (n % 8 === 0 ? number * 977 + device : (number + n) % 5),
      );
      const times = Float64Array.of(wall);
      const block = { times, firstAlias: 0, columns: values.length, values, presence };
      const header = {
        epoch: '00000000000000aa',
        number,
        low: 1,
        boot: '00000000000000bb',
        wall,
        mono: number * INTERVAL,
        clock: CLOCK.synced,
      };
      const body = encodeBody([block], wall, this.series);
      const topic = buildTopic({ site: 'bench', device: `d-${device}`, kind: 'm' });
      return { topic, payload: encodeBatch({ header, schema, body }), retained: false };
    });
  }

  private each(make: (device: number) => BusMessage): BusMessage[] {
    return Array.from({ length: this.devices }, (_, device) => make(device));
  }
}
