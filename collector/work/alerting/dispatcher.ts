/** Sorts alerts into the groups of their routes. One dispatcher lives as long as its configuration. */
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import { groupKey, groupLabels, matchRoutes, type Route } from '../../core/alerting/route.ts';
import type { LabelSet } from '../../core/label-set.ts';
import type { Cancel, Clock } from '../../ports.ts';
import { AlertGroup, type GroupDeps } from './group.ts';

/** How often groups without alerts are looked for, as in Alertmanager. */
const CLEANUP_MS = 30_000;

interface Place {
  readonly id: string;
  readonly route: Route;
  readonly labels: LabelSet;
}

export class Dispatcher {
  private readonly clock: Clock;
  private readonly root: Route;
  private readonly deps: GroupDeps;
  private readonly groups = new Map<string, AlertGroup>();
  /** Where each alert goes: its labels never change. */
  private readonly places = new Map<string, readonly Place[]>();
  private readonly retiring = new AbortController();
  private cancel: Cancel;

  constructor(root: Route, deps: GroupDeps) {
    this.root = root;
    this.deps = deps;
    this.clock = deps.clock;
    this.cancel = this.clock.after(CLEANUP_MS, () => this.cleanUp());
  }

  /** Aborted when another dispatcher takes over. */
  get retired(): AbortSignal {
    return this.retiring.signal;
  }

  put(tracked: TrackedAlert): void {
    for (const place of this.placesOf(tracked)) {
      let group = this.groups.get(place.id);
      if (group === undefined) {
        const key = groupKey(place.route, place.labels);
        group = new AlertGroup(place.route, place.labels, key, this.deps);
        this.groups.set(place.id, group);
      }
      group.insert(tracked);
    }
  }

  /** The routes an alert takes. */
  routesOf(tracked: TrackedAlert): readonly Route[] {
    return this.placesOf(tracked).map(({ route }) => route);
  }

  list(): readonly AlertGroup[] {
    return [...this.groups.values()];
  }

  get size(): number {
    return this.groups.size;
  }

  /** Whether some group has not done with it. */
  holds(tracked: TrackedAlert): boolean {
    return this.placesOf(tracked).some(
      ({ id }) => this.groups.get(id)?.has(tracked.fingerprint) ?? false,
    );
  }

  /** Answers the ids of the routes that the alert took. */
  forget(fingerprint: string): readonly string[] {
    const routes = (this.places.get(fingerprint) ?? []).map(({ route }) => route.id);
    this.places.delete(fingerprint);
    return routes;
  }

  /** Flushes that have begun go on until what they try at the moment is answered. */
  retire(): void {
    this.cancel();
    for (const group of this.groups.values()) group.stop();
    this.retiring.abort(new Error('the configuration was replaced'));
  }

  async settled(): Promise<void> {
    await Promise.all(this.list().map((group) => group.settled()));
  }

  private placesOf({ fingerprint, alert }: TrackedAlert): readonly Place[] {
    const known = this.places.get(fingerprint);
    if (known !== undefined) return known;
    const made = matchRoutes(this.root, alert.labels).map((route): Place => {
      const labels = groupLabels(route, alert.labels);
      return { id: `${route.id} ${labels.key}`, route, labels };
    });
    this.places.set(fingerprint, made);
    return made;
  }

  private cleanUp(): void {
    for (const [id, group] of this.groups) {
      if (!group.empty) continue;
      group.stop();
      this.groups.delete(id);
    }
    this.cancel = this.clock.after(CLEANUP_MS, () => this.cleanUp());
  }
}
