/** The devices of a rollout in memory: records of those that began, queues of those that wait, counts. */
import { DEVICE_STATES, type DeviceState, isActive } from './device-table.ts';
import type { Package } from './plan.ts';
import type { DeviceRecord } from './record.ts';

export type Counts = Record<DeviceState, number>;

export function noCounts(): Counts {
  return Object.fromEntries(DEVICE_STATES.map((state) => [state, 0])) as Counts;
}

class Queue {
  /** In the order in which they begin. */
  ready: string[] = [];
  /** Cannot begin as long as nothing about them changes: offline, or another rollout's. */
  readonly parked = new Set<string>();
}

export class Book {
  readonly records = new Map<string, DeviceRecord>();
  readonly active = new Set<string>();
  /** Stage of each device that the rollout takes. */
  readonly stages = new Map<string, number>();
  private readonly counts: Counts[];
  private readonly queues: Queue[];

  constructor(stages: number) {
    this.counts = Array.from({ length: stages }, noCounts);
    this.queues = Array.from({ length: stages }, () => new Queue());
  }

  /** Of all stages, or of one. */
  count(stage?: number): Counts {
    if (stage !== undefined) return { ...noCounts(), ...this.counts[stage] };
    const sum = noCounts();
    for (const one of this.counts) for (const state of DEVICE_STATES) sum[state] += one[state];
    return sum;
  }

  /** They fill the places of `parallel`; those that hold the update back do not. */
  busy(stage?: number): number {
    const { updating, retrying } = this.count(stage);
    return updating + retrying;
  }

  /** What its devices had before they began, each once. */
  before(): readonly Package[] {
    const found = new Map<string, Package>();
    for (const { before } of this.records.values())
      for (const one of before) found.set(`${one.name} ${one.version}`, one);
    return [...found.values()];
  }

  enroll(device: string, stage: number): void {
    if (this.stages.has(device)) return;
    this.stages.set(device, stage);
    const counts = this.counts[stage];
    if (counts !== undefined) counts.waiting += 1;
    this.queues[stage]?.ready.push(device);
  }

  set(device: string, record: DeviceRecord): void {
    const before = this.records.get(device);
    const counts = this.counts[record.stage];
    if (before === undefined && !this.stages.has(device)) {
      this.stages.set(device, record.stage);
    } else if (counts !== undefined) {
      counts[before?.state ?? 'waiting'] -= 1;
    }
    if (counts !== undefined) counts[record.state] += 1;
    this.records.set(device, record);
    this.queues[record.stage]?.parked.delete(device);
    if (isActive(record.state)) this.active.add(device);
    else this.active.delete(device);
  }

  /** It waits no more, and was never told anything. */
  drop(device: string): void {
    const stage = this.stages.get(device);
    if (stage === undefined || this.records.has(device)) return;
    this.stages.delete(device);
    const counts = this.counts[stage];
    if (counts !== undefined) counts.waiting -= 1;
    this.queues[stage]?.parked.delete(device);
  }

  isWaiting(device: string): boolean {
    return this.stages.has(device) && !this.records.has(device);
  }

  hasReady(stage: number): boolean {
    return (this.queues[stage]?.ready.length ?? 0) > 0;
  }

  /** Takes from the queue in order: `true` goes on, `false` leaves this one and those behind it. */
  take(stage: number, each: (device: string) => 'taken' | 'park' | 'stop'): void {
    const queue = this.queues[stage];
    if (queue === undefined || queue.ready.length === 0) return;
    let at = 0;
    for (; at < queue.ready.length; at++) {
      const device = queue.ready[at] as string;
      if (!this.isWaiting(device) || queue.parked.has(device)) continue;
      const answer = each(device);
      if (answer === 'stop') break;
      if (answer === 'park') queue.parked.add(device);
    }
    queue.ready = queue.ready.slice(at);
  }

  /** Something about it changed. */
  wake(device: string): boolean {
    const queue = this.queues[this.stages.get(device) ?? -1];
    if (queue?.parked.delete(device) !== true) return false;
    queue.ready.push(device);
    return true;
  }

  wakeAll(): void {
    for (const queue of this.queues) {
      queue.ready.push(...queue.parked);
      queue.parked.clear();
    }
  }

  /** In the order of their places, after many were enrolled. */
  sort(placeOf: (device: string) => number): void {
    for (const queue of this.queues) {
      const placed = queue.ready.map((device) => [placeOf(device), device] as const);
      queue.ready = placed.sort(([a], [b]) => a - b).map(([, device]) => device);
    }
  }

  /** One that will wait for long: from the end of the last queue that has any; `turn` spreads them. */
  bystander(turn: number): string | undefined {
    for (let stage = this.queues.length - 1; stage >= 0; stage--) {
      const ready = this.queues[stage]?.ready ?? [];
      const half = Math.ceil(ready.length / 2);
      if (half > 0) return ready[ready.length - 1 - (turn % half)];
    }
    return undefined;
  }
}
