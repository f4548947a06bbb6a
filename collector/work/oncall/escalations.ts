/**
 * Ladders at work: every group of alerts that matches a route climbs, and who is to be told is
 * durable before anybody is. Telling goes by the same outbox as every notification.
 */
import { isResolved } from '../../core/alerting/alert.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { matchesAll } from '../../core/alerting/matcher.ts';
import { groupKey, groupLabels, matchRoutes, type Route } from '../../core/alerting/route.ts';
import type { LabelSet } from '../../core/label-set.ts';
import { onCallEvent } from '../../core/oncall/events.ts';
import {
  type Ascent,
  answered,
  ascentId,
  type Call,
  newAscent,
  type Risen,
  rise,
} from '../../core/oncall/ladder.ts';
import type { Ladder, Policies } from '../../core/oncall/policies.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import { Caller } from './caller.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';

/** How often what changes silently (silences, time intervals, inhibition) is looked at. */
const LOOK_MS = 15_000;
/** A storm of changes is looked at together. */
const SOON_MS = 250;

/** The alerts and stages as alerting has them. */
export interface Ground {
  readonly route: () => Route;
  all(): Iterable<TrackedAlert>;
  get(fingerprint: string): TrackedAlert | undefined;
  /** Those that nothing holds back. */
  passing(route: Route, alerts: readonly TrackedAlert[], now: number): readonly TrackedAlert[];
  /** True when every channel of the receiver knows. */
  tell(route: Route, call: Call, ascent: Ascent, alerts: readonly TrackedAlert[]): Promise<boolean>;
}

export interface EscalationsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: OnCallMemory;
  readonly policies: () => Policies;
  readonly isAcknowledged: (tracked: TrackedAlert, now: number) => boolean;
}

interface Group {
  readonly ascent: Ascent;
  readonly route: Route;
  readonly alerts: TrackedAlert[];
}

interface Climbed extends Risen {
  readonly id: string;
  readonly open: readonly string[];
  readonly before: Ascent;
}

export class Escalations {
  private readonly deps: EscalationsDeps;
  private readonly ascents = new Map<string, Ascent>();
  private readonly caller: Caller;
  private ground: Ground | undefined;
  private cancel: Cancel = () => {};
  private dueAt = Number.POSITIVE_INFINITY;
  private working: Promise<void> | undefined;
  private stopped = true;

  constructor(deps: EscalationsDeps) {
    this.deps = deps;
    this.caller = new Caller({
      clock: deps.clock,
      tell: (ascent, call) => this.tell(ascent, call),
      answered: (ascent, call) => this.settle(ascent, call),
    });
  }

  async restore(): Promise<void> {
    for await (const [id, ascent] of this.deps.memory.list<Ascent>(KEEPING.ascents)) {
      this.ascents.set(id, ascent);
    }
  }

  attach(ground: Ground): void {
    this.ground = ground;
  }

