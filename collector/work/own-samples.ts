/**
 * Samples that the collector makes itself: `up` and `muster_device_info` for each device, and the
 * staleness markers of devices that are forgotten or moved.
 *
 * They go through the journal like everything else, as entries under topics that no device can
 * send, so that a crash leaves no hole in `up`.
 */
import { decodeCbor } from '../../protocol/cbor/decode.ts';
import { encodeCbor } from '../../protocol/cbor/encode.ts';
import type { CborValue } from '../../protocol/cbor/values.ts';
import type { Block } from '../../protocol/messages/batch.ts';
import { type Device, isUp } from '../core/device.ts';
import { staleRow } from '../core/stale.ts';
import type { Clock, Journal, JournalEntry, SampleStore } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';
import type { Directory } from './directory.ts';

const UP = '!up';
const END = '!end';

export interface OwnSamplesDeps {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly store: SampleStore;
  readonly directory: Directory;
  readonly dictionaries: Dictionaries;
  /** A device went up or down. */
  readonly changed: (device: Device, now: number) => void;
}

/** Series ids of one set of columns, kept while the set stays the same. */
interface Columns {
  readonly key: string;
  readonly ids: Uint32Array;
}

export class OwnSamples {
  private readonly deps: OwnSamplesDeps;
  private readonly startedAt: number;
  private readonly known = new Map<string, boolean>();
  private up: Columns = { key: '', ids: new Uint32Array() };
  private info: Columns = { key: '', ids: new Uint32Array() };

  constructor(deps: OwnSamplesDeps) {
    this.deps = deps;
    this.startedAt = deps.clock.wall();
  }

  /** Whether some device went up or down since the last `record`. */
  changed(now: number): boolean {
    for (const device of this.deps.directory.all()) {
      const up = isUp(device, now, this.startedAt);
      if (up !== undefined && this.known.get(device.id) !== up) return true;
    }
    return false;
  }

  isUp(device: Device): boolean | undefined {
    return isUp(device, this.deps.clock.wall(), this.startedAt);
  }

  /** One row of `up` and of `muster_device_info` for all devices of which it is known. */
  async record(now: number): Promise<void> {
    const rows: CborValue[] = [];
    for (const device of this.deps.directory.all()) {
      const up = isUp(device, now, this.startedAt);
      if (up === undefined) continue;
      if (this.known.get(device.id) !== up) this.deps.changed(device, now);
      this.known.set(device.id, up);
      rows.push([device.id, device.site, up ? 1 : 0]);
    }
    if (rows.length > 0) await this.journalled(UP, [now, rows], now);
  }

  /** Ends the series that a device has under a site. */
  async end(device: Device, site: string, now: number): Promise<void> {
    this.known.delete(device.id);
    await this.journalled(END, [now, device.id, site], now);
  }

  /** Applies one of our entries again; answers false when it is none. */
  replay(entry: JournalEntry & { readonly seq: number }): boolean {
    if (entry.topic !== UP && entry.topic !== END) return false;
    const decoded = decodeCbor(entry.payload);
    if (decoded.ok) this.apply(entry.topic, decoded.value as readonly CborValue[], entry.seq);
    return true;
  }

  private async journalled(
    topic: string,
    content: readonly CborValue[],
    now: number,
  ): Promise<void> {
    const payload = encodeCbor(content);
    const seq = await this.deps.journal.append({ topic, payload, receivedAt: now });
    this.apply(topic, content, seq);
  }

  private apply(topic: string, content: readonly CborValue[], seq: number): void {
    const time = Number(content[0]);
    if (topic === UP)
      this.applyUp(time, content[1] as readonly (readonly [string, string, number])[], seq);
    else this.applyEnd(time, content[1] as string, content[2] as string, seq);
  }

  private applyUp(
    time: number,
    rows: readonly (readonly [string, string, number])[],
    seq: number,
  ): void {
    const key = rows.map(([id, site]) => `${site}/${id}`).join();
    if (this.up.key !== key) {
      const ids = Uint32Array.from(rows, ([id, site]) => this.resolve('up', id, site, []));
      this.up = { key, ids };
    }
    const values = Float64Array.from(rows, ([, , value]) => value);
    this.deps.store.append(seq, this.up.ids, [row(time, values)]);
    this.applyInfo(time, rows, seq);
  }

  private applyInfo(
    time: number,
    rows: readonly (readonly [string, string, number])[],
    seq: number,
  ): void {
    const described = rows.flatMap(([id, site]) => {
      const labels = infoLabels(this.deps.directory.get(id));
      return labels === undefined ? [] : [{ id, site, labels }];
    });
    const key = JSON.stringify(described);
    if (described.length === 0) return;
    if (this.info.key !== key) {
      const ids = described.map(({ id, site, labels }) =>
        this.resolve('muster_device_info', id, site, labels),
      );
      this.info = { key, ids: Uint32Array.from(ids) };
    }
    this.deps.store.append(seq, this.info.ids, [
      row(time, new Float64Array(described.length).fill(1)),
    ]);
  }

  private applyEnd(time: number, id: string, site: string, seq: number): void {
    const { store, dictionaries } = this.deps;
    const old = dictionaries.newestOf(id, site);
    const ids = Uint32Array.from([...(old?.ids ?? []), this.resolve('up', id, site, [])]);
    store.append(seq, ids, [row(time, staleRow(ids.length))]);
  }

  private resolve(
    name: string,
    id: string,
    site: string,
    labels: readonly (readonly [string, string])[],
  ): number {
    const all = new Map([
      ...labels,
      ['__name__', name],
      ['instance', id],
      ['job', 'node'],
      ['site', site],
    ] as const);
    return this.deps.store.resolve(all, { type: 'gauge', unit: '' }, id);
  }
}

function row(time: number, values: Float64Array): Block {
  return {
    times: Float64Array.of(time),
    firstAlias: 0,
    columns: values.length,
    values,
    presence: new Map(),
  };
}

/** Device labels and versions, in Prometheus's form; identity labels cannot be overwritten. */
function infoLabels(
  device: Device | undefined,
): readonly (readonly [string, string])[] | undefined {
  if (device?.state === undefined) return undefined;
  const { agentVersion, labels } = device.state;
  const own = [...labels].map(
    ([name, value]) => [name.replaceAll(/[^a-zA-Z0-9_]/g, '_'), value] as const,
  );
  return [...own, ['agent_version', agentVersion]];
}
