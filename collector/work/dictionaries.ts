/**
 * The series dictionaries of each device, and which stored series their aliases are.
 *
 * A few of the newest are kept for each device. An older one that a backlog still needs is asked
 * for (`need`) and comes again before the batches that name it.
 */
import {
  decodeSchema,
  dictionaryId,
  type SeriesDefinition,
} from '../../protocol/messages/schema.ts';
import { accept, type Result } from '../../protocol/result.ts';
import { stampIdentity } from '../core/identity.ts';
import type { SampleStore } from '../ports.ts';

const KEPT_PER_DEVICE = 4;

export interface ResolvedDictionary {
  readonly id: string;
  readonly series: readonly SeriesDefinition[];
  /** Alias -> series of the store; 0 where a limit refused it. */
  readonly ids: Uint32Array;
}

interface Held {
  readonly bytes: Uint8Array;
  readonly site: string;
  resolved: ResolvedDictionary | undefined;
}

export class Dictionaries {
  private readonly byDevice = new Map<string, Map<string, Held>>();
  private readonly store: SampleStore;
  private readonly dirty = new Set<string>();

  constructor(store: SampleStore) {
    this.store = store;
  }

  has(device: string, id: string): boolean {
    return this.byDevice.get(device)?.has(id) ?? false;
  }

  /** Keeps a dictionary; answers whether it was new. Its bytes are copied. */
  add(device: string, site: string, bytes: Uint8Array): Result<boolean> {
    const id = dictionaryId(bytes);
    if (this.byDevice.get(device)?.get(id)?.site === site) return accept(false);
    const decoded = decodeSchema(bytes);
    if (!decoded.ok) return decoded;
    this.hold(device, id, { bytes: Uint8Array.from(bytes), site, resolved: undefined });
    return accept(true);
  }

  /** The dictionary with its series resolved; `undefined` when it has to be asked for. */
  get(device: string, id: string): ResolvedDictionary | undefined {
    const held = this.byDevice.get(device)?.get(id);
    if (held === undefined) return undefined;
    held.resolved ??= this.resolve(device, held);
    return held.resolved;
  }

  /** The newest dictionary of a device, for views of its live data. */
  newest(device: string): ResolvedDictionary | undefined {
    const last = [...(this.byDevice.get(device)?.keys() ?? [])].at(-1);
    return last === undefined ? undefined : this.get(device, last);
  }

  /** The newest dictionary that a device had under a site. */
  newestOf(device: string, site: string): ResolvedDictionary | undefined {
    const ofSite = this.held(device).filter((held) => held.site === site);
    const last = ofSite.at(-1);
    return last === undefined ? undefined : this.get(device, last.id);
  }

  /** For the catalog: what is held of one device, oldest first. */
  held(
    device: string,
  ): readonly { readonly id: string; readonly site: string; readonly bytes: Uint8Array }[] {
    return [...(this.byDevice.get(device) ?? [])].map(([id, { site, bytes }]) => ({
      id,
      site,
      bytes,
    }));
  }

  drop(device: string, bytes: Uint8Array): void {
    this.dirty.add(device);
    this.byDevice.get(device)?.delete(dictionaryId(bytes));
  }

  /** Devices whose dictionaries changed since the last call. */
  takeDirty(): string[] {
    const ids = [...this.dirty];
    this.dirty.clear();
    return ids;
  }

  retouch(device: string): void {
    this.dirty.add(device);
  }

  forget(device: string): void {
    this.dirty.add(device);
    this.byDevice.delete(device);
  }

  private hold(device: string, id: string, held: Held): void {
    this.dirty.add(device);
    const ofDevice = this.byDevice.get(device) ?? new Map<string, Held>();
    this.byDevice.set(device, ofDevice);
    ofDevice.delete(id);
    ofDevice.set(id, held);
    for (const old of ofDevice.keys()) {
      if (ofDevice.size <= KEPT_PER_DEVICE) break;
      ofDevice.delete(old);
    }
  }

  private resolve(device: string, { bytes, site }: Held): ResolvedDictionary | undefined {
    const decoded = decodeSchema(bytes);
    if (!decoded.ok) return undefined;
    const { id, series } = decoded.value;
    const ids = Uint32Array.from(series, (definition) =>
      this.store.resolve(
        stampIdentity(definition, site, device),
        { type: definition.type, unit: definition.unit },
        device,
      ),
    );
    return { id, series, ids };
  }
}
