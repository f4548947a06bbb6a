/**
 * Samples that the collector makes itself: `up` and `muster_device_info` for each device, and the
 * staleness markers of devices that are forgotten or moved.
 *
 * They go through the journal like everything else, as entries under topics that no device can
 * send, so that a crash leaves no hole in `up` and a forgotten device stays forgotten.
 */
import { decodeCbor } from '../../protocol/cbor/decode.ts';
import { encodeCbor } from '../../protocol/cbor/encode.ts';
import type { CborValue } from '../../protocol/cbor/values.ts';
import { type Device, isUp } from '../core/device.ts';
import type { Clock, Journal, JournalEntry, SampleStore } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';
import type { JournalHealth } from './journal-health.ts';
import { OwnSeries, type UpRow } from './own-series.ts';

const UP = '!up';
const END = '!end';
/** One entry has to stay within what our own decoder takes. */
const ROWS_PER_ENTRY = 2_000;

export interface OwnSamplesDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly journalHealth: JournalHealth;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  /** A device is down after 1.5 times this, unless its own heartbeat is longer. */
  readonly heartbeatMs: number;
  /** A device went up or down. */
  readonly changed: (device: Device, now: number) => void;
}

export class OwnSamples {
  private readonly deps: OwnSamplesDeps;
  private readonly startedAt: number;
  private readonly known = new Map<string, boolean>();
  private readonly series: OwnSeries;
  /** Devices that are being forgotten: nothing may follow the end of their series. */
  private readonly leaving = new Set<string>();

  constructor(deps: OwnSamplesDeps) {
    this.deps = deps;
    this.startedAt = deps.clock.wall();
    this.series = new OwnSeries(deps.store, deps.dictionaries);
  }

  isUp(device: Device): boolean | undefined {
    return this.judge(device, this.deps.clock.wall());
  }

  /** Records the devices that went up or down, or every one of which it is known. */
  async record(now: number, all: boolean): Promise<void> {
    const rows: UpRow[] = [];
    for (const device of this.deps.directory.all()) {
      const up = this.judge(device, now);
      if (up === undefined || this.leaving.has(device.id)) continue;
      if (all || this.known.get(device.id) !== up) rows.push([device.id, device.site, up ? 1 : 0]);
    }
    for (let at = 0; at < rows.length; at += ROWS_PER_ENTRY) {
      const part = rows.slice(at, at + ROWS_PER_ENTRY);
      await this.journalled(UP, [now, part], now);
      for (const row of part) this.note(row, now);
    }
  }

  /** Ends the series that a device has under a site; `forget` takes the device out as well. */
  async end(device: Device, site: string, now: number, forget: boolean): Promise<void> {
    if (forget) this.leaving.add(device.id);
    try {
      await this.journalled(END, [now, device.id, site, forget], now);
      this.known.delete(device.id);
    } finally {
      this.leaving.delete(device.id);
    }
  }

  /** Applies one of our entries again; answers false when it is none. */
  replay(entry: JournalEntry & { readonly seq: number }): boolean {
    if (entry.topic !== UP && entry.topic !== END) return false;
    const decoded = decodeCbor(entry.payload);
    if (decoded.ok) this.apply(entry.topic, decoded.value as readonly CborValue[], entry.seq);
    return true;
  }

  private judge(device: Device, now: number): boolean | undefined {
    return isUp(device, now, this.startedAt, this.deps.heartbeatMs);
  }

  private note([id, , value]: UpRow, now: number): void {
    const up = value === 1;
    const device = this.deps.directory.get(id);
    if (device === undefined || this.known.get(id) === up) return;
    this.known.set(id, up);
    this.deps.changed(device, now);
  }

  private async journalled(
    topic: string,
    content: readonly CborValue[],
    now: number,
  ): Promise<void> {
    const { journal, journalHealth } = this.deps;
    const payload = encodeCbor(content);
    let seq: number;
    try {
      seq = await journal.append({ topic, payload, receivedAt: now });
    } catch (error) {
      journalHealth.refused(error);
      throw error;
    }
    journalHealth.worked();
    this.apply(topic, content, seq);
  }

  private apply(topic: string, content: readonly CborValue[], seq: number): void {
    const time = Number(content[0]);
    if (topic === UP) this.applyUp(time, content[1] as unknown as readonly UpRow[], seq);
    else this.applyEnd(time, content[1] as string, content[2] as string, content[3] === true, seq);
  }

  private applyUp(time: number, rows: readonly UpRow[], seq: number): void {
    const { directory } = this.deps;
    for (const row of rows) this.series.up(seq, time, row, directory.get(row[0])?.state);
  }

  private applyEnd(time: number, id: string, site: string, forget: boolean, seq: number): void {
    const { directory, dictionaries } = this.deps;
    this.series.end(seq, time, id, site, directory.get(id)?.state);
    if (!forget) return;
    dictionaries.forget(id);
    directory.delete(id);
  }
}
