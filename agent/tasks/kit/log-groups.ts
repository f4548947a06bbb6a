/** A log and what was rotated of it, gathered folder by folder. */
import type { TreeEntry } from '../../ports/maintenance.ts';

export interface Rotated {
  readonly name: string;
  /** `20261121T030000Z`: as text in the order of time. */
  readonly stamp: string;
  readonly isPacked: boolean;
  readonly diskBytes: number;
}

export interface LogGroup {
  /** The log's, from the root on. */
  readonly path: string;
  log: TreeEntry | undefined;
  readonly rotated: Rotated[];
  /** What a killed run left half written. */
  readonly partials: string[];
}

const ROTATED = /^(.+)-(\d{8}T\d{6}Z)(\.gz)?(\.muster-partial)?$/s;

export class LogGroups {
  readonly #isLog: (path: string) => boolean;
  readonly #folders = new Map<string, Map<string, LogGroup>>();

  constructor(isLog: (path: string) => boolean) {
    this.#isLog = isLog;
  }

  add(entry: TreeEntry): void {
    if (entry.kind !== 'file') return;
    const folder = entry.path.includes('/') ? entry.path.replace(/\/[^/]*$/, '') : '';
    const match = ROTATED.exec(entry.name);
    const [, base = '', stamp = '', gz, partial] = match ?? [];
    const name = match === null ? entry.name : base;
    const shown = Buffer.from(name, 'latin1').toString('utf8');
    const path = folder === '' ? shown : `${folder}/${shown}`;
    if (!this.#isLog(path)) return;
    const group = this.#group(folder, name, path);
    if (match === null) group.log = entry;
    else if (partial !== undefined) group.partials.push(entry.name);
    else {
      const { diskBytes } = entry;
      group.rotated.push({ name: entry.name, stamp, isPacked: gz !== undefined, diskBytes });
    }
  }

  /** Those of a folder, which is done. */
  take(folder: string): readonly LogGroup[] {
    const groups = this.#folders.get(folder);
    this.#folders.delete(folder);
    return [...(groups?.values() ?? [])];
  }

  #group(folder: string, name: string, path: string): LogGroup {
    const groups = this.#folders.get(folder) ?? new Map<string, LogGroup>();
    this.#folders.set(folder, groups);
    const group = groups.get(name) ?? { path, log: undefined, rotated: [], partials: [] };
    groups.set(name, group);
    return group;
  }
}

/** Whether it is time: by its size, or since the last time (at first since it was made). */
export function due(
  log: TreeEntry,
  rotated: readonly Rotated[],
  { maxBytes, maxAge }: { readonly maxBytes: number; readonly maxAge?: number },
  now: number,
): boolean {
  if (log.bytes === 0) return false;
  if (log.bytes >= maxBytes) return true;
  if (maxAge === undefined) return false;
  const newest = newestOf(rotated);
  return now - (newest === undefined ? log.bornMs : timeOf(newest)) >= maxAge;
}

/** Now, but later than every other: a clock that was set back must not make the newest the oldest. */
export function stampAfter(rotated: readonly Rotated[], now: number): string {
  const newest = newestOf(rotated);
  return stampOf(newest === undefined ? now : Math.max(now, timeOf(newest) + 1000));
}

export function stampOf(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '');
}

function newestOf(rotated: readonly Rotated[]): string | undefined {
  return rotated
    .map(({ stamp }) => stamp)
    .sort()
    .at(-1);
}

function timeOf(stamp: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // A name that only looks like a time: as old as can be.
  return Number.isNaN(ms) ? 0 : ms;
}
