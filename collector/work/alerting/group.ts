/** Alerts of one route that share the labels it groups by, and when they are told: Alertmanager's timing. */
import { isResolved } from '../../core/alerting/alert.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import type { Route } from '../../core/alerting/route.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { Cancel, Clock } from '../../ports.ts';

/** Attempts get at least this long, however short the group's interval is. */
const SHORTEST_TIME_MS = 10_000;

export interface GroupDeps {
  readonly clock: Clock;
  /** Tells all receivers, until `attempts` is aborted. True when nothing is left to tell. Must not reject. */
  tell(
    group: AlertGroup,
    alerts: readonly TrackedAlert[],
    now: number,
    attempts: AbortController,
  ): Promise<boolean>;
  /** Makes sure that alerts that ran out stay over. Must not reject. */
  settle(alerts: Iterable<TrackedAlert>, now: number): Promise<void>;
}

export class AlertGroup {
  readonly route: Route;
  readonly labels: LabelSet;
  readonly key: string;
  private readonly deps: GroupDeps;
  private readonly alerts = new Map<string, TrackedAlert>();
  private hasFlushed = false;
  private stopped = false;
  private cancel: Cancel = () => {};
  private flushing: Promise<void> | undefined;

  constructor(route: Route, labels: LabelSet, key: string, deps: GroupDeps) {
    this.route = route;
    this.labels = labels;
    this.key = key;
    this.deps = deps;
    this.schedule(route.groupWaitMs);
  }

  insert(tracked: TrackedAlert): void {
    this.alerts.set(tracked.fingerprint, tracked);
    // An alert that is older than the wait has waited long enough.
    const waited = tracked.alert.startsAt + this.route.groupWaitMs < this.deps.clock.wall();
    if (!this.hasFlushed && waited) this.schedule(0);
  }

  has(fingerprint: string): boolean {
    return this.alerts.has(fingerprint);
  }

  list(): readonly TrackedAlert[] {
    return [...this.alerts.values()];
  }

  get empty(): boolean {
    return this.alerts.size === 0;
  }

  /** No flush begins after this. */
  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  async settled(): Promise<void> {
    await this.flushing;
  }

  private schedule(delayMs: number): void {
    if (this.flushing !== undefined || this.stopped) return;
    this.cancel();
    this.cancel = this.deps.clock.after(delayMs, () => {
      this.flushing = this.run();
    });
  }

  private async run(): Promise<void> {
    const { clock } = this.deps;
    const { groupIntervalMs } = this.route;
    const began = clock.mono();
    this.hasFlushed = true;
    const timeout = new AbortController();
    const time = Math.max(groupIntervalMs, SHORTEST_TIME_MS);
    const cancel = clock.after(time, () =>
      timeout.abort(new Error('the time of the group is over')),
    );
    await this.flush(timeout);
    cancel();
    this.flushing = undefined;
    this.schedule(Math.max(0, began + groupIntervalMs - clock.mono()));
  }

  private async flush(attempts: AbortController): Promise<void> {
    if (this.empty) return;
    const now = this.deps.clock.wall();
    await this.deps.settle(this.alerts.values(), now);
    const told = this.list();
    if (!(await this.deps.tell(this, told, now, attempts))) return;
    for (const { fingerprint, alert } of told) {
      const present = this.alerts.get(fingerprint)?.alert;
      // One that was put again meanwhile has something new to tell.
      const unchanged = present?.updatedAt === alert.updatedAt;
      if (unchanged && isResolved(alert, now)) this.alerts.delete(fingerprint);
    }
  }
}
