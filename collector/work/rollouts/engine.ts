/**
 * Drives rollouts: each second it looks what time and devices have made of them. All of it is durable
 * before a device is told, and a start goes on from what is durable.
 */
import type { Report } from '../../../protocol/messages/report.ts';
import type { Device } from '../../core/device.ts';
import { act, type Order } from '../../core/rollouts/actions.ts';
import { heard, told, wordOf } from '../../core/rollouts/attempts.ts';
import { type Beginning, newRollout } from '../../core/rollouts/begin.ts';
import type { Package, Plan } from '../../core/rollouts/plan.ts';
import { advance } from '../../core/rollouts/progress.ts';
import type { LogLine, RolloutRecord, Seen, World } from '../../core/rollouts/record.ts';
import { Rollout } from '../../core/rollouts/rollout.ts';
import type {
  ReleaseCheck,
  RolloutDevices,
  RolloutSummary,
  Wanting,
} from '../../ports/rollouts.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import type { FleetMemory } from '../fleet/memory.ts';
import { fitOfAll } from './fitting.ts';
import { type KeptDevice, keptDevices } from './kept.ts';
import { KEYS, rolloutKey } from './keys.ts';
import { pruneRollouts } from './prune.ts';
import { byRank, isFree } from './rivals.ts';
import { Sight } from './sight.ts';
import { summaryOf } from './summary.ts';
import { Wants } from './wants.ts';
import { Writing } from './writing.ts';

export interface EngineDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: FleetMemory;
  readonly devices: RolloutDevices;
  readonly isUp: (device: Device) => boolean | undefined;
  /** Whether something is wanted of it that it has not seen. */
  readonly isBehind?: (device: string) => boolean;
  readonly wanting: Wanting;
  readonly breathe: () => Promise<void>;
  readonly newId: () => string;
  readonly happened: (rollout: string, line: LogLine) => void;
  /** Without it, every release has a file for every device. */
  readonly releases?: Pick<ReleaseCheck, 'fit'>;
  /** How long rollouts that are over are kept. */
  readonly retentionMs?: number;
}

type InstallReport = Pick<Report, 'subject' | 'name' | 'state' | 'startedAt' | 'text'>;

const TICK_MS = 1_000;
const PRUNE_MS = 3_600_000;
const RETENTION_MS = 730 * 86_400_000;
/** Devices that are new, or whose hindrance went away unseen, are found after this. */
const RESCAN_MS = 60_000;

export class RolloutEngine {
  /** Those that go on. */
  readonly open = new Map<string, Rollout>();
  /** Those that have ended. */
  readonly over = new Map<string, RolloutSummary>();
  readonly wants = new Wants();
  readonly sight: Sight;
  private readonly deps: EngineDeps;
  private readonly writing: Writing;
  private readonly worlds = new Map<string, World>();
  private cancel: Cancel = () => {};
  private ticking: Promise<void> = Promise.resolve();
  private rescannedAt = 0;
  private prunedAt = 0;
  private stopped = false;

  constructor(deps: EngineDeps) {
    this.deps = deps;
    this.sight = new Sight(deps.devices, deps.isUp);
    const { log, memory, wanting, happened } = deps;
    this.writing = new Writing({
      ...{ log, memory, wanting, happened, wants: this.wants },
      rollouts: () => this.open.values(),
      written: () => this.close(),
    });
  }

  async restore(): Promise<void> {
    await this.wants.restore(this.deps.memory);
    for await (const [id, record] of this.deps.memory.list<RolloutRecord>(KEYS.rollouts)) {
      if (record.endedAt > 0) this.over.set(id, summaryOf(record));
      else this.open.set(id, new Rollout(record));
    }
    for (const [id, { record }] of this.open) await this.load(id, record);
  }

  /** What a crash kept from being told is told now; the same again changes nothing. */
  start(): void {
    this.wants.tell(this.deps.wanting);
    this.rescan();
    this.next();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.ticking;
    await this.writing.flush().catch(() => undefined);
  }

  /** Why nothing goes on: the disk refuses it. Empty otherwise. */
  get refusal(): string {
    return this.writing.refusal;
  }

  /** Resolves when all that devices told so far is durable. */
  settled(): Promise<void> {
    return this.writing.flush();
  }

  async create(plan: Plan, by: string, comment: string): Promise<Rollout> {
    const now = Math.round(this.deps.clock.wall());
    const id = this.deps.newId();
    const devices = [...this.sight.all()];
    const rollout = new Rollout(this.draft({ id, plan, by, comment, now }, devices));
    // Written before it is among those that act.
    await this.deps.memory.keep([[rolloutKey(id), rollout.record]]);
    rollout.enroll(devices);
    this.open.set(id, rollout);
    for (const line of rollout.record.log) this.deps.happened(id, line);
    this.wakeAll();
    return rollout;
  }

  /** As it would begin now; devices that no release fits are not counted among canaries. */
  draft(beginning: Beginning, devices: readonly Seen[]): RolloutRecord {
    const { packages } = beginning.plan;
    const fitting = devices.filter(
      (one) => fitOfAll(this.deps.releases, packages, one) !== 'wrong-architecture',
    );
    return newRollout(beginning, fitting);
  }

  /** The device is gone: whoever has it lets it go, and nothing is wanted of it any more. */
  async forget(device: string): Promise<void> {
    const now = Math.round(this.deps.clock.wall());
    for (const rollout of this.open.values()) {
      if (!rollout.stepDevice(device, 'forget', now)) rollout.book.drop(device);
    }
    await this.writing.flush();
    await this.wants.forget(device, this.deps.memory);
  }

