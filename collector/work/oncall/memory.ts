/** What on-call keeps: its own keys in the catalog of alerting, together with what the history says. */
import type { AlertEvent } from '../../core/alerting/event.ts';
import { encode } from '../../core/alerting/records.ts';
import type { Catalog } from '../../ports.ts';
import { type Change, Commits } from '../alerting/commits.ts';
import type { History } from '../alerting/history.ts';

const decoder = new TextDecoder();

/** One letter each below this, so that alerting's own keys are never met. */
const ROOT = 'x/';

export const KEEPING = {
  acknowledgements: `${ROOT}a/`,
  maintenances: `${ROOT}m/`,
  ascents: `${ROOT}e/`,
  flaps: `${ROOT}f/`,
  links: `${ROOT}l/`,
  summaries: `${ROOT}s/`,
} as const;

export class OnCallMemory {
  private readonly catalog: Catalog;
  private readonly commits: Commits;
  private history: History | undefined;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.commits = new Commits(catalog);
  }

  attach(history: History): void {
    this.history = history;
  }

  /** One atomic write: resolves when all of it is durable. */
  async keep(
    values: Iterable<readonly [key: string, value: object | undefined]>,
    events: readonly AlertEvent[] = [],
  ): Promise<void> {
    const changes: Change[] = Array.from(values, ([key, value]) => [
      key,
      value === undefined ? undefined : encode(value),
    ]);
    const all = [...changes, ...(this.history?.changes(events) ?? [])];
    if (all.length > 0) await this.commits.write(all);
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
