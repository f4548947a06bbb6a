/**
 * Things that people change, with each version of each: who, when, why. What is deleted keeps its
 * history, so that it can come back.
 */
import { type Entry, type FleetMemory, KEEPING } from './memory.ts';

export interface Revision {
  readonly version: number;
  readonly deleted?: boolean;
}

const KEPT = 200;

export class Revisions<V extends Revision> {
  private readonly memory: FleetMemory;
  private readonly root: string;
  /** The newest version of each, deleted ones too. */
  private readonly newest = new Map<string, V>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(memory: FleetMemory, root: string) {
    this.memory = memory;
    this.root = root;
  }

  async restore(): Promise<void> {
    for await (const [id, one] of this.memory.list<V>(this.root)) this.newest.set(id, one);
  }

  get(id: string): V | undefined {
    const found = this.newest.get(id);
    return found?.deleted === true ? undefined : found;
  }

  all(): readonly (readonly [id: string, V])[] {
    return [...this.newest].filter(([, { deleted }]) => deleted !== true);
  }

  /** The newest first. */
  async history(id: string): Promise<readonly V[]> {
    const found: V[] = [];
    for await (const [, one] of this.memory.list<V>(this.historyOf(id))) found.unshift(one);
    return found;
  }

  version(id: string, version: number): Promise<V | undefined> {
    return this.memory.get<V>(this.historyOf(id) + padded(version));
  }

  /** Adds what `make` answers, one change after the other; nothing when that is `undefined`. */
  change(
    id: string,
    make: (before: V | undefined, version: number) => V | undefined,
  ): Promise<V | undefined> {
    const work = this.queue.then(async () => {
      const before = this.newest.get(id);
      const version = (before?.version ?? 0) + 1;
      const made = make(before, version);
      if (made === undefined) return undefined;
      const history = this.historyOf(id);
      const changes: Entry[] = [
        [this.root + id, made],
        [history + padded(version), made],
      ];
      if (version > KEPT) changes.push([history + padded(version - KEPT), undefined]);
      await this.memory.keep(changes);
      this.newest.set(id, made);
      return made;
    });
    this.queue = work.catch(() => undefined);
    return work;
  }

  private historyOf(id: string): string {
    return `${KEEPING.history}${this.root}${id}/`;
  }
}

function padded(version: number): string {
  return String(version).padStart(10, '0');
}
