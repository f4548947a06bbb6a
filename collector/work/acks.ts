/**
 * Collects acknowledgements and needs, and sends one `ack` a device for all that became durable in
 * the same turn of the loop.
 */
import { encodeAck, type NeedableKind } from '../../protocol/messages/ack.ts';
import { buildTopic } from '../../protocol/topics.ts';
import { type Interval, Intervals } from '../core/intervals.ts';
import type { Bus, Clock, Log } from '../ports.ts';
import type { IngestCounts } from './counts.ts';

/** An ack lists at most this many ranges; the rest follows when the device sends again. */
const MAX_RANGES = 64;
const MAX_NEEDS = 32;
const NONE: readonly never[] = [];

export interface Addressee {
  readonly site: string;
  readonly id: string;
}

interface Draft {
  readonly to: Addressee;
  readonly epoch: string;
  readonly ranges: Intervals;
  /** Seldom any, and there is a draft for nearly every message. */
  schemas: Set<string> | undefined;
  kinds: Set<NeedableKind> | undefined;
}

export class AckDesk {
  /** By device: mostly one, of the epoch that it is in. */
  private drafts = new Map<string, Draft[]>();
  private scheduled = false;
  private readonly deps: { bus: Bus; clock: Clock; log: Log; counts: IngestCounts };

  constructor(deps: { bus: Bus; clock: Clock; log: Log; counts: IngestCounts }) {
    this.deps = deps;
  }

  durable(to: Addressee, epoch: string, { first, last }: Interval): void {
    this.draft(to, epoch).ranges.add(first, last);
  }

  needSchema(to: Addressee, epoch: string, schema: string): void {
    const draft = this.draft(to, epoch);
    draft.schemas ??= new Set();
    if (draft.schemas.size < MAX_NEEDS) draft.schemas.add(schema);
  }

  needKind(to: Addressee, epoch: string, kind: NeedableKind): void {
    const draft = this.draft(to, epoch);
    draft.kinds ??= new Set();
    draft.kinds.add(kind);
  }

  /** An ack without ranges still tells the time and that somebody is there. */
  greet(to: Addressee, epoch: string): void {
    this.draft(to, epoch);
  }

  private draft(to: Addressee, epoch: string): Draft {
    const ofDevice = this.drafts.get(to.id);
    const known = ofDevice?.find((one) => one.epoch === epoch);
    if (known !== undefined) return known;
    const ranges = new Intervals();
    const draft = { to, epoch, ranges, schemas: undefined, kinds: undefined };
    if (ofDevice === undefined) this.drafts.set(to.id, [draft]);
    else ofDevice.push(draft);
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
    return draft;
  }

  private flush(): void {
    this.scheduled = false;
    const { drafts } = this;
    this.drafts = new Map();
    for (const ofDevice of drafts.values()) for (const draft of ofDevice) this.send(draft);
  }

  private send({ to, epoch, ranges, schemas, kinds }: Draft): void {
    const { bus, clock, log, counts } = this.deps;
    const needSchemas = schemas === undefined ? NONE : [...schemas];
    const needKinds = kinds === undefined ? NONE : [...kinds];
    const payload = encodeAck({
      epoch,
      ranges: ranges.values().slice(-MAX_RANGES),
      needSchemas,
      needKinds,
      now: Math.round(clock.wall()),
    });
    counts.acks++;
    counts.needs += needSchemas.length + needKinds.length;
    const topic = buildTopic({ site: to.site, device: to.id, kind: 'ack' });
    // A lost ack is mended by the device: it sends again, and repeats are acknowledged.
    bus.publish(topic, payload, { qos: 0, retain: false }).catch((error: unknown) => {
      log.debug('ack not sent', { device: to.id, error: String(error) });
    });
  }
}
