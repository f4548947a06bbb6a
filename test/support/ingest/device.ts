/** A device for tests of ingest: makes the messages that a real one would send. */
import { type Block, encodeBatch, encodeBody } from '../../../protocol/messages/batch.ts';
import { CLOCK, type Header } from '../../../protocol/messages/envelope.ts';
import { encodeEvent, type Gap } from '../../../protocol/messages/event.ts';
import {
  dictionaryId,
  encodeSchema,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { encodeState, type OnlineState } from '../../../protocol/messages/state.ts';
import { buildTopic, type Kind } from '../../../protocol/topics.ts';

export const T0 = Date.UTC(2026, 10, 21, 12);
export const EPOCH = '00000000000000aa';

export interface Sent {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export class TestDevice {
  readonly id: string;
  site: string;
  series: readonly SeriesDefinition[];

  constructor(id = 'pi-1', site = 'berlin', names: readonly string[] = ['a', 'b']) {
    this.id = id;
    this.site = site;
    this.series = names.map((name) => ({ name, labels: [], type: 'gauge', unit: '' }));
  }

  schema(): Sent {
    return this.message('schema', encodeSchema(this.series));
  }

  /** One row: series a has the number itself, b its double, and so on. */
  batch(number: number, more: Partial<Header> & { readonly kind?: 'm' | 'h' } = {}): Sent {
    const header = { ...head(number), ...more };
    const { wall } = header;
    const block: Block = {
      times: Float64Array.of(wall),
      firstAlias: 0,
      columns: this.series.length,
      values: Float64Array.from(this.series, (_, i) => number * (i + 1)),
      presence: new Map(),
    };
    const schema = dictionaryId(encodeSchema(this.series));
    const body = encodeBody([block], wall, this.series);
    return this.message(more.kind ?? 'm', encodeBatch({ header, schema, body }));
  }

  /** A batch whose header reads well and whose rest does not. */
  broken(number: number): Sent {
    const { topic, payload } = this.batch(number);
    return { topic, payload: payload.subarray(0, payload.length - 3) };
  }

  event(number: number, gaps: readonly Gap[], more: Partial<Header> = {}): Sent {
    const events = [
      {
        wall: T0,
        name: 'test.done',
        severity: 'info' as const,
        text: '',
        attributes: new Map<string, string>(),
      },
    ];
    const header = { ...head(number), ...more };
    return this.message('event', encodeEvent({ header, events, gaps }));
  }

  state(more: Partial<OnlineState> = {}): Sent {
    const state: OnlineState = {
      online: true,
      session: '00000000000000e1',
      agentVersion: '1.0.0',
      epochs: [{ epoch: EPOCH, low: 1, next: 1 }],
      capabilities: [],
      boot: '00000000000000b1',
      wall: T0,
      machine: '00000000000000c1',
      heartbeatSeconds: 60,
      labels: new Map(),
      facts: new Map(),
      ...more,
    };
    return this.message('state', encodeState(state));
  }

  will(): Sent {
    return this.message('state', encodeState({ online: false, session: '00000000000000e1' }));
  }

  message(kind: Kind, payload: Uint8Array): Sent {
    return { topic: buildTopic({ site: this.site, device: this.id, kind }), payload };
  }
}

/** Every number has its own second. */
function head(number: number): Header {
  return {
    epoch: EPOCH,
    number,
    low: 1,
    boot: '00000000000000b1',
    wall: T0 + number * 1_000,
    mono: number * 1_000,
    clock: CLOCK.synced,
  };
}
