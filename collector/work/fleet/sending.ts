/**
 * Publishes commands: when the device is there, at a bounded rate, and again with growing pauses
 * until an answer ends it. That it was sent is durable before it is.
 */
import { encodeCommand } from '../../../protocol/messages/command.ts';
import { buildTopic } from '../../../protocol/topics.ts';
import type { Device } from '../../core/device.ts';
import { isOver, retryDelay, sent } from '../../core/fleet/command.ts';
import { Wheel } from '../../core/fleet/wheel.ts';
import { TokenBucket } from '../../core/token-bucket.ts';
import type { FleetDevices } from '../../ports/fleet-commands.ts';
import type { Bus, Cancel, Clock, Log } from '../../ports.ts';
import type { Campaign } from './campaign.ts';
import type { Campaigns } from './campaigns.ts';

export interface SendingDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: Bus;
  readonly campaigns: Campaigns;
  readonly devices: FleetDevices;
  readonly isUp: (device: Device) => boolean | undefined;
  readonly perSecond: number;
}

interface Waiting {
  readonly campaign: Campaign;
  readonly device: string;
}

const SLICE = 50;
/** A device that is up and does not listen yet is looked at again after this. */
const LISTEN_MS = 2_000;
const TICK_MS = 500;

export class Sending {
  private readonly deps: SendingDeps;
  private readonly bucket: TokenBucket;
  private ready: Waiting[] = [];
  /** In `ready` already. */
  private readonly queued = new Set<string>();
  private readonly later = new Wheel<Waiting>();
  /** The session that a command was sent to, or is being sent to: a new one has not got it. */
  private readonly sentTo = new Map<string, string>();
  /** Their time came while the device was away. */
  private readonly parked = new Set<string>();
  private working: Promise<void> = Promise.resolve();
  private busy = false;
  private stopped = false;
  private started = false;
  private cancel: Cancel = () => {};

  constructor(deps: SendingDeps) {
    this.deps = deps;
    this.bucket = new TokenBucket(deps.perSecond, 1, deps.clock.mono());
  }

  start(): void {
    this.started = true;
    this.tick();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.working;
  }

  /** All open targets of a campaign, each at its time. */
  add(campaign: Campaign): void {
    const now = this.deps.clock.wall();
    for (const target of campaign.targets.values()) {
      if (isOver(target.state)) continue;
      const waiting = { campaign, device: target.device };
      const rest = target.sentAt === 0 ? 0 : target.sentAt + retryDelay(target) - now;
      if (rest > 0) this.later.add(this.deps.clock.mono() + rest, waiting);
      else this.enqueue(waiting);
    }
    this.work();
  }

  /** The device is there: what waits for it goes out now. */
  wake(device: Device, campaign: Campaign): void {
    const target = campaign.targets.get(device.id);
    if (target === undefined || isOver(target.state)) return;
    const key = keyOf(campaign, device.id);
    const parked = this.parked.delete(key);
    const unheard = target.state === 'waiting' || target.state === 'sent';
    const fresh = unheard && this.sentTo.get(key) !== sessionOf(device);
    if (!parked && !fresh) return;
    this.enqueue({ campaign, device: device.id });
    this.work();
  }

  forget(campaign: Campaign): void {
    for (const device of campaign.targets.keys()) {
      this.sentTo.delete(keyOf(campaign, device));
      this.parked.delete(keyOf(campaign, device));
    }
  }

  private enqueue(waiting: Waiting): void {
    const key = keyOf(waiting.campaign, waiting.device);
    if (this.queued.has(key)) return;
    this.queued.add(key);
    this.ready.push(waiting);
  }

  private tick(): void {
    this.cancel = this.deps.clock.after(TICK_MS, () => {
      for (const one of this.later.take(this.deps.clock.mono())) {
        if (this.isDue(one)) this.enqueue(one);
      }
      this.work();
      if (!this.stopped) this.tick();
    });
  }

  /** What was sent meanwhile for another reason has a later time of its own. */
  private isDue({ campaign, device }: Waiting): boolean {
    const target = campaign.targets.get(device);
    if (target === undefined || isOver(target.state)) return false;
    const now = this.deps.clock.wall();
    // A clock that was set back must not hold up what waits.
    return now < target.sentAt || now >= target.sentAt + retryDelay(target);
  }

