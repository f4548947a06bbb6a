/**
 * How the collector remembers over a restart.
 *
 * A checkpoint writes, in this order: the samples in memory, reports and events, then devices and
 * dictionaries in one atomic write, and only then cuts the journal below what the samples cover. A
 * crash in between leaves a journal that is longer than needed, and replaying it changes nothing
 * twice.
 */
import { readDevice, writeDevice } from '../core/device-record.ts';
import type { FleetSink } from '../ports/fleet.ts';
import type { Catalog, Journal, Log, SampleStore } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';
import type { Ingest } from './ingest.ts';
import type { OutsideSamples } from './outside-samples/outside-samples.ts';
import type { OwnSamples } from './own-samples.ts';

const DEVICE = 'device/';
const SCHEMA = 'schema/';
const CHECKPOINT = 'meta/checkpoint';
const FORGETFUL = 'meta/forgetful';

export interface MemoryDeps {
  readonly catalog: Catalog;
  /** The catalog lost entries to damage. */
  readonly catalogDamaged: boolean;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  readonly ingest: Ingest;
  readonly ownSamples: OwnSamples;
  readonly outsideSamples: OutsideSamples;
  /** Reports and events, which the journal must hold until they are written. */
  readonly reports: Pick<FleetSink, 'flush'>;
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
    const { catalog, directory, dictionaries, catalogDamaged } = this.deps;
    if (catalogDamaged || (await catalog.get(FORGETFUL)) !== undefined) directory.forgetful = true;
    await this.restoreDevices();
    for await (const [key, bytes] of catalog.list(SCHEMA)) this.restoreSchema(key, bytes);
    dictionaries.takeDirty();
    const replayed = await this.replay();
    return { devices: directory.size, replayed };
  }

  /** One at a time: what comes during one needs another. */
  async checkpoint(): Promise<void> {
    while (this.running !== undefined) await this.running.catch(() => undefined);
    this.running = this.write().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async restoreDevices(): Promise<void> {
    const { catalog, directory, log } = this.deps;
    const devices = [];
    for await (const [key, bytes] of catalog.list(DEVICE)) {
      const device = readDevice(bytes, directory.forgetful);
      if (device !== undefined) devices.push(device);
      else {
        log.warn('device record is unreadable and was passed over', { key });
        directory.forgetful = true;
      }
    }
    for (const device of devices) directory.restore(device);
  }

  private async replay(): Promise<number> {
    const { catalog, journal, store, ingest, ownSamples, outsideSamples } = this.deps;
    const from = await checkpointSeq(catalog);
    // A first start has neither a checkpoint nor anything that one would have cut off.
    const known = (await catalog.get(CHECKPOINT)) !== undefined;
    let replayed = 0;
    for await (const entry of journal.replay(from)) {
      if (replayed++ === 0 && !known && entry.seq > 1) this.forgot();
      if (!ownSamples.replay(entry) && !outsideSamples.replay(entry)) ingest.replay(entry);
      const room = store.room();
      if (room !== undefined) await room;
    }
    if (!known && replayed === 0 && store.highestSeq() > 0) this.forgot();
    return replayed;
  }

  /** Samples are in the store, and repeats of them will be stored as one; the account starts anew. */
  private forgot(): void {
    const { directory, log } = this.deps;
    directory.forgetful = true;
    log.error(
      'the catalog is lost: devices, their gaps and what they had delivered start anew; samples are kept',
    );
  }

  private async write(): Promise<void> {
    const { catalog, journal, store, directory, dictionaries, reports } = this.deps;
    const seq = await store.checkpoint();
    await reports.flush();
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
      if (directory.forgetful) changes.set(FORGETFUL, Buffer.from('1'));
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
    this.deps.dictionaries.held(device).forEach(([id, { sites, bytes }], place) => {
      const head = Buffer.from(`${[...sites].join(' ')}\n`);
      changes.set(`${prefix}${place}/${id}`, Buffer.concat([head, bytes]));
    });
  }

  private restoreSchema(key: string, value: Uint8Array): void {
    const device = key.slice(SCHEMA.length).split('/')[0] ?? '';
    const text = Buffer.from(value);
    const end = text.indexOf('\n');
    const sites = text.subarray(0, end).toString().split(' ').filter(Boolean);
    if (!this.deps.dictionaries.restore(device, text.subarray(end + 1), sites))
      this.deps.log.warn('dictionary is unreadable and was passed over', { key });
  }
}
