/** Commands for many devices: made, followed until every device has ended, kept for a while. */
import type { CommandResult } from '../../../protocol/messages/command-result.ts';
import type { Device } from '../../core/device.ts';
import {
  answered,
  cancel,
  expire,
  LATE_MS,
  newTarget,
  noCounts,
  type Target,
} from '../../core/fleet/command.ts';
import { parseSelector, soleDevice } from '../../core/fleet/selector.ts';
import { compareText } from '../../core/text.ts';
import {
  type CampaignView,
  type CommandEvent,
  type DeviceCommandView,
  FleetError,
  type FollowQuery,
  type TargetQuery,
} from '../../ports/fleet-desk.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import { type Campaign, type CampaignRecord, viewCampaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';
import { Following } from './following.ts';
import type { Sending } from './sending.ts';

export interface CommandsDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly campaigns: Campaigns;
  readonly sending: Sending;
  /** A few letters and digits that no other command has. */
  readonly newId: () => string;
  readonly breathe: () => Promise<void>;
  readonly retentionMs: number;
}

/** What somebody asks for; devices are chosen already. */
export type Order = Pick<
  CampaignRecord,
  'selector' | 'name' | 'args' | 'by' | 'comment' | 'deadline'
>;

const TICK_MS = 1_000;
const SWEEP_MS = 3_600_000;
const MOST_OPEN = 200;
const MOST_KEPT = 1_000;
/** Devices of commands that are over, in all. */
const MOST_TARGETS = 2_000_000;
const SLICE = 1_000;

export class Commands {
  private readonly deps: CommandsDeps;
  private stopped = false;
  private readonly cancels = new Map<number, Cancel>();
  private working: Promise<void> = Promise.resolve();
  /** When the deadline of each open command is to be looked at next. */
  private readonly lookAt = new Map<string, number>();
  private preparing = 0;

  constructor(deps: CommandsDeps) {
    this.deps = deps;
  }

  async restore(): Promise<void> {
    await this.deps.campaigns.restore();
    for (const campaign of this.deps.campaigns.open.values()) this.begin(campaign);
  }

