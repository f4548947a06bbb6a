/** What holds each alert back at present, for those who look, and for the history when it changes. */
import type { AlertEvent, EventKind } from '../../core/alerting/event.ts';
import type { TrackedAlert } from '../../core/alerting/identity.ts';
import type { FlushContext, Stage } from './stages.ts';

interface Held {
  readonly stage: Stage['name'];
  readonly by: readonly string[];
}

const KINDS: Readonly<Partial<Record<Stage['name'], EventKind>>> = {
  silence: 'silenced',
  inhibit: 'inhibited',
};

export class Holds {
  /** By route and fingerprint: routes with time intervals hold what others let through. */
  private readonly held = new Map<string, Held>();

  get(routeId: string, fingerprint: string): Held | undefined {
    return this.held.get(keyOf(routeId, fingerprint));
  }

  /** Runs the stages, and answers what passed and what is new to tell. */
  run(
    stages: readonly Stage[],
    context: FlushContext,
    alerts: readonly TrackedAlert[],
  ): { readonly passed: readonly TrackedAlert[]; readonly events: readonly AlertEvent[] } {
    const now = new Map<string, Held>();
    let passed = alerts;
    for (const stage of stages) {
      passed = stage.run(context, passed, (alert, by) => {
        now.set(alert.fingerprint, { stage: stage.name, by });
      });
      if (passed.length === 0) break;
    }
    const events = alerts.flatMap(({ fingerprint }) =>
      this.note(context, fingerprint, now.get(fingerprint)),
    );
    return { passed, events };
  }

  forget(routeIds: Iterable<string>, fingerprint: string): void {
    for (const routeId of routeIds) this.held.delete(keyOf(routeId, fingerprint));
  }

  clear(): void {
    this.held.clear();
  }

  private note(
    { route, now }: FlushContext,
    fingerprint: string,
    next: Held | undefined,
  ): AlertEvent[] {
    const key = keyOf(route.id, fingerprint);
    const before = this.held.get(key);
    if (next === undefined) this.held.delete(key);
    else this.held.set(key, next);
    if (before?.stage === next?.stage && same(before?.by, next?.by)) return [];
    const kind = next === undefined ? 'unmuted' : (KINDS[next.stage] ?? 'muted');
    const data = {
      route: route.key,
      ...(next && { stage: next.stage, by: next.by.join(' ') }),
    };
    return [{ at: now, kind, fingerprints: [fingerprint], data }];
  }
}

function keyOf(routeId: string, fingerprint: string): string {
  return `${routeId} ${fingerprint}`;
}

function same(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
