/**
 * A rollout as it goes on: devices by their table, stages by theirs, the whole by its own. Pure: time
 * and devices are arguments, and what changed is fetched by `takeChanges` to be written down before any
 * of it is told to a device.
 */
import { Book } from './book.ts';
import { type DeviceEvent, stepDevice } from './device-table.ts';
import { noEvidence, observe } from './evidence.ts';
import { Membership } from './membership.ts';
import { Pace } from './pace.ts';
import type { Package } from './plan.ts';
import type {
  DeviceRecord,
  LogLine,
  Measure,
  RolloutRecord,
  Seen,
  StageRecord,
  Want,
  World,
} from './record.ts';
import { type RolloutEvent, stepRollout } from './rollout-table.ts';
import { type StageEvent, stepStage } from './stage-table.ts';

export interface Changes {
  readonly record?: RolloutRecord;
  readonly devices: readonly (readonly [string, DeviceRecord])[];
  readonly wants: readonly Want[];
  readonly news: readonly LogLine[];
}

const LOG_LINES = 200;
/** More than a device ends within the time in which a report may come again unseen. */
const RUNS = 8;

export class Rollout {
  record: RolloutRecord;
  readonly book: Book;
  readonly membership: Membership;
  readonly pace: Pace;
  /** Of the gates' expressions, by stage and position; asked anew after a start. */
  readonly measures: (Measure | undefined)[][];
  private touched = false;
  private readonly dirty = new Set<string>();
  private readonly wants = new Map<string, Want>();
  private news: LogLine[] = [];
  private turns = 0;

  constructor(record: RolloutRecord, devices: Iterable<readonly [string, DeviceRecord]> = []) {
    this.record = record;
    const { id, plan, chosen } = record;
    this.book = new Book(plan.stages.length);
    this.membership = new Membership(id, plan, chosen);
    this.pace = new Pace(plan.limits.perMinute);
    this.measures = plan.stages.map(() => []);
    const starts: number[] = [];
    for (const [device, one] of devices) {
      this.book.set(device, one);
      if (one.startedAt > 0) starts.push(one.startedAt);
    }
    this.pace.restore(starts);
  }

  /** All that its target takes; again for devices that came later. */
  enroll(devices: Iterable<Seen>): void {
    const { book, membership } = this;
    let some = false;
    for (const device of devices) {
      if (book.stages.has(device.id) || !membership.targets(device)) continue;
      const stage = membership.stageOf(device);
      if (stage < 0) continue;
      book.enroll(device.id, stage);
      some = true;
    }
    if (some) book.sort((device) => membership.place(device));
  }

  takeChanges(): Changes {
    const devices = Array.from(
      this.dirty,
      (id) => [id, this.book.records.get(id) as DeviceRecord] as const,
    );
    const changes = { devices, wants: [...this.wants.values()], news: this.news };
    const { touched } = this;
    this.dirty.clear();
    this.wants.clear();
    this.news = [];
    this.touched = false;
    return touched ? { ...changes, record: this.record } : changes;
  }

  get changed(): boolean {
    return this.touched || this.dirty.size > 0;
  }

  /** Devices whose change is not fetched yet. */
  get pending(): number {
    return this.dirty.size;
  }

  set(more: Partial<RolloutRecord>): void {
    this.record = { ...this.record, ...more };
    this.touched = true;
  }

  say(at: number, by: string, text: string): void {
    const line = { at, by, text };
    this.news.push(line);
    this.set({ log: [...this.record.log, line].slice(-LOG_LINES) });
  }

  /** False when the table knows no such step. */
  step(event: RolloutEvent, now: number, by: string, why: string): boolean {
    const state = stepRollout(this.record.state, event);
    if (state === undefined) return false;
    this.set({ state, at: now, why });
    this.say(now, by, why === '' ? state : `${state}: ${why}`);
    return true;
  }

  stage(index: number): StageRecord {
    return this.record.stages[index] as StageRecord;
  }

  setStage(index: number, more: Partial<StageRecord>): void {
    const stages = this.record.stages.map((one, i) => (i === index ? { ...one, ...more } : one));
    this.set({ stages });
  }

  stepStage(index: number, event: StageEvent, now: number, by = '', why = ''): boolean {
    const state = stepStage(this.stage(index).state, event);
    if (state === undefined) return false;
    this.setStage(index, { state, at: now, why });
    const name = this.record.plan.stages[index]?.name ?? '';
    this.say(now, by, `stage ${name} is ${state}${why === '' ? '' : `: ${why}`}`);
    return true;
  }

