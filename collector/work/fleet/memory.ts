/** What is kept of layers, flags, desired states and commands: plain JSON in the fleet's catalog. */
import type { Catalog } from '../../ports.ts';
import { Commits } from '../alerting/commits.ts';

export const KEEPING = {
  layers: 'layer/',
  flags: 'flag/',
  desired: 'desired/',
  campaigns: 'campaign/',
  targets: 'cmd/',
  history: 'history/',
} as const;

export type Entry = readonly [key: string, value: object | undefined];

const decoder = new TextDecoder();

export class FleetMemory {
  private readonly catalog: Catalog;
  private readonly commits: Commits;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.commits = new Commits(catalog);
  }

  /** One atomic write: resolves when all of it is durable. */
  async keep(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    await this.commits.write(
      entries.map(([key, value]) => [
        key,
        value === undefined ? undefined : Buffer.from(JSON.stringify(value)),
      ]),
    );
  }

  async get<T>(key: string): Promise<T | undefined> {
    const bytes = await this.catalog.get(key);
    return bytes === undefined ? undefined : read<T>(bytes);
  }

  async *list<T>(prefix: string): AsyncGenerator<readonly [key: string, value: T]> {
    for await (const [key, bytes] of this.catalog.list(prefix)) {
      const value = read<T>(bytes);
      if (value !== undefined) yield [key.slice(prefix.length), value];
    }
  }

  settled(): Promise<void> {
    return this.commits.settled();
  }
}

/** `undefined` for what cannot be read: its writer was another version. */
function read<T>(bytes: Uint8Array): T | undefined {
  try {
    return JSON.parse(decoder.decode(bytes)) as T;
  } catch {
    return undefined;
  }
}
