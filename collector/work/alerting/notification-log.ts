/**
 * What each channel was told last about each group, and the outbox: what it is about to be told.
 * A notification is in the outbox, with its key, before the first attempt, and leaves it in the same
 * write that says it was told. What is there after a crash may or may not have arrived.
 */
import type { LogEntry } from '../../core/alerting/dedup.ts';
import type { AlertEvent } from '../../core/alerting/event.ts';
import {
  decodeEntry,
  decodeIntent,
  decodeNumber,
  encode,
  encodeIntent,
  type Intent,
} from '../../core/alerting/records.ts';
import type { Catalog } from '../../ports.ts';
import type { Change, Commits } from '../commits.ts';
import type { History } from './history.ts';

const LOG = 'n/';
const OUTBOX = 'o/';
const NUMBER = 'c/notifications';

type Place = Pick<LogEntry, 'receiver' | 'integration' | 'groupKey'>;

export class NotificationLog {
  private readonly commits: Commits;
  private readonly history: History;
  private readonly entries = new Map<string, LogEntry>();
  private readonly outbox = new Map<string, Intent>();
  /** Told, but the disk refused to note it. */
  private readonly unsaved = new Map<string, Change>();
  private number = 0;

  constructor(commits: Commits, history: History) {
    this.commits = commits;
    this.history = history;
  }

  async restore(catalog: Catalog): Promise<void> {
    this.number = decodeNumber(await catalog.get(NUMBER));
    for await (const [key, bytes] of catalog.list(LOG)) {
      const entry = decodeEntry(bytes);
      if (entry !== undefined) this.entries.set(key.slice(LOG.length), entry);
    }
    for await (const [key, bytes] of catalog.list(OUTBOX)) {
      const intent = decodeIntent(bytes);
      if (intent === undefined) continue;
      this.outbox.set(key.slice(OUTBOX.length), intent);
      this.number = Math.max(this.number, intent.number);
    }
  }

  static keyOf({ receiver, integration, groupKey }: Place): string {
    return `${receiver}\u0000${integration}\u0000${groupKey}`;
  }

  entry(key: string): LogEntry | undefined {
    return this.entries.get(key);
  }

  pending(key: string): Intent | undefined {
    return this.outbox.get(key);
  }

  /** Those that a crash left open, with their keys. */
  open(): readonly (readonly [key: string, intent: Intent])[] {
    return [...this.outbox].filter(([, { failed }]) => !failed);
  }

  nextNumber(): number {
    this.number += 1;
    return this.number;
  }

  /** Durable from here on: a crash will send it again, with the same key. */
  async intend(key: string, intent: Intent): Promise<void> {
    await this.commits.write([
      [OUTBOX + key, encodeIntent(intent)],
      [NUMBER, encode(this.number)],
    ]);
    this.outbox.set(key, intent);
  }

  /** All attempts failed. */
  async fail(key: string, intent: Intent, event: AlertEvent): Promise<void> {
    const failed = { ...intent, failed: true };
    this.outbox.set(key, failed);
    await this.keep([[OUTBOX + key, encodeIntent(failed)], ...this.history.changes([event])]);
  }

  /** Told, or nothing to tell: the channel knows this state. */
  async record(key: string, entry: LogEntry, events: readonly AlertEvent[]): Promise<void> {
    this.entries.set(key, entry);
    const hadIntent = this.outbox.delete(key);
    const clearing: Change[] = hadIntent ? [[OUTBOX + key, undefined]] : [];
    await this.keep([[LOG + key, encode(entry)], ...clearing, ...this.history.changes(events)]);
  }

  /** Given up for good. */
  async abandon(key: string, event: AlertEvent): Promise<void> {
    this.outbox.delete(key);
    await this.keep([[OUTBOX + key, undefined], ...this.history.changes([event])]);
  }

  /** Writes again what the disk refused. */
  async save(): Promise<void> {
    if (this.unsaved.size === 0) return;
    const changes = [...this.unsaved.values()];
    await this.commits.write(changes);
    for (const change of changes) {
      if (this.unsaved.get(change[0]) === change) this.unsaved.delete(change[0]);
    }
  }

  /** Forgets what was told before `before` and is not about anything firing that is still known. */
  async forget(before: number, known: (fingerprint: string) => boolean): Promise<void> {
    await this.dropFailed(before);
    const gone = [...this.entries].filter(
      ([key, { at, firing }]) => at < before && !this.outbox.has(key) && !firing.some(known),
    );
    if (gone.length === 0) return;
    await this.commits.write(gone.map(([key]): Change => [LOG + key, undefined]));
    for (const [key, entry] of gone) if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  /** What failed long ago, and that nothing decided anew since. */
  private async dropFailed(before: number): Promise<void> {
    const gone = [...this.outbox].filter(([, one]) => one.failed && one.decidedAt < before);
    if (gone.length === 0) return;
    await this.commits.write(gone.map(([key]): Change => [OUTBOX + key, undefined]));
    for (const [key, intent] of gone) if (this.outbox.get(key) === intent) this.outbox.delete(key);
  }

  /** The receiver has its answer already: a disk that refuses must not make it hear again. */
  private async keep(changes: readonly Change[]): Promise<void> {
    try {
      await this.commits.write(changes);
      for (const [key] of changes) this.unsaved.delete(key);
    } catch {
      for (const change of changes) this.unsaved.set(change[0], change);
    }
  }
}