  start(): void {
    this.every(TICK_MS, () => this.tick());
    this.every(SWEEP_MS, () => this.sweep());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const stop of this.cancels.values()) stop();
    await this.working;
  }

  /** Resolves when it is durable for each of the devices. */
  async post(order: Order, devices: readonly string[]): Promise<CampaignView> {
    const { campaigns, clock, newId } = this.deps;
    if (devices.length === 0) {
      throw new FleetError('invalid', `selector: no device matches ${order.selector}`);
    }
    if (campaigns.open.size + this.preparing >= MOST_OPEN) {
      throw new FleetError('invalid', `${MOST_OPEN} commands wait for devices: cancel some first`);
    }
    const issuedAt = Math.round(clock.wall());
    const id = `c${issuedAt.toString(36)}-${newId()}`;
    const counts = { ...noCounts(), waiting: devices.length };
    const made = { endedAt: 0, cancelledBy: '', total: devices.length, counts };
    this.preparing += 1;
    try {
      const campaign = await campaigns.make(
        { id, ...order, issuedAt, ...made },
        devices.map(newTarget),
      );
      this.begin(campaign);
      return viewCampaign(campaign.record, campaign.counts);
    } finally {
      this.preparing -= 1;
    }
  }

  /** The newest first. */
  list(limit: number): readonly CampaignView[] {
    return this.deps.campaigns.views().slice(0, limit);
  }

  /** Those that went to a device, the newest first. */
  async listOf(device: string, limit: number): Promise<readonly DeviceCommandView[]> {
    const { campaigns } = this.deps;
    const found: DeviceCommandView[] = [];
    for (const view of campaigns.views()) {
      if (found.length >= limit) break;
      const sole = soleDevice(parseSelector(view.selector)) ?? device;
      const target = sole === device ? await this.target(view.id, device) : undefined;
      if (target !== undefined) found.push({ ...view, target });
    }
    return found;
  }

  /** Throws what is wrong with the question at once; listens from when the first event is asked for. */
  async follow(query: FollowQuery): Promise<(signal: AbortSignal) => AsyncIterable<CommandEvent>> {
    const { command, device } = query;
    if (command !== undefined) {
      this.get(command);
      if (device !== undefined && (await this.target(command, device)) === undefined) {
        throw new FleetError('unknown', `command ${command} did not go to ${device}`);
      }
    } else if (device === undefined) {
      throw new FleetError('invalid', 'say which command or which device is to be followed');
    }
    return (signal) => new Following(this.deps, query, signal).events();
  }

  get(id: string): CampaignView {
    const view = this.deps.campaigns.view(id);
    if (view === undefined) throw new FleetError('unknown', `there is no command ${id}`);
    return view;
  }

  async targets(id: string, { state, after, limit }: TargetQuery): Promise<readonly Target[]> {
    this.get(id);
    const found: Target[] = [];
    const going = this.deps.campaigns.open.get(id);
    const all = going === undefined ? this.deps.campaigns.targets(id) : inOrder(going);
    for await (const one of all) {
      if (compareText(one.device, after) <= 0 && after !== '') continue;
      if (state !== undefined && one.state !== state) continue;
      found.push(one);
      if (found.length >= limit) break;
    }
    return found;
  }

  output(id: string, device: string): Promise<string> {
    this.get(id);
    return this.deps.campaigns.output(id, device);
  }

  async cancel(id: string, by: string): Promise<CampaignView> {
    const { open } = this.deps.campaigns;
    const campaign = open.get(id);
    if (campaign === undefined) return this.get(id);
    await this.deps.campaigns.put(campaign, { ...campaign.record, cancelledBy: by });
    await this.turn(campaign, (target, now) => cancel(target, now));
    return this.get(id);
  }

  /** What a device said of a command; to be told once the message is durable, again after a crash. */
  result(device: string, id: string, result: CommandResult): Promise<void> {
    return this.heed(device, id, result).catch((error: unknown) => {
      // The device keeps the answer, and says it again when it is asked again.
      this.deps.log.warn('answer to a command not kept', { device, id, error: String(error) });
    });
  }

  /** A device was heard: commands that wait for it go out. */
  heard(device: Device): void {
    const { campaigns, sending } = this.deps;
    for (const campaign of campaigns.open.values()) sending.wake(device, campaign);
  }

  async tick(): Promise<void> {
    const now = this.deps.clock.wall();
    for (const [id, at] of this.lookAt) {
      const campaign = this.deps.campaigns.open.get(id);
      if (campaign === undefined) this.lookAt.delete(id);
      else if (now >= at) await this.expire(campaign);
    }
  }

  /** Forgets what is older than it is kept, and the oldest of too many. */
  async sweep(): Promise<void> {
    const { campaigns, clock, retentionMs } = this.deps;
    const before = clock.wall() - retentionMs;
    const newestFirst = [...campaigns.over.values()].sort((a, b) => b.endedAt - a.endedAt);
    let targets = 0;
    for (const [index, { id, endedAt, total }] of newestFirst.entries()) {
      targets += total;
      const crowded = index >= MOST_KEPT || (index > 0 && targets > MOST_TARGETS);
      if (endedAt < before || crowded) await campaigns.forget(id);
    }
  }

  private begin(campaign: Campaign): void {
    this.lookAt.set(campaign.record.id, campaign.record.deadline);
    this.deps.sending.add(campaign);
    if (!campaign.open) this.inBackground(this.settle(campaign));
  }

  private async heed(device: string, id: string, result: CommandResult): Promise<void> {
    const { campaigns, clock } = this.deps;
    const known =
      campaigns.open.get(id)?.targets.has(device) ?? (await this.target(id, device)) !== undefined;
    if (!known) return;
    await campaigns.addOutput(id, device, result.part, result.output);
    // Looked at after the wait: an end without output overtakes the output before it.
    const campaign = campaigns.open.get(id);
    const record = campaigns.over.get(id);
    const before =
      campaign?.targets.get(device) ?? (record && (await campaigns.target(id, device)));
    const after = before && answered(before, result, Math.round(clock.wall()));
    if (before === undefined || after === undefined) return;
    if (record !== undefined) return campaigns.revise(record, before, after);
    if (campaign === undefined) return;
    await campaigns.set([[campaign, after]]);
    await this.settle(campaign);
  }

  private async target(id: string, device: string): Promise<Target | undefined> {
    const { open, over } = this.deps.campaigns;
    const going = open.get(id);
    if (going !== undefined) return going.targets.get(device);
    return over.has(id) ? this.deps.campaigns.target(id, device) : undefined;
  }

  private async expire(campaign: Campaign): Promise<void> {
    const { deadline, id } = campaign.record;
    await this.turn(campaign, (target, now) => expire(target, deadline, now));
    this.lookAt.set(id, deadline + LATE_MS);
  }

  /** Changes all targets that `make` has something for. */
  private async turn(
    campaign: Campaign,
    make: (target: Target, now: number) => Target | undefined,
  ): Promise<void> {
    const { campaigns, clock, breathe } = this.deps;
    const now = Math.round(clock.wall());
    let changes: (readonly [Campaign, Target])[] = [];
    for (const target of [...campaign.targets.values()]) {
      // It may have been answered while others had their turn.
      const newest = campaign.targets.get(target.device) ?? target;
      const after = make(newest, now);
      if (after !== undefined) changes.push([campaign, after]);
      if (changes.length < SLICE) continue;
      await campaigns.set(changes);
      changes = [];
      await breathe();
    }
    await campaigns.set(changes);
    await this.settle(campaign);
  }

  private async settle(campaign: Campaign): Promise<void> {
    const { campaigns, sending, clock } = this.deps;
    if (campaign.open || !campaigns.open.has(campaign.record.id)) return;
    sending.forget(campaign);
    await campaigns.end(campaign, Math.round(clock.wall()));
  }

  private every(ms: number, step: () => Promise<void>): void {
    const cancelled = this.deps.clock.after(ms, () => {
      this.inBackground(step().finally(() => !this.stopped && this.every(ms, step)));
    });
    this.cancels.set(ms, cancelled);
  }

  private inBackground(work: Promise<unknown>): void {
    this.working = work.then(
      () => undefined,
      (error: unknown) => this.deps.log.error('commands: failed', { error: String(error) }),
    );
  }
}

function inOrder({ targets }: Campaign): readonly Target[] {
  return [...targets.values()].sort((a, b) => compareText(a.device, b.device));
}