  start(): void {
    this.stopped = false;
    this.lookIn(SOON_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.working;
    await this.caller.settled();
  }

  /** Something changed: alerts, acknowledgements, maintenance, policies. */
  touch(): void {
    if (!this.stopped) this.lookIn(SOON_MS);
  }

  list(): readonly Ascent[] {
    return [...this.ascents.values()];
  }

  ladderOf(labels: LabelSet): Ladder | undefined {
    const { routes, ladders } = this.deps.policies();
    const route = routes.find(({ matchers }) => matchesAll(matchers, labels));
    return route && ladders.get(route.escalation);
  }

  /** The group of an alert is that of the first route it takes: it climbs once. */
  placeOf(labels: LabelSet): { readonly route: Route; readonly key: string } | undefined {
    const route = this.ground && matchRoutes(this.ground.route(), labels)[0];
    return route && { route, key: groupKey(route, groupLabels(route, labels)) };
  }

  ascentOf(labels: LabelSet): Ascent | undefined {
    const ladder = this.ladderOf(labels);
    const place = this.placeOf(labels);
    if (ladder === undefined || place === undefined) return undefined;
    return this.ascents.get(ascentId({ escalation: ladder.name, groupKey: place.key }));
  }

  private lookIn(delayMs: number): void {
    const at = this.deps.clock.mono() + delayMs;
    if (at >= this.dueAt) return;
    this.cancel();
    this.dueAt = at;
    this.cancel = this.deps.clock.after(delayMs, () => {
      this.dueAt = Number.POSITIVE_INFINITY;
      this.working = (this.working ?? Promise.resolve()).then(() => this.look());
    });
  }

  private async look(): Promise<void> {
    try {
      await this.climb();
    } catch (error) {
      // What could not be written was not told either: the next look begins where this one did.
      this.deps.log.error('escalation failed', { error: String(error) });
    }
    if (!this.stopped) this.lookIn(this.nextDelay());
  }

  private nextDelay(): number {
    const now = this.deps.clock.wall();
    let delay = LOOK_MS;
    for (const { climb } of this.ascents.values()) {
      if (climb !== undefined) delay = Math.min(delay, Math.max(SOON_MS, climb.dueAt - now));
    }
    return delay;
  }

  private async climb(): Promise<void> {
    const now = this.deps.clock.wall();
    const { ladders } = this.deps.policies();
    const risen: Climbed[] = [];
    for (const [id, { ascent, route, alerts }] of this.groups(now)) {
      const group = { open: this.open(route, alerts, now), isFiring: this.isFiring(now) };
      const after = rise(ascent, ladders.get(ascent.escalation), group, now);
      if (JSON.stringify(after.ascent) !== JSON.stringify(this.ascents.get(id))) {
        risen.push({ id, open: group.open, before: ascent, ...after });
      }
    }
    if (risen.length > 0) await this.keep(risen, now);
    this.caller.call(this.ascents);
  }

  private async keep(risen: readonly Climbed[], now: number): Promise<void> {
    const events = risen.flatMap(({ before, open, rungs }) =>
      rungs.map(({ round, step, receivers }) => {
        const { escalation, groupKey: key } = before;
        const data = { escalation, groupKey: key, round, step, receivers: receivers.join(', ') };
        return onCallEvent('escalated', now, open, data);
      }),
    );
    const values = risen.map(({ id, ascent }) => [KEEPING.ascents + id, ascent] as const);
    await this.deps.memory.keep(values, events);
    for (const { id, ascent } of risen) this.set(id, ascent);
  }

  /** Every group that fires and matches, and those that were on a ladder. */
  private groups(now: number): ReadonlyMap<string, Group> {
    const { ground } = this;
    const groups = new Map<string, Group>();
    if (ground === undefined) return groups;
    for (const [id, ascent] of this.ascents) {
      groups.set(id, { ascent, route: ground.route(), alerts: [] });
    }
    if (this.deps.policies().routes.length === 0) return groups;
    for (const tracked of ground.all()) {
      const { alert } = tracked;
      if (isResolved(alert, now)) continue;
      const ladder = this.ladderOf(alert.labels);
      const place = this.placeOf(alert.labels);
      if (ladder === undefined || place === undefined) continue;
      const id = ascentId({ escalation: ladder.name, groupKey: place.key });
      const known = groups.get(id);
      if (known !== undefined && known.alerts.length > 0) {
        known.alerts.push(tracked);
        continue;
      }
      const labels = groupLabels(place.route, alert.labels).toObject();
      const ascent = known?.ascent ?? newAscent(ladder.name, place.key, labels);
      groups.set(id, { ascent, route: place.route, alerts: [tracked] });
    }
    return groups;
  }

  private open(route: Route, alerts: readonly TrackedAlert[], now: number): readonly string[] {
    if (alerts.length === 0) return [];
    const passed = this.ground?.passing(route, alerts, now) ?? [];
    return passed
      .filter((tracked) => !this.deps.isAcknowledged(tracked, now))
      .map(({ fingerprint }) => fingerprint)
      .sort();
  }

  private isFiring(now: number): (fingerprint: string) => boolean {
    return (fingerprint) => {
      const alert = this.ground?.get(fingerprint)?.alert;
      return alert !== undefined && !isResolved(alert, now);
    };
  }

  private async tell(ascent: Ascent, call: Call): Promise<boolean> {
    const { ground } = this;
    if (ground === undefined) return false;
    const now = this.deps.clock.wall();
    const firing = this.isFiring(now);
    const alerts = call.fingerprints.flatMap((one) => {
      const tracked = ground.get(one);
      return tracked !== undefined && firing(one) !== call.over ? [tracked] : [];
    });
    const [first] = alerts;
    if (first === undefined) return true;
    const route = this.placeOf(first.alert.labels)?.route ?? ground.route();
    // Whoever was told that it fires hears of its end, unless somebody silenced it.
    const passed = call.over ? ground.passing(route, alerts, now) : alerts;
    return passed.length === 0 ? true : ground.tell(route, call, ascent, passed);
  }

  private async settle(id: string, call: Call): Promise<void> {
    const ascent = this.ascents.get(id);
    if (ascent === undefined) return;
    // Taken out first: who looks meanwhile must not bring it back. A crash tells it again, and the
    // outbox knows that it was told.
    const left = answered(ascent, call);
    this.set(id, left);
    await this.deps.memory.keep([[KEEPING.ascents + id, left]]).catch(() => undefined);
  }

  private set(id: string, ascent: Ascent | undefined): void {
    if (ascent === undefined) this.ascents.delete(id);
    else this.ascents.set(id, ascent);
  }
}
