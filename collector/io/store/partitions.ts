/**
 * The partitions there are, opened when asked for; of those nobody uses, only the last few stay
 * open. Damage is met here: a folder beyond repair is set aside alone.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dayName, parseDay } from '../../core/store/calendar.ts';
import type { Log } from '../../ports.ts';
import { Partition } from './partition.ts';

const KEEP_OPEN = 6;

export class Partitions {
  /** Set aside since the start. */
  readonly quarantined: string[] = [];
  /** Days that have a folder. */
  readonly days = new Set<number>();
  private readonly path: string;
  private readonly log: Log;
  private readonly open = new Map<number, Promise<Partition>>();

  constructor(path: string, log: Log) {
    this.path = path;
    this.log = log;
    mkdirSync(path, { recursive: true });
    for (const name of readdirSync(path)) {
      const day = parseDay(name);
      if (day !== undefined) this.days.add(day);
    }
  }

  /** Runs `action` with the partition of a day, which stays open meanwhile. */
  async use<T>(day: number, action: (partition: Partition) => Promise<T>): Promise<T> {
    const partition = await this.get(day);
    partition.users++;
    try {
      return await action(partition);
    } finally {
      partition.users--;
      await this.closeIdle();
    }
  }

  folder(day: number): string {
    return join(this.path, dayName(day));
  }

  async close(): Promise<void> {
    for (const opening of this.open.values()) await (await opening).db.close();
    this.open.clear();
  }

  /** Closes a partition, to be opened anew: LevelDB refuses writes for ever after one has failed. */
  async reopen(day: number): Promise<void> {
    const opening = this.open.get(day);
    if (opening === undefined) return;
    const partition = await opening;
    if (partition.users > 0) return;
    this.open.delete(day);
    await partition.db.close();
  }

  /** Deletes a day. The folder is renamed first: a crash in the middle leaves no half partition. */
  async drop(day: number): Promise<boolean> {
    const opening = this.open.get(day);
    if (opening !== undefined) {
      const partition = await opening;
      if (partition.users > 0) return false;
      this.open.delete(day);
      await partition.db.close();
    }
    const doomed = `${this.folder(day)}.deleting`;
    if (existsSync(this.folder(day))) renameSync(this.folder(day), doomed);
    rmSync(doomed, { recursive: true, force: true });
    this.days.delete(day);
    return true;
  }

  diskBytes(): number {
    return folderBytes(this.path);
  }

  private get(day: number): Promise<Partition> {
    let opening = this.open.get(day);
    if (opening === undefined) {
      opening = this.start(day);
      opening.catch(() => this.open.delete(day));
    } else {
      this.open.delete(day);
    }
    // The map's order is the order of use.
    this.open.set(day, opening);
    return opening;
  }

  private async start(day: number): Promise<Partition> {
    const partition = await Partition.open(day, this.folder(day), this.log);
    this.days.add(day);
    if (partition.setAside !== undefined) this.quarantined.push(basename(partition.setAside));
    return partition;
  }

  private async closeIdle(): Promise<void> {
    if (this.open.size <= KEEP_OPEN) return;
    for (const [day, opening] of this.open) {
      const partition = await opening;
      if (partition.users > 0 || this.open.get(day) !== opening) continue;
      this.open.delete(day);
      await partition.db.close();
      if (this.open.size <= KEEP_OPEN) return;
    }
  }
}

export function folderBytes(path: string): number {
  let total = 0;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    try {
      total += entry.isDirectory() ? folderBytes(inner) : statSync(inner).size;
    } catch {
      // Compaction deletes files at any time.
    }
  }
  return total;
}
