/** One-row batches of a fleet, made before they are measured. */
import type { BusMessage } from '../../../collector/ports.ts';
import { encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { encodeState } from '../../../protocol/messages/state.ts';
import { buildTopic } from '../../../protocol/topics.ts';

const INTERVAL = 10_000;
const EPOCH = '00000000000000aa';
const BOOT = '00000000000000bb';
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

  /** What devices say when they connect. */
  hellos(): BusMessage[] {
    const state = encodeState({
      online: true,
      session: '00000000000000cc',
      agentVersion: '1.0.0',
      epochs: [{ epoch: EPOCH, low: 1, next: 1 }],
      capabilities: [],
      boot: BOOT,
      wall: this.start,
      machine: '00000000000000dd',
      heartbeatSeconds: 60,
      labels: new Map(),
      facts: new Map(),
    });
    return [...this.same('state', state), ...this.same('schema', this.dictionary)];
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
        epoch: EPOCH,
        number,
        low: 1,
        boot: BOOT,
        wall,
        mono: number * INTERVAL,
        clock: CLOCK.synced,
      };
      const body = encodeBody([block], wall, this.series);
      const topic = buildTopic({ site: 'bench', device: `d-${device}`, kind: 'm' });
      return { topic, payload: encodeBatch({ header, schema, body }), retained: false };
    });
  }

  private same(kind: 'state' | 'schema', payload: Uint8Array): BusMessage[] {
    return this.each((device) => {
      const topic = buildTopic({ site: 'bench', device: `d-${device}`, kind });
      return { topic, payload, retained: false };
    });
  }

  private each(make: (device: number) => BusMessage): BusMessage[] {
    return Array.from({ length: this.devices }, (_, device) => make(device));
  }
}
