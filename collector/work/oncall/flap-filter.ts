/**
 * In front of alerting: an alert that comes and goes is handed on as firing until it stayed away for
 * a while. What is remembered is durable, so that a restart does not let a storm through.
 */
import { type Alert, isResolved } from '../../core/alerting/alert.ts';
import type { AlertEvent } from '../../core/alerting/event.ts';
import { fingerprintOf } from '../../core/alerting/identity.ts';
import { LabelSet } from '../../core/label-set.ts';
import { onCallEvent } from '../../core/oncall/events.ts';
import { damp, type FlapPolicy, type Flaps } from '../../core/oncall/flapping.ts';
import type { AlertSink } from '../../ports/alerts.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';

/** Alerts beyond are handed on as they are. */
const MOST = 200_000;
/** A held alert must not run out before its hold does. */
const MARGIN_MS = 120_000;
const SWEEP_MS = 60_000;

type FlatAlert = Omit<Alert, 'labels'> & { readonly labels: Readonly<Record<string, string>> };

interface Stored {
  readonly flaps: Flaps;
  readonly flapping: boolean;
  /** How it ended, told when the hold is over. */
  readonly held?: FlatAlert;
  readonly until?: number;
}

export interface FlapFilterDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: OnCallMemory;
  readonly policy: () => FlapPolicy | undefined;
}

export class FlapFilter implements AlertSink {
  private readonly deps: FlapFilterDeps;
  private readonly known = new Map<string, Stored>();
  private sink: AlertSink | undefined;
  private cancel: Cancel = () => {};
  private stopped = false;

  constructor(deps: FlapFilterDeps) {
    this.deps = deps;
  }

  attach(sink: AlertSink): void {
    this.sink = sink;
  }

  async restore(): Promise<void> {
    for await (const [fingerprint, stored] of this.deps.memory.list<Stored>(KEEPING.flaps)) {
      this.known.set(fingerprint, stored);
    }
  }

  start(): void {
    this.schedule(0);
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  isFlapping(fingerprint: string): boolean {
    return this.deps.policy() !== undefined && this.known.get(fingerprint)?.flapping === true;
  }

  /** Alerts that are over, and handed on as firing. */
  get held(): number {
    let held = 0;
    for (const stored of this.known.values()) if (stored.held !== undefined) held++;
    return held;
  }

  async put(alerts: readonly Alert[]): Promise<void> {
    const { sink } = this;
    if (sink === undefined) throw new Error('flap damping has nothing behind it yet');
    const policy = this.deps.policy();
    if (policy === undefined) return sink.put(alerts);
    const now = this.deps.clock.wall();
    const changes = new Map<string, Stored>();
    const events: AlertEvent[] = [];
    const passed = alerts.map((alert) => this.judge(alert, policy, now, changes, events));
    await this.remember(changes, events);
    await sink.put(passed);
    if (changes.size > 0) this.schedule(this.nextDelay(now));
  }

  private judge(
    alert: Alert,
    policy: FlapPolicy,
    now: number,
    changes: Map<string, Stored>,
    events: AlertEvent[],
  ): Alert {
    const fingerprint = fingerprintOf(alert.labels);
    const before = changes.get(fingerprint) ?? this.known.get(fingerprint);
    const firing = !isResolved(alert, now);
    // What was over when we first heard of it is no change.
    if (before === undefined && (!firing || this.known.size + changes.size >= MOST)) return alert;
    const { flaps, flapping, firing: shown, until } = damp(before?.flaps, policy, firing, now);
    if (flapping !== (before?.flapping ?? false)) {
      events.push(onCallEvent(flapping ? 'flapping' : 'steady', now, [fingerprint], {}));
    }
    const isHeld = shown && !firing;
    const same = before !== undefined && before.flaps.firing === firing;
    if (!same || flapping !== before.flapping) {
      const held = isHeld && until !== undefined ? { held: flat(alert), until } : {};
      changes.set(fingerprint, { flaps, flapping, ...held });
    }
    return isHeld && until !== undefined
      ? { ...alert, endsAt: until + MARGIN_MS, updatedAt: now }
      : alert;
  }

  private async remember(
    changes: ReadonlyMap<string, Stored>,
    events: readonly AlertEvent[],
  ): Promise<void> {
    if (changes.size === 0) return;
    const values = Array.from(changes, ([id, stored]) => [KEEPING.flaps + id, stored] as const);
    // Known before it is written: whoever comes next judges by it, and writes after it.
    for (const [id, stored] of changes) this.known.set(id, stored);
    await this.deps.memory.keep(values, events);
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    this.cancel();
    this.cancel = this.deps.clock.after(delayMs, () => {
      this.sweep()
        .catch((error: unknown) => {
          this.deps.log.error('flap damping failed', { error: String(error) });
        })
        .finally(() => this.schedule(this.nextDelay(this.deps.clock.wall())));
    });
  }

  private nextDelay(now: number): number {
    let delay = SWEEP_MS;
    for (const { until } of this.known.values()) {
      if (until !== undefined) delay = Math.min(delay, Math.max(1000, until - now));
    }
    return delay;
  }

  /** Lets go of what stayed away long enough, and forgets what has long been steady. */
  private async sweep(): Promise<void> {
    const now = this.deps.clock.wall();
    const policy = this.deps.policy();
    const due = [...this.known].filter(
      ([, { held, until = 0 }]) => held !== undefined && (policy === undefined || until <= now),
    );
    // Handed on first: if a crash comes between, it is handed on again.
    const over = due.flatMap(([, { held }]) => (held === undefined ? [] : [full(held, now)]));
    if (over.length > 0) await this.sink?.put(over);
    const unchanged = due.filter(([id, stored]) => this.known.get(id) === stored);
    const released = new Map(
      unchanged.map(([id, { flaps }]): [string, Stored] => [id, { flaps, flapping: false }]),
    );
    const events = [...released.keys()].map((id) => onCallEvent('steady', now, [id], {}));
    await this.remember(released, events);
    await this.forget(now - (policy?.window ?? 0));
  }

  private async forget(before: number): Promise<void> {
    const gone = [...this.known].filter(
      ([, { flaps, held }]) =>
        !flaps.firing && held === undefined && !flaps.changedAt.some((at) => at > before),
    );
    const writing = this.deps.memory.keep(gone.map(([id]) => [KEEPING.flaps + id, undefined]));
    for (const [id] of gone) this.known.delete(id);
    await writing;
  }
}

function flat(alert: Alert): FlatAlert {
  return { ...alert, labels: alert.labels.toObject() };
}

function full(alert: FlatAlert, now: number): Alert {
  return { ...alert, labels: LabelSet.fromObject(alert.labels), updatedAt: now };
}
