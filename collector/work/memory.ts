/**
 * How the collector remembers over a restart.
 *
 * A checkpoint writes, in this order: the samples in memory, then devices and dictionaries in one
 * atomic write, and only then cuts the journal below what the samples cover. A crash in between
 * leaves a journal that is longer than needed, and replaying it changes nothing twice.
 */
import { readDevice, writeDevice } from '../core/device-record.ts';
import type { Catalog, Journal, Log, SampleStore } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';
import type { Ingest } from './ingest.ts';
import type { OwnSamples } from './own-samples.ts';

const DEVICE = 'device/';
const SCHEMA = 'schema/';
const CHECKPOINT = 'meta/checkpoint';

export interface MemoryDeps {
  readonly catalog: Catalog;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  readonly ingest: Ingest;
  readonly ownSamples: OwnSamples;
  readonly log: Log;
}

/** The number below which the journal was not needed at the last checkpoint; 1 when there was none. */
export async function checkpointSeq(catalog: Catalog): Promise<number> {
  const stored = await catalog.get(CHECKPOINT);
  return stored === undefined ? 1 : Number(Buffer.from(stored).toString());
}

export class Memory {
  private readonly deps: MemoryDeps;
  private running: Promise<void> | undefined;

  constructor(deps: MemoryDeps) {
    this.deps = deps;
  }

  /** Loads the last checkpoint and replays the journal behind it. */
  async restore(): Promise<{ readonly devices: number; readonly replayed: number }> {
    const { catalog, journal, directory, ingest, ownSamples, log } = this.deps;
    for await (const [key, bytes] of catalog.list(DEVICE)) {
      const device = readDevice(bytes);
      if (device === undefined)
        log.warn('device record is unreadable and was passed over', { key });
      else directory.restore(device);
    }
    for await (const [key, bytes] of catalog.list(SCHEMA)) this.restoreSchema(key, bytes);
    this.deps.dictionaries.takeDirty();
    const from = await checkpointSeq(catalog);
    let replayed = 0;
    for await (const entry of journal.replay(from)) {
      if (!ownSamples.replay(entry)) ingest.replay(entry);
      replayed++;
    }
    return { devices: directory.size, replayed };
  }

  /** One at a time; a second caller waits for the one under way. */
  checkpoint(): Promise<void> {
    this.running ??= this.write().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async write(): Promise<void> {
    const { catalog, journal, store, directory, dictionaries } = this.deps;
    const seq = await store.checkpoint();
    const devices = directory.takeDirty();
    const schemas = dictionaries.takeDirty();
    try {
      const changes = new Map<string, Uint8Array | undefined>();
      for (const id of devices) {
        const device = directory.get(id);
        changes.set(DEVICE + id, device && writeDevice(device));
      }
      for (const id of schemas) await this.collectSchemas(id, changes);
      changes.set(CHECKPOINT, Buffer.from(String(seq)));
      await catalog.write(changes);
    } catch (error) {
      for (const id of devices) directory.retouch(id);
      for (const id of schemas) dictionaries.retouch(id);
      throw error;
    }
    await journal.truncate(seq);
  }

  private async collectSchemas(
    device: string,
    changes: Map<string, Uint8Array | undefined>,
  ): Promise<void> {
    const prefix = `${SCHEMA}${device}/`;
    for await (const [key] of this.deps.catalog.list(prefix)) changes.set(key, undefined);
    this.deps.dictionaries.held(device).forEach(({ id, site, bytes }, place) => {
      changes.set(`${prefix}${place}/${id}`, Buffer.concat([Buffer.from(`${site}\n`), bytes]));
    });
  }

  private restoreSchema(key: string, value: Uint8Array): void {
    const device = key.slice(SCHEMA.length).split('/')[0] ?? '';
    const text = Buffer.from(value);
    const end = text.indexOf('\n');
    const added = this.deps.dictionaries.add(
      device,
      text.subarray(0, end).toString(),
      text.subarray(end + 1),
    );
    if (!added.ok) this.deps.log.warn('dictionary is unreadable and was passed over', { key });
  }
}
