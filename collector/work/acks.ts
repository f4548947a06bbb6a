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

export interface Addressee {
  readonly site: string;
  readonly id: string;
}

interface Draft {
  readonly to: Addressee;
  readonly ranges: Intervals;
  readonly schemas: Set<string>;
  readonly kinds: Set<NeedableKind>;
}

export class AckDesk {
  private readonly drafts = new Map<string, Map<string, Draft>>();
  private scheduled = false;
  private readonly deps: { bus: Bus; clock: Clock; log: Log; counts: IngestCounts };

  constructor(deps: { bus: Bus; clock: Clock; log: Log; counts: IngestCounts }) {
    this.deps = deps;
  }

  durable(to: Addressee, epoch: string, { first, last }: Interval): void {
    this.draft(to, epoch).ranges.add(first, last);
  }

  needSchema(to: Addressee, epoch: string, schema: string): void {
    const { schemas } = this.draft(to, epoch);
    if (schemas.size < MAX_NEEDS) schemas.add(schema);
  }

  needKind(to: Addressee, epoch: string, kind: NeedableKind): void {
    this.draft(to, epoch).kinds.add(kind);
  }

  /** An ack without ranges still tells the time and that somebody is there. */
  greet(to: Addressee, epoch: string): void {
    this.draft(to, epoch);
  }

  private draft(to: Addressee, epoch: string): Draft {
    let ofDevice = this.drafts.get(to.id);
    if (ofDevice === undefined) {
      ofDevice = new Map();
      this.drafts.set(to.id, ofDevice);
    }
    let draft = ofDevice.get(epoch);
    if (draft === undefined) {
      draft = {
        to: { site: to.site, id: to.id },
        ranges: new Intervals(),
        schemas: new Set(),
        kinds: new Set(),
      };
      ofDevice.set(epoch, draft);
    }
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => this.flush());
    }
    return draft;
  }

  private flush(): void {
    this.scheduled = false;
    const drafts = [...this.drafts.values()];
    this.drafts.clear();
    for (const ofDevice of drafts) for (const [epoch, draft] of ofDevice) this.send(epoch, draft);
  }

  private send(epoch: string, { to, ranges, schemas, kinds }: Draft): void {
    const { bus, clock, log, counts } = this.deps;
    const payload = encodeAck({
      epoch,
      ranges: ranges.values().slice(-MAX_RANGES),
      needSchemas: [...schemas],
      needKinds: [...kinds],
      now: Math.round(clock.wall()),
    });
    counts.acks++;
    counts.needs += schemas.size + kinds.size;
    const topic = buildTopic({ site: to.site, device: to.id, kind: 'ack' });
    // A lost ack is mended by the device: it sends again, and repeats are acknowledged.
    bus.publish(topic, payload, { qos: 0, retain: false }).catch((error: unknown) => {
      log.debug('ack not sent', { device: to.id, error: String(error) });
    });
  }
}
