/**
 * What happened to every alert, in the order of time, kept for as long as retention says. Events lie
 * in the hour in which they happened; an index names those of each alert.
 */
import type { AlertEvent, HistoryQuery } from '../../core/alerting/event.ts';
import { decodeEvent, encode } from '../../core/alerting/records.ts';
import type { AlertHistory } from '../../ports/alerting.ts';
import type { Catalog, Clock } from '../../ports.ts';
import type { Change, Commits } from '../commits.ts';

const HOUR = 3_600_000;
const EVENTS = 'h/';
const INDEX = 'i/';
const NOTHING = new Uint8Array(0);
/** Events of one bounded step of forgetting. */
const STEP = 5000;

export class History implements AlertHistory {
  private readonly catalog: Catalog;
  private readonly commits: Commits;
  private readonly clock: Clock;
  private readonly retentionMs: number;
  private order = 0;

  constructor(catalog: Catalog, commits: Commits, clock: Clock, retentionMs: number) {
    this.catalog = catalog;
    this.commits = commits;
    this.clock = clock;
    this.retentionMs = retentionMs;
  }

  /** To be written together with what they tell of. */
  changes(events: readonly AlertEvent[]): Change[] {
    return events.flatMap((event): Change[] => {
      const id = this.newId(event.at);
      const index = event.fingerprints.map((one): Change => [`${INDEX}${one}/${id}`, NOTHING]);
      return [[eventKey(id), encode(event)], ...index];
    });
  }

  /** Later, and lost in a crash: for what only explains. */
  note(events: readonly AlertEvent[]): void {
    if (events.length > 0) void this.commits.write(this.changes(events)).catch(() => undefined);
  }

  async list({ fingerprint, since, limit }: HistoryQuery): Promise<readonly AlertEvent[]> {
    const now = this.clock.wall();
    const from = Math.max(since ?? 0, now - this.retentionMs);
    return fingerprint === undefined
      ? this.newest(from, now, limit)
      : this.ofAlert(fingerprint, from, limit);
  }

  /** Drops what is older than retention allows: one bounded step. Answers how many events. */
  async forget(now: number): Promise<number> {
    const cutoff = now - this.retentionMs;
    const gone = new Map<string, undefined>();
    let events = 0;
    for await (const [key, bytes] of this.catalog.list(EVENTS)) {
      const id = idOf(key);
      if (timeOf(id) >= cutoff || events === STEP) break;
      events += 1;
      gone.set(key, undefined);
      for (const one of decodeEvent(bytes)?.fingerprints ?? []) {
        gone.set(`${INDEX}${one}/${id}`, undefined);
      }
    }
    if (events > 0) await this.commits.write(gone);
    return events;
  }

  private async newest(from: number, now: number, limit: number): Promise<AlertEvent[]> {
    const found: AlertEvent[] = [];
    const first = Math.floor(from / HOUR);
    for (let hour = Math.floor(now / HOUR) + 1; hour >= first && found.length < limit; hour--) {
      const events: AlertEvent[] = [];
      for await (const [, bytes] of this.catalog.list(hourPrefix(hour * HOUR))) {
        const event = decodeEvent(bytes);
        if (event !== undefined && event.at >= from) events.push(event);
      }
      found.push(...events.reverse().slice(0, limit - found.length));
    }
    return found;
  }

  private async ofAlert(fingerprint: string, from: number, limit: number): Promise<AlertEvent[]> {
    const ids: string[] = [];
    const prefix = `${INDEX}${fingerprint}/`;
    for await (const [key] of this.catalog.list(prefix)) ids.push(key.slice(prefix.length));
    const wanted = ids
      .filter((id) => timeOf(id) >= from)
      .reverse()
      .slice(0, limit);
    const stored = await Promise.all(wanted.map((id) => this.catalog.get(eventKey(id))));
    return stored.flatMap((bytes) => (bytes && decodeEvent(bytes)) ?? []);
  }

  private newId(at: number): string {
    this.order = (this.order + 1) % 1_000_000;
    return `${pad(at, 13)}-${pad(this.order, 6)}`;
  }
}

function eventKey(id: string): string {
  return `${hourPrefix(timeOf(id))}${id}`;
}

function hourPrefix(at: number): string {
  return `${EVENTS}${new Date(at).toISOString().slice(0, 13)}/`;
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function timeOf(id: string): number {
  return Number(id.slice(0, 13));
}

function pad(value: number, digits: number): string {
  return String(Math.max(0, Math.floor(value))).padStart(digits, '0');
}
