/** A catalog of plain JSON: what can be read comes out, each write is one atomic synced change. */
import type { Catalog } from '../ports.ts';
import { type Change, Commits } from './commits.ts';

/** `undefined` deletes. */
export type JsonEntry = readonly [key: string, value: object | undefined];

const decoder = new TextDecoder();

export class JsonCatalog {
  private readonly catalog: Catalog;
  private readonly commits: Commits;

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.commits = new Commits(catalog);
  }

  /** One atomic write, with changes that others encoded: resolves when all of it is durable. */
  async write(entries: Iterable<JsonEntry>, others: readonly Change[] = []): Promise<void> {
    const changes: Change[] = Array.from(entries, ([key, value]) => [
      key,
      value === undefined ? undefined : Buffer.from(JSON.stringify(value)),
    ]);
    const all = [...changes, ...others];
    if (all.length > 0) await this.commits.write(all);
  }

  async get<T>(key: string): Promise<T | undefined> {
    const bytes = await this.catalog.get(key);
    return bytes === undefined ? undefined : read<T>(bytes);
  }

  /** Keys without the prefix, in their order. */
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