  /** Whether the device is in a state that knows the event. */
  stepDevice(device: string, event: DeviceEvent, now: number, text = '', seen?: Seen): boolean {
    const { book } = this;
    const before = book.records.get(device) ?? fresh(book.stages.get(device));
    if (before === undefined) return false;
    const step = stepDevice(before.state, event);
    if (step === undefined) return false;
    let after: DeviceRecord = {
      ...withoutReason(before),
      ...{ state: step.to, at: now },
      ...(text !== '' && { text }),
      ...(step.reason !== undefined && { reason: step.reason }),
    };
    if (step.to === 'succeeded' && seen !== undefined)
      after = { ...after, reportedAt: seen.reportedAt };
    if (step.effect === 'want') after = this.begun(after, before, now, seen);
    book.set(device, after);
    this.dirty.add(device);
    if (step.effect !== undefined)
      this.wants.set(device, { device, packages: this.wanted(step.effect, after) });
    return true;
  }

  /** The report of a run was heeded. */
  heeded(device: string, run: string): void {
    const record = this.book.records.get(device);
    if (record === undefined || run === '') return;
    const runs = [...(record.runs ?? []), run].slice(-RUNS);
    this.book.set(device, { ...record, runs });
    this.dirty.add(device);
  }

  /** One of its devices has ended, for good or bad: told to the comparison with those that wait. */
  compare(device: string, bad: boolean, world: World): void {
    const { control } = this.book.records.get(device) ?? {};
    const rules = this.ruleOf(device);
    if (rules === undefined) return;
    const pair = { bad, ...(control !== undefined && this.controlOf(control, world)) };
    this.set({ evidence: observe(this.record.evidence, pair, rules) });
  }

  forgetEvidence(): void {
    this.set({ evidence: noEvidence() });
  }

  private ruleOf(device: string) {
    const stage = this.record.plan.stages[this.book.stages.get(device) ?? -1];
    return stage?.gates.control.enabled === true ? stage.gates.control : undefined;
  }

  /** What has begun itself meanwhile says nothing of those that wait. */
  private controlOf(control: string, world: World): { controlBad?: boolean } {
    if (!this.book.isWaiting(control)) return {};
    const seen = world.look(control);
    return { controlBad: seen === undefined || !seen.online || !seen.healthy };
  }

  private begun(
    after: DeviceRecord,
    before: DeviceRecord,
    now: number,
    seen: Seen | undefined,
  ): DeviceRecord {
    const first = before.startedAt === 0;
    return {
      ...after,
      startedAt: now,
      attempt: before.attempt + 1,
      before: first ? this.had(seen) : before.before,
    };
  }

  /** The device that waits which is looked at beside one that begins: both are well now. */
  pick(device: string, world: World): void {
    const control = this.book.bystander(this.turns++);
    const record = this.book.records.get(device);
    const pair = [device, control].map((id) => (id === undefined ? undefined : world.look(id)));
    const well = pair.every((seen) => seen?.online === true && seen.healthy);
    if (record === undefined || control === undefined || !well) return;
    this.book.set(device, { ...record, control });
  }

  private had(seen: Seen | undefined): Package[] {
    return this.record.plan.packages.flatMap(({ name }) => {
      const version = seen?.packages.get(name);
      return version === undefined ? [] : [{ name, version }];
    });
  }

  private wanted(
    effect: 'want' | 'want-before' | 'withdraw',
    { before }: DeviceRecord,
  ): readonly Package[] {
    const { plan, revertTo } = this.record;
    if (effect === 'want') return plan.packages;
    return effect === 'withdraw' ? [] : (revertTo ?? before);
  }

  /** What a device that goes back should have in the end. */
  way(device: string): ReadonlyMap<string, string> {
    const target = this.record.revertTo ?? this.book.records.get(device)?.before ?? [];
    return new Map(target.map(({ name, version }) => [name, version]));
  }

  /** Whether the device has what the rollout brings. */
  isUpdated({ packages }: Seen): boolean {
    return this.record.plan.packages.every(({ name, version }) => packages.get(name) === version);
  }

  isBack(device: string, { packages }: Seen): boolean {
    const way = this.way(device);
    return this.record.plan.packages.every(({ name }) => packages.get(name) === way.get(name));
  }
}

function fresh(stage: number | undefined): DeviceRecord | undefined {
  if (stage === undefined) return undefined;
  return { state: 'waiting', stage, attempt: 0, at: 0, startedAt: 0, before: [], text: '' };
}

function withoutReason(record: DeviceRecord): DeviceRecord {
  const { reason: _reason, ...rest } = record;
  return rest;
}