  /** What devices had before and may go back to. */
  *before(): Generator<Package> {
    for (const { book } of this.open.values()) yield* book.before();
    for (const { before } of this.over.values()) yield* before;
  }

  /** Empty when it was done, and is durable. */
  async act(id: string, order: Order): Promise<string> {
    const rollout = this.open.get(id) ?? (await this.reopen(id, order));
    if (rollout === undefined) return `${order.action}: the rollout has ended`;
    const refused = act(rollout, order, Math.round(this.deps.clock.wall()));
    await this.writing.flush();
    if (refused === '') this.wakeAll();
    return refused;
  }

  /** A device said something, or is there again. */
  heard(id: string): void {
    const rollouts = [...this.open.values()].filter(({ book }) => book.stages.has(id));
    const seen = rollouts.length === 0 ? undefined : this.sight.look(id);
    if (seen === undefined) return;
    const now = Math.round(this.deps.clock.wall());
    for (const rollout of rollouts) heard(rollout, seen, now, this.worldOf(rollout));
  }

  /** How an attempt of a device went; what is no word about an installation is not heeded. */
  report(device: string, { subject, name, state, startedAt, text }: InstallReport, run = ''): void {
    if (subject !== 'install') return;
    const word = wordOf(state);
    if (word === undefined) return;
    const now = Math.round(this.deps.clock.wall());
    for (const rollout of this.open.values()) {
      const { packages } = rollout.record.plan;
      if (!packages.some((one) => one.name === name)) continue;
      const record = rollout.book.records.get(device);
      if (record === undefined || record.runs?.includes(run) === true) continue;
      // An attempt before this one, whose report was long on its way.
      const since = record.state === 'reverting' ? record.at : record.startedAt;
      if (startedAt > 0 && startedAt < since - SKEW_MS) continue;
      told(rollout, { device, word, text, now }, this.worldOf(rollout));
      // Of the same run more may be told before it has failed.
      if (word === 'failed') rollout.heeded(device, run);
    }
  }

  /** Of a rollout that has ended: as it was kept. */
  async record(id: string): Promise<RolloutRecord | undefined> {
    return this.open.get(id)?.record ?? (await this.deps.memory.get<RolloutRecord>(rolloutKey(id)));
  }

  records(id: string, device?: string): Promise<readonly KeptDevice[]> {
    return keptDevices(this.deps.memory, id, device);
  }

  worldOf(rollout: Rollout): World {
    const { id } = rollout.record;
    const known = this.worlds.get(id);
    if (known !== undefined) return known;
    const names = rollout.record.plan.packages.map(({ name }) => name);
    const world: World = {
      look: (device) => this.sight.look(device),
      fit: (seen) => fitOfAll(this.deps.releases, rollout.record.plan.packages, seen),
      isFree: (device) => isFree(rollout, device, this.open.values(), this.sight),
      heeds: (device) => this.deps.isBehind?.(device) !== true,
      holds: (device) => names.every((name) => this.wants.owner(device, name) === id),
    };
    this.worlds.set(id, world);
    return world;
  }

  private async load(id: string, record: RolloutRecord): Promise<Rollout> {
    const rollout = new Rollout(record, await this.records(id));
    this.worlds.delete(id);
    this.open.set(id, rollout);
    return rollout;
  }

  /** One that has ended can still be taken back. */
  private async reopen(id: string, { action }: Order): Promise<Rollout | undefined> {
    if (action !== 'rollback' || !this.over.has(id)) return undefined;
    const record = await this.deps.memory.get<RolloutRecord>(rolloutKey(id));
    if (record === undefined) return undefined;
    const known = this.open.get(id);
    if (known !== undefined) return known;
    const rollout = await this.load(id, record);
    this.over.delete(id);
    return rollout;
  }

  private next(): void {
    this.cancel = this.deps.clock.after(TICK_MS, () => {
      this.ticking = this.tick()
        .catch((error: unknown) =>
          this.deps.log.debug('rollouts: to be tried again', { error: String(error) }),
        )
        .finally(() => {
          if (!this.stopped) this.next();
        });
    });
  }

  private async tick(): Promise<void> {
    // What the journal brought again is told first: an attempt must not follow one that nobody ended.
    await this.writing.flush();
    const now = this.deps.clock.wall();
    if (Math.abs(now - this.rescannedAt) >= RESCAN_MS) this.rescan();
    const order = [...this.open.values()].sort(byRank);
    for (const rollout of order) {
      const world = this.worldOf(rollout);
      while (advance(rollout, Math.round(this.deps.clock.wall()), world) && !this.stopped) {
        await this.writing.flush();
        await this.deps.breathe();
      }
    }
    await this.writing.flush();
    if (Math.abs(now - this.prunedAt) < PRUNE_MS) return;
    this.prunedAt = now;
    const { memory, retentionMs = RETENTION_MS } = this.deps;
    await pruneRollouts(memory, this.over, now - retentionMs);
  }

  private rescan(): void {
    this.rescannedAt = this.deps.clock.wall();
    if (this.open.size === 0) return;
    const rollouts = [...this.open.values()];
    const unknown = (id: string) => rollouts.some(({ book }) => !book.stages.has(id));
    const devices = [...this.sight.all(unknown)];
    for (const rollout of rollouts) rollout.enroll(devices);
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const { book } of this.open.values()) book.wakeAll();
  }

  /** All that ended and was written. */
  private close(): void {
    for (const [id, rollout] of this.open) {
      if (rollout.record.endedAt === 0 || rollout.changed) continue;
      this.open.delete(id);
      this.worlds.delete(id);
      this.over.set(id, summaryOf(rollout.record));
      this.wakeAll();
    }
  }
}

/** Clocks of devices may differ from ours by so much. */
const SKEW_MS = 120_000;
