/** A few devices that fill a collector over MQTT, and what each of their samples is. */
import { connectAsync, type MqttClient } from 'mqtt';
import { type Block, encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { CLOCK } from '../../../protocol/messages/envelope.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { encodeState } from '../../../protocol/messages/state.ts';
import { buildTopic, type Kind } from '../../../protocol/topics.ts';

export const DEVICES = ['damage-1', 'damage-2', 'damage-3'] as const;
export const SELECTOR = '{__name__=~"dm_.*"}';
const SITE = 'lab';
const EPOCH = '00000000000000dd';
const BOOT = '00000000000000b1';
const SERIES: readonly SeriesDefinition[] = ['dm_a', 'dm_b', 'dm_c', 'dm_d', 'dm_e', 'dm_f'].map(
  (name, n) => ({
    name,
    labels: [],
    type: n % 2 === 0 ? 'gauge' : 'counter',
    unit: '',
  }),
);
export const COLUMNS = SERIES.length;
const SCHEMA = encodeSchema(SERIES);

/** Numbers go on from `next`; each batch covers `rows` instants, `stepMs` apart. */
export class CollectorFleet {
  next: number;
  private readonly clients: readonly MqttClient[];

  private constructor(clients: readonly MqttClient[], next: number) {
    this.clients = clients;
    this.next = next;
  }

  static async connect(url: string, next: number): Promise<CollectorFleet> {
    const clients = await Promise.all(
      DEVICES.map((clientId) => connectAsync(url, { clientId, reconnectPeriod: 0 })),
    );
    const fleet = new CollectorFleet(clients, next);
    await fleet.publish('state', () => fleet.state(), true);
    await fleet.publish('schema', () => SCHEMA, true);
    return fleet;
  }

  async batch(from: number, rows: number, stepMs: number): Promise<void> {
    const number = this.next++;
    const times = Float64Array.from({ length: rows }, (_, row) => from + row * stepMs);
    await this.publish('m', (device) => batchOf(device, number, times));
  }

  async rubbish(): Promise<void> {
    await this.publish('m', (device) => Buffer.from(`rubbish ${device} ${'.'.repeat(900)}`));
  }

  async end(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.endAsync(true)));
  }

  private async publish(
    kind: Kind,
    payload: (device: number) => Uint8Array,
    retain = false,
  ): Promise<void> {
    await Promise.all(
      this.clients.map((client, n) => {
        const topic = buildTopic({ site: SITE, device: DEVICES[n] as string, kind });
        return client.publishAsync(topic, Buffer.from(payload(n)), { qos: 1, retain });
      }),
    );
  }

  private state(): Uint8Array {
    return encodeState({
      online: true,
      session: '00000000000000e1',
      agentVersion: '1.0.0',
      epochs: [{ epoch: EPOCH, low: 1, next: this.next }],
      capabilities: [],
      boot: BOOT,
      wall: Date.now(),
      machine: '00000000000000c1',
      heartbeatSeconds: 60,
      labels: new Map(),
      facts: new Map(),
    });
  }
}

function batchOf(device: number, number: number, times: Float64Array): Uint8Array {
  const wall = times[0] as number;
  const block: Block = {
    times,
    firstAlias: 0,
    columns: SERIES.length,
    values: Float64Array.from({ length: SERIES.length * times.length }, (_, cell) =>
      sampleOf(device, Math.floor(cell / times.length), times[cell % times.length] as number),
    ),
    presence: new Map(),
  };
  const header = {
    ...{ epoch: EPOCH, number, low: 1, boot: BOOT, wall, mono: wall, clock: CLOCK.synced },
  };
  const body = encodeBody([block], wall, SERIES);
  return encodeBatch({ header, schema: dictionaryId(SCHEMA), body });
}

/** Gauges wander, counters rise. */
function sampleOf(device: number, column: number, time: number): number {
  const minute = Math.floor(time / 60_000);
  if (column % 2 === 1) return minute * (column + 3) + device;
  return Math.round(Math.sin(minute / 97 + device) * 5_000 + ((minute * 7_919) % 311)) / 100;
}
