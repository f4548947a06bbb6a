/**
 * All alerts, in memory and on disk. What rules say every minute again is compared with what is
 * known, and only what a crash must not undo is written: a firing alert that keeps firing is not.
 */
import { type Alert, isResolved } from '../../core/alerting/alert.ts';
import type { AlertEvent } from '../../core/alerting/event.ts';
import { fingerprintOf, type TrackedAlert } from '../../core/alerting/identity.ts';
import {
  differsDurably,
  isSettled,
  mergeAlerts,
  renewed,
  sameAnnotations,
} from '../../core/alerting/merge.ts';
import { decodeAlert, encodeAlert } from '../../core/alerting/records.ts';
import { labelsText } from '../../core/alerting/route.ts';
import type { AlertSink } from '../../ports/alerts.ts';
import type { Catalog, Clock } from '../../ports.ts';
import type { Change, Commits } from '../commits.ts';
import type { History } from './history.ts';

const PREFIX = 'a/';

interface Waiting {
  readonly alerts: readonly Alert[];
  readonly settle: (error?: Error) => void;
}

export interface AlertStoreDeps {
  readonly clock: Clock;
  readonly commits: Commits;
  readonly history: History;
}

export class AlertStore implements AlertSink {
  private readonly deps: AlertStoreDeps;
  private readonly known = new Map<string, TrackedAlert>();
  /** Changed in ways that a crash may undo. */
  private readonly unsaved = new Set<string>();
  private readonly listeners: ((changed: readonly TrackedAlert[]) => void)[] = [];
  private waiting: Waiting[] = [];
  private running = false;

  constructor(deps: AlertStoreDeps) {
    this.deps = deps;
  }

  /** Called with each change once it is durable. Must not throw. */
  onChange(listener: (changed: readonly TrackedAlert[]) => void): void {
    this.listeners.push(listener);
  }

  async restore(catalog: Catalog): Promise<void> {
    const now = this.deps.clock.wall();
    for await (const [, bytes] of catalog.list(PREFIX)) {
      const stored = decodeAlert(bytes);
      if (stored === undefined) continue;
      const fingerprint = fingerprintOf(stored.labels);
      this.known.set(fingerprint, { fingerprint, alert: renewed(stored, now) });
    }
  }

  get size(): number {
    return this.known.size;
  }

  all(): IterableIterator<TrackedAlert> {
    return this.known.values();
  }

  get(fingerprint: string): TrackedAlert | undefined {
    return this.known.get(fingerprint);
  }

  put(alerts: readonly Alert[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => (error === undefined ? resolve() : reject(error));
      this.waiting.push({ alerts, settle });
      if (!this.running) void this.drain();
    });
  }

  /** Alerts that nobody renewed are over from now on, whatever happens to this process. */
  async settle(alerts: Iterable<TrackedAlert>, now: number): Promise<void> {
    const over: Alert[] = [];
    for (const { alert } of alerts) {
      if (isResolved(alert, now) && !isSettled(alert)) over.push({ ...alert, updatedAt: now });
    }
    if (over.length > 0) await this.put(over);
  }

  /** Writes what only a crash would have undone. */
  async save(): Promise<void> {
    const changes = [...this.unsaved].flatMap((id): Change[] => {
      const found = this.known.get(id);
      return found === undefined ? [] : [[PREFIX + id, encodeAlert(found.alert)]];
    });
    this.unsaved.clear();
    if (changes.length > 0) await this.deps.commits.write(changes);
  }

  /** Forgets alerts that were over before `before` and that nobody holds. */
  async forget(before: number, held: (fingerprint: string) => boolean): Promise<readonly string[]> {
    const gone = [...this.known.values()]
      .filter(({ alert, fingerprint }) => alert.endsAt < before && !held(fingerprint))
      .map(({ fingerprint }) => fingerprint);
    if (gone.length === 0) return gone;
    await this.deps.commits.write(gone.map((id): Change => [PREFIX + id, undefined]));
    // One that fired again meanwhile is written after this, and known still.
    const left = gone.filter((id) => (this.known.get(id)?.alert.endsAt ?? 0) < before);
    for (const id of left) this.known.delete(id);
    return left;
  }

  private async drain(): Promise<void> {
    this.running = true;
    // Whoever else speaks in this turn is part of the same write.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        await this.take(group.flatMap(({ alerts }) => alerts));
        for (const { settle } of group) settle();
      } catch (error) {
        const reason = error instanceof Error ? error : new Error(String(error));
        for (const { settle } of group) settle(reason);
      }
    }
    this.running = false;
  }

  private async take(alerts: readonly Alert[]): Promise<void> {
    const changed = new Map<string, TrackedAlert>();
    for (const alert of alerts) {
      const fingerprint = fingerprintOf(alert.labels);
      const before = changed.get(fingerprint) ?? this.known.get(fingerprint);
      changed.set(fingerprint, { fingerprint, alert: mergeAlerts(before?.alert, alert) });
    }
    const { changes, events } = this.durablePart(changed.values());
    if (changes.length > 0) {
      await this.deps.commits.write([...changes, ...this.deps.history.changes(events)]);
    }
    for (const [fingerprint, tracked] of changed) this.known.set(fingerprint, tracked);
    const list = [...changed.values()];
    for (const listener of this.listeners) listener(list);
  }

  private durablePart(changed: Iterable<TrackedAlert>) {
    const now = this.deps.clock.wall();
    const changes: Change[] = [];
    const events: AlertEvent[] = [];
    for (const { fingerprint, alert } of changed) {
      const before = this.known.get(fingerprint)?.alert;
      if (differsDurably(before, alert)) {
        changes.push([PREFIX + fingerprint, encodeAlert(alert)]);
        this.unsaved.delete(fingerprint);
        const event = eventOf(before, alert, now);
        if (event !== undefined) events.push({ ...event, fingerprints: [fingerprint] });
      } else if (before !== undefined && !sameAnnotations(before, alert)) {
        this.unsaved.add(fingerprint);
      }
    }
    return { changes, events };
  }
}

function eventOf(
  before: Alert | undefined,
  alert: Alert,
  now: number,
): Omit<AlertEvent, 'fingerprints'> | undefined {
  const fired = before !== undefined && !isSettled(before);
  const data = { labels: labelsText(alert.labels) };
  if (!isSettled(alert)) {
    const again = before === undefined || !fired || before.startsAt !== alert.startsAt;
    return again ? { at: now, kind: 'fired', data } : undefined;
  }
  // Of one that was over before we heard of it, nothing can be said.
  if (!fired) return undefined;
  return { at: now, kind: before.endsAt === alert.endsAt ? 'expired' : 'resolved', data };
}
