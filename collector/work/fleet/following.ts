/**
 * Follows commands for one reader, at his pace. What has changed is noted by name and read when he is
 * ready for it, so that who reads slowly, or never, costs neither memory nor anybody else's time.
 */
import { Changes, type CommandNews, type DeviceChanges } from '../../core/fleet/changes.ts';
import { isOver } from '../../core/fleet/command.ts';
import type { CommandEvent, FollowQuery } from '../../ports/fleet-desk.ts';
import type { Clock } from '../../ports.ts';
import type { Campaigns } from './campaigns.ts';

export interface FollowingDeps {
  readonly clock: Clock;
  readonly campaigns: Campaigns;
}

/** What changes again within this is told once. */
const PAUSE_MS = 200;

export class Following {
  private readonly deps: FollowingDeps;
  private readonly query: FollowQuery;
  private readonly signal: AbortSignal;
  private readonly changes = new Changes();
  private over = false;
  /** The command as it was last told. */
  private summary = '';
  private wake: () => void = () => {};

  constructor(deps: FollowingDeps, query: FollowQuery, signal: AbortSignal) {
    this.deps = deps;
    this.query = query;
    this.signal = signal;
  }

  async *events(): AsyncGenerator<CommandEvent> {
    const { clock, campaigns } = this.deps;
    const stop = campaigns.subscribe((news) => this.note(news));
    const woken = (): void => this.wake();
    this.signal.addEventListener('abort', woken);
    try {
      await this.noteAll();
      while (!this.signal.aborted) {
        for (const [id, devices] of this.changes.take()) yield* this.command(id, devices);
        if (this.over) return;
        await pause(clock, this.signal);
        if (!this.changes.any) await this.changed();
      }
    } finally {
      stop();
      this.signal.removeEventListener('abort', woken);
    }
  }

  private note(news: CommandNews): void {
    const { command, device, output } = this.query;
    if (command !== undefined && news.command !== command) return;
    if (news.part !== undefined && !output) return;
    if (device !== undefined && news.device !== undefined && news.device !== device) return;
    if (command === undefined && news.device === undefined) {
      // Of a new one its devices are not told one by one.
      const campaign = this.deps.campaigns.open.get(news.command);
      if (device === undefined || campaign?.targets.has(device) !== true) return;
      this.changes.note({ command: news.command, device });
    } else this.changes.note(news);
    if (this.changes.any) this.wake();
  }

  /** Everything, as it is now; what changes meanwhile is noted already. */
  private async noteAll(): Promise<void> {
    const { command, device } = this.query;
    const { open } = this.deps.campaigns;
    if (device !== undefined) {
      const ids = command === undefined ? [...open.keys()] : [command];
      for (const id of ids) {
        if (id === command || open.get(id)?.targets.has(device) === true)
          this.changes.noteAll(id, device);
      }
      return;
    }
    const id = command ?? '';
    this.changes.note({ command: id });
    const going = open.get(id);
    if (going !== undefined) for (const one of going.targets.keys()) this.changes.noteAll(id, one);
    else
      for await (const one of this.deps.campaigns.targets(id)) this.changes.noteAll(id, one.device);
  }

  private async *command(
    id: string,
    devices: ReadonlyMap<string, DeviceChanges>,
  ): AsyncGenerator<CommandEvent> {
    // Looked at before its devices: what ends while they are told is noted.
    const view = this.deps.campaigns.view(id);
    if (view === undefined) {
      this.over = id === this.query.command;
      return;
    }
    for (const [device, changes] of devices) yield* this.device(id, device, changes);
    if (this.query.command === undefined) return;
    const summary = JSON.stringify(view);
    if (summary !== this.summary) yield { kind: 'command', command: id, data: view };
    this.summary = summary;
    if (view.endedAt > 0) this.over = true;
  }

  private async *device(
    id: string,
    device: string,
    { target, parts }: DeviceChanges,
  ): AsyncGenerator<CommandEvent> {
    const { campaigns } = this.deps;
    // The state first: an output that is there before an end was durable before it.
    const now = target ? await campaigns.target(id, device) : undefined;
    for await (const [part, output] of this.pieces(id, device, parts)) {
      yield { kind: 'output', command: id, data: { device, part, output } };
    }
    if (now === undefined) return;
    yield { kind: 'device', command: id, data: now };
    const alone = this.query.command !== undefined && this.query.device !== undefined;
    if (alone && isOver(now.state)) this.over = true;
  }

  private async *pieces(
    id: string,
    device: string,
    parts: DeviceChanges['parts'],
  ): AsyncGenerator<readonly [number, string]> {
    if (!this.query.output) return;
    const { campaigns } = this.deps;
    if (parts === 'all') {
      // Not read as they are told: a reader who takes his time would hold the catalog.
      const numbers: number[] = [];
      for await (const [part] of campaigns.pieces(id, device)) numbers.push(part);
      yield* this.pieces(id, device, new Set(numbers));
      return;
    }
    for (const part of [...parts].sort((a, b) => a - b)) {
      const output = await campaigns.piece(id, device, part);
      if (output !== undefined) yield [part, output];
    }
  }

  /** Until something has changed, or the reader is gone. */
  private async changed(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
  }
}

async function pause(clock: Clock, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      stop();
      signal.removeEventListener('abort', go);
      resolve();
    };
    const stop = clock.after(PAUSE_MS, go);
    signal.addEventListener('abort', go);
  });
}
