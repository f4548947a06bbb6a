/**
 * What is kept of commands: a record for each, and one for each of its devices. While those of the
 * devices are written or taken away the record says so, and a start drops what a crash left of it.
 */
import type { CommandNews } from '../../core/fleet/changes.ts';
import { noCounts, type Target } from '../../core/fleet/command.ts';
import { compareText } from '../../core/text.ts';
import type { CampaignView } from '../../ports/fleet-desk.ts';
import { Campaign, type CampaignRecord, viewCampaign } from './campaign.ts';
import { type FleetMemory, KEEPING } from './memory.ts';

interface Piece {
  readonly output: string;
}

/** Records of one write. */
const SLICE = 1_000;
/** Output kept of one device: pieces of up to 16 KiB; an agent sends 256 KiB, in more when it trickles. */
const MAX_PIECES = 256;

export class Campaigns {
  /** Those that wait for devices. */
  readonly open = new Map<string, Campaign>();
  /** Those that are over, as long as they are kept. */
  readonly over = new Map<string, CampaignRecord>();
  private readonly listeners = new Set<(news: CommandNews) => void>();
  private readonly memory: FleetMemory;
  private readonly breathe: () => Promise<void>;

  constructor(memory: FleetMemory, breathe: () => Promise<void>) {
    this.memory = memory;
    this.breathe = breathe;
  }

  async restore(): Promise<void> {
    const partial: string[] = [];
    for await (const [id, record] of this.memory.list<CampaignRecord>(KEEPING.campaigns)) {
      if (record.partial === true) partial.push(id);
      else if (record.endedAt > 0) this.over.set(id, record);
      else this.open.set(id, new Campaign(record));
    }
    for (const [id, campaign] of this.open) {
      for await (const target of this.targets(id)) campaign.set(target);
    }
    for (const id of partial) await this.dropAll(id);
  }

  async make(record: CampaignRecord, targets: readonly Target[]): Promise<Campaign> {
    const campaign = new Campaign(record);
    await this.memory.keep([[KEEPING.campaigns + record.id, { ...record, partial: true }]]);
    for (let at = 0; at < targets.length; at += SLICE) {
      const slice = targets.slice(at, at + SLICE);
      await this.memory.keep(slice.map((one) => [targetKey(record.id, one.device), one]));
      for (const one of slice) campaign.set(one);
      await this.breathe();
    }
    await this.memory.keep([[KEEPING.campaigns + record.id, record]]);
    this.open.set(record.id, campaign);
    this.tell({ command: record.id });
    return campaign;
  }

  view(id: string): CampaignView | undefined {
    const going = this.open.get(id);
    if (going !== undefined) return viewCampaign(going.record, going.counts);
    const ended = this.over.get(id);
    return ended && viewCampaign(ended, ended.counts);
  }

  /** The newest first. */
  views(): readonly CampaignView[] {
    const ids = [...this.open.keys(), ...this.over.keys()];
    return ids
      .flatMap((id) => this.view(id) ?? [])
      .sort((a, b) => b.issuedAt - a.issuedAt || compareText(b.id, a.id));
  }

  /** Told of what has changed once that is durable. */
  subscribe(listener: (news: CommandNews) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Resolves when it is durable. Memory knows it at once, so that whoever comes meanwhile goes on
   * from it; what a crash takes back, the device says again.
   */
  async set(changes: readonly (readonly [Campaign, Target])[]): Promise<void> {
    for (const [campaign, one] of changes) campaign.set(one);
    await this.memory.keep(
      changes.map(([{ record }, one]) => [targetKey(record.id, one.device), one]),
    );
    for (const [{ record }, { device }] of changes) this.tell({ command: record.id, device });
  }

  async put(campaign: Campaign, record: CampaignRecord): Promise<void> {
    await this.memory.keep([[KEEPING.campaigns + record.id, record]]);
    campaign.record = record;
    this.tell({ command: record.id });
  }

  /** Nobody is awaited any more. Memory knows it at once; a crash before it is durable finds it out. */
  async end({ record, counts }: Campaign, now: number): Promise<void> {
    const ended = { ...record, endedAt: now, counts };
    this.open.delete(record.id);
    this.over.set(record.id, ended);
    await this.memory
      .keep([[KEEPING.campaigns + record.id, ended]])
      .finally(() => this.tell({ command: record.id }));
  }

  /** A late word of a device about a command that is over. */
  async revise(record: CampaignRecord, before: Target, after: Target): Promise<void> {
    const newest = this.over.get(record.id) ?? record;
    const counts = { ...noCounts(), ...newest.counts };
    counts[before.state] -= 1;
    counts[after.state] += 1;
    const revised = { ...newest, counts };
    this.over.set(record.id, revised);
    await this.memory.keep([
      [KEEPING.campaigns + record.id, revised],
      [targetKey(record.id, after.device), after],
    ]);
    this.tell({ command: record.id, device: after.device });
  }

  target(id: string, device: string): Promise<Target | undefined> {
    return this.memory.get<Target>(targetKey(id, device));
  }

  /** In order of devices, of commands that are over too. */
  async *targets(id: string): AsyncGenerator<Target> {
    for await (const [, one] of this.memory.list<Target>(`${KEEPING.targets}${id}/`)) yield one;
  }

  async addOutput(id: string, device: string, part: number, output: string): Promise<void> {
    if (output === '' || part >= MAX_PIECES) return;
    await this.memory.keep([[pieceKey(id, device, part), { output }]]);
    this.tell({ command: id, device, part });
  }

  /** `undefined` when there is none. */
  async piece(id: string, device: string, part: number): Promise<string | undefined> {
    return (await this.memory.get<Piece>(pieceKey(id, device, part)))?.output;
  }

  async *pieces(id: string, device: string): AsyncGenerator<readonly [number, string]> {
    for await (const [key, { output }] of this.memory.list<Piece>(outputRoot(id, device))) {
      yield [Number(key), output];
    }
  }

  async output(id: string, device: string): Promise<string> {
    let text = '';
    for await (const [, piece] of this.pieces(id, device)) text += piece;
    return text;
  }

  async forget(id: string): Promise<void> {
    const record = this.over.get(id);
    if (record === undefined) return;
    await this.memory.keep([[KEEPING.campaigns + id, { ...record, partial: true }]]);
    this.over.delete(id);
    await this.dropAll(id);
  }

  private tell(news: CommandNews): void {
    for (const listener of this.listeners) listener(news);
  }

  private async dropAll(id: string): Promise<void> {
    const keys: string[] = [];
    for await (const { device } of this.targets(id)) keys.push(targetKey(id, device));
    const root = `${KEEPING.history}output/${id}/`;
    for await (const [key] of this.memory.list(root)) keys.push(root + key);
    await this.drop(keys);
    await this.memory.keep([[KEEPING.campaigns + id, undefined]]);
  }

  private async drop(keys: readonly string[]): Promise<void> {
    for (let at = 0; at < keys.length; at += SLICE) {
      await this.memory.keep(keys.slice(at, at + SLICE).map((key) => [key, undefined]));
      await this.breathe();
    }
  }
}

function targetKey(id: string, device: string): string {
  return `${KEEPING.targets}${id}/${device}`;
}

function pieceKey(id: string, device: string, part: number): string {
  return `${outputRoot(id, device)}${String(part).padStart(4, '0')}`;
}

function outputRoot(id: string, device: string): string {
  return `${KEEPING.history}output/${id}/${device}/`;
}
