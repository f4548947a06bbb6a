/** Maintenance of devices: durable, and forgotten a while after its end. */
import type { LabelSet } from '../../core/label-set.ts';
import { onCallEvent } from '../../core/oncall/events.ts';
import {
  type DeviceLabels,
  type Maintenance,
  maintenanceOf,
  type Scope,
} from '../../core/oncall/maintenance.ts';
import { type MaintenanceDraft, OnCallError } from '../../ports/oncall.ts';
import type { Clock } from '../../ports.ts';
import { KEEPING, type OnCallMemory } from './memory.ts';

const LONGEST_MS = 366 * 86_400_000;
/** Shown for so long after its end. */
const KEPT_MS = 86_400_000;
const MOST = 10_000;

export interface MaintenancesDeps {
  readonly clock: Clock;
  readonly memory: OnCallMemory;
  readonly newId: () => string;
  readonly labelsOf: DeviceLabels;
}

export class Maintenances {
  private readonly deps: MaintenancesDeps;
  private readonly known = new Map<string, Maintenance>();
  /** Whether any is on is asked for every alert; most of the time there is none. */
  private list: readonly Maintenance[] = [];

  constructor(deps: MaintenancesDeps) {
    this.deps = deps;
  }

  async restore(): Promise<void> {
    for await (const [id, one] of this.deps.memory.list<Maintenance>(KEEPING.maintenances)) {
      this.known.set(id, one);
    }
    this.list = [...this.known.values()];
  }

  all(): readonly Maintenance[] {
    return [...this.list].sort((a, b) => a.endsAt - b.endsAt);
  }

  of(labels: LabelSet, now: number): Maintenance | undefined {
    if (this.list.length === 0) return undefined;
    return maintenanceOf(labels, this.list, this.deps.labelsOf, now);
  }

  async begin(draft: MaintenanceDraft): Promise<Maintenance> {
    const { clock, newId } = this.deps;
    const now = clock.wall();
    const startsAt = draft.startsAt ?? now;
    const { endsAt, by, comment, scope } = draft;
    if (endsAt <= now || endsAt <= startsAt) {
      throw new OnCallError('invalid', 'a maintenance must end after its beginning and after now');
    }
    if (endsAt - startsAt > LONGEST_MS) {
      throw new OnCallError('invalid', 'a maintenance lasts a year at most');
    }
    if (this.list.length >= MOST) {
      throw new OnCallError('invalid', `there are ${MOST} maintenances already: end some first`);
    }
    const made: Maintenance = { id: newId(), scope, startsAt, endsAt, by, comment };
    await this.keep(made, 'maintenance-began', { by, comment, startsAt, endsAt });
    this.change(made.id, made);
    return made;
  }

  async end(id: string, by: string): Promise<void> {
    const found = this.known.get(id);
    if (found === undefined) throw new OnCallError('unknown', `no maintenance has the id ${id}`);
    const now = this.deps.clock.wall();
    if (found.endsAt <= now) return;
    const ended = { ...found, startsAt: Math.min(found.startsAt, now), endsAt: now };
    await this.keep(ended, 'maintenance-ended', { by });
    this.change(id, ended);
  }

  /** Forgets those that are long over. */
  async sweep(): Promise<void> {
    const before = this.deps.clock.wall() - KEPT_MS;
    const gone = this.list.filter(({ endsAt }) => endsAt < before);
    await this.deps.memory.keep(gone.map(({ id }) => [KEEPING.maintenances + id, undefined]));
    for (const { id } of gone) this.change(id, undefined);
  }

  private keep(
    one: Maintenance,
    kind: 'maintenance-began' | 'maintenance-ended',
    data: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    const facts = { id: one.id, scope: scopeText(one.scope), ...data };
    const event = onCallEvent(kind, this.deps.clock.wall(), [], facts);
    return this.deps.memory.keep([[KEEPING.maintenances + one.id, one]], [event]);
  }

  private change(id: string, one: Maintenance | undefined): void {
    if (one === undefined) this.known.delete(id);
    else this.known.set(id, one);
    this.list = [...this.known.values()];
  }
}

function scopeText(scope: Scope): string {
  if (scope.kind === 'device') return scope.device;
  if (scope.kind === 'site') return `site=${scope.site}`;
  return Object.entries(scope.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
