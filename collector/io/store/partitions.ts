/** The days there are. Damage is met here: a folder beyond repair is set aside alone. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dayName, parseDay } from '../../core/store/calendar.ts';
import type { Log } from '../../ports.ts';
import { Partition } from './partition.ts';
import { Pool } from './pool.ts';

const KEEP_OPEN = 6;
const DOOMED = '.deleting';

export class Partitions {
  /** Set aside since the start. */
  readonly quarantined: string[] = [];
  /** Days that have a folder. */
  readonly days = new Set<number>();
  private readonly path: string;
  private readonly pool: Pool<number, Partition>;

  constructor(path: string, log: Log) {
    this.path = path;
    this.pool = new Pool(KEEP_OPEN, async (day, treatment) => {
      const partition = await Partition.open(day, this.folder(day), log, treatment);
      this.days.add(day);
      if (partition.setAside !== undefined) this.quarantined.push(basename(partition.setAside));
      return partition;
    });
    mkdirSync(path, { recursive: true });
    for (const name of readdirSync(path)) {
      const day = parseDay(name);
      if (day !== undefined) this.days.add(day);
      else if (name.endsWith(DOOMED)) rmSync(join(path, name), { recursive: true, force: true });
    }
  }

  /** Days there are between two, ascending, both included. */
  between(first: number, last: number): number[] {
    return [...this.days].filter((day) => day >= first && day <= last).sort((a, b) => a - b);
  }

  /** Runs `action` with the partition of a day, made when there is none. */
  use<T>(day: number, action: (partition: Partition) => Promise<T>): Promise<T> {
    return this.pool.use(day, action);
  }

  /** Closes them, to be opened anew: LevelDB refuses writes for ever after one has failed. */
  shutIdle(): Promise<boolean> {
    return this.pool.shutIdle();
  }

  /** Deletes a day, unless it is in use. Renamed first: a crash leaves no half partition. */
  async drop(day: number): Promise<void> {
    if (!(await this.pool.shut(day))) return;
    const doomed = this.folder(day) + DOOMED;
    if (existsSync(this.folder(day))) renameSync(this.folder(day), doomed);
    rmSync(doomed, { recursive: true, force: true });
    this.days.delete(day);
  }

  folder(day: number): string {
    return join(this.path, dayName(day));
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

export function folderBytes(path: string): number {
  let total = 0;
  if (!existsSync(path)) return 0;
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