  private work(): void {
    if (!this.started || this.busy || this.stopped || this.ready.length === 0) return;
    this.busy = true;
    this.working = this.drain()
      .catch((error: unknown) =>
        this.deps.log.error('commands: not sent, to be tried again', { error: String(error) }),
      )
      .finally(() => {
        this.busy = false;
      });
  }

  private async drain(): Promise<void> {
    while (!this.stopped && this.ready.length > 0) {
      const slice = this.next();
      // The rate is used up: the next tick goes on.
      if (slice === undefined) return;
      await this.send(slice);
    }
  }

  /** The next that can be sent; those whose device is away are left for when it is heard. */
  private next(): Waiting[] | undefined {
    const { clock } = this.deps;
    const slice: Waiting[] = [];
    let at = 0;
    let full = false;
    for (; at < this.ready.length && slice.length < SLICE; at++) {
      const one = this.ready[at] as Waiting;
      if (this.reachable(one)) {
        if (!this.bucket.tryTake(1, clock.mono())) {
          full = true;
          break;
        }
        slice.push(one);
      }
      this.queued.delete(keyOf(one.campaign, one.device));
    }
    this.ready = this.ready.slice(at);
    return full && slice.length === 0 ? undefined : slice;
  }

  private reachable(waiting: Waiting): boolean {
    const { campaign, device: id } = waiting;
    const target = campaign.targets.get(id);
    if (target === undefined || isOver(target.state)) return false;
    const { bus, devices, isUp, clock } = this.deps;
    if (clock.wall() >= campaign.record.deadline) return false;
    const device = devices.get(id);
    if (device === undefined || isUp(device) === false) {
      this.parked.add(keyOf(campaign, id));
      return false;
    }
    if (bus.stats().connected && bus.subscribed(topicOf(campaign, device)) !== false) return true;
    this.later.add(clock.mono() + LISTEN_MS, waiting);
    return false;
  }

  private async send(slice: readonly Waiting[]): Promise<void> {
    const { campaigns, clock } = this.deps;
    const now = Math.round(clock.wall());
    const marked = slice.flatMap(({ campaign, device }) => {
      const target = campaign.targets.get(device);
      return target === undefined || isOver(target.state)
        ? []
        : [[campaign, sent(target, now)] as const];
    });
    // Before it is written down: a device that is heard meanwhile is not to be sent it twice.
    for (const [campaign, { device }] of marked) this.aim(campaign, device);
    try {
      await campaigns.set(marked);
    } catch (error) {
      for (const [campaign, { device }] of marked) this.sentTo.delete(keyOf(campaign, device));
      for (const one of slice) this.later.add(clock.mono() + LISTEN_MS, one);
      throw error;
    }
    await Promise.all(marked.map(([campaign, { device }]) => this.publish(campaign, device)));
  }

  private async publish(campaign: Campaign, id: string): Promise<void> {
    const { bus, devices, clock, log } = this.deps;
    const device = devices.get(id);
    const target = campaign.targets.get(id);
    if (device === undefined || target === undefined) return;
    // A connection that comes up while it goes out gets it again.
    this.aim(campaign, id);
    this.later.add(clock.mono() + retryDelay(target), { campaign, device: id });
    const { name, issuedAt, deadline, args, by } = campaign.record;
    const payload = encodeCommand({
      ...{ name, issuedAt, deadline, by },
      args: new Map(Object.entries(args)),
    });
    try {
      await bus.publish(topicOf(campaign, device), payload, { qos: 1, retain: false });
    } catch (error) {
      log.debug('command not published, to be sent again', { device: id, error: String(error) });
    }
  }

  private aim(campaign: Campaign, id: string): void {
    this.sentTo.set(keyOf(campaign, id), sessionOf(this.deps.devices.get(id)));
  }
}

function sessionOf(device: Device | undefined): string {
  return device?.state?.session ?? '';
}

function keyOf({ record }: Campaign, device: string): string {
  return `${record.id}/${device}`;
}

function topicOf({ record }: Campaign, { site, id: device }: Device): string {
  return buildTopic({ site, device, kind: 'cmd', id: record.id });
}
