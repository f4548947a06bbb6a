/** The series that the collector makes about devices, in the store. */
import type { Block } from '../../protocol/messages/batch.ts';
import type { OnlineState } from '../../protocol/messages/state.ts';
import { infoLabels, ownIdentity } from '../core/identity.ts';
import { staleRow } from '../core/stale.ts';
import type { SampleStore } from '../ports.ts';
import type { Dictionaries } from './dictionaries.ts';

/** Device, site, and 1 or 0. */
export type UpRow = readonly [id: string, site: string, up: number];

/**
 * The columns of one device: `up`, and `muster_device_info` when its `state` is known. Each device
 * has an array of its own, which stays the same however the fleet changes around it: to the store,
 * another array is another group of series.
 */
interface Columns {
  readonly site: string;
  readonly state: OnlineState | undefined;
  readonly ids: Uint32Array;
}

export class OwnSeries {
  private readonly store: SampleStore;
  private readonly dictionaries: Dictionaries;
  private readonly columns = new Map<string, Columns>();

  constructor(store: SampleStore, dictionaries: Dictionaries) {
    this.store = store;
    this.dictionaries = dictionaries;
  }

  up(seq: number, time: number, [id, site, up]: UpRow, state: OnlineState | undefined): void {
    const before = this.columns.get(id);
    const { ids } = this.find(id, site, state);
    const old = before?.ids[1];
    // Another version or label: the old description ends as the new one begins.
    if (old !== undefined && before?.site === site && old !== ids[1])
      this.store.append(seq, Uint32Array.of(old), [row(time, staleRow(1))]);
    const values = new Float64Array(ids.length).fill(1);
    values[0] = up;
    this.store.append(seq, ids, [row(time, values)]);
  }

  /** Ends all that a device has under a site, its own series too. */
  end(seq: number, time: number, id: string, site: string, state: OnlineState | undefined): void {
    const own = this.resolve(id, site, state);
    const ids = Uint32Array.from([...this.dictionaries.seriesUnder(id, site), ...own]);
    this.store.append(seq, ids, [row(time, staleRow(ids.length))]);
    if (this.columns.get(id)?.site === site) this.columns.delete(id);
  }

  private find(id: string, site: string, state: OnlineState | undefined): Columns {
    const known = this.columns.get(id);
    if (known !== undefined && known.site === site && known.state === state) return known;
    const resolved = this.resolve(id, site, state);
    const same =
      known?.ids.length === resolved.length && resolved.every((x, i) => x === known.ids[i]);
    const columns = { site, state, ids: same ? known.ids : resolved };
    this.columns.set(id, columns);
    return columns;
  }

  private resolve(id: string, site: string, state: OnlineState | undefined): Uint32Array {
    // An owner beside the device itself: its own series must not use up the room for `up`.
    const owner = `!${id}`;
    const meta = { type: 'gauge', unit: '' } as const;
    const up = this.store.resolve(ownIdentity('up', site, id), meta, owner);
    if (state === undefined) return Uint32Array.of(up);
    const labels = infoLabels(state.agentVersion, state.labels, site, id);
    return Uint32Array.of(up, this.store.resolve(labels, meta, owner));
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
