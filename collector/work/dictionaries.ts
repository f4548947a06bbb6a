/**
 * The series dictionaries of each device, and which stored series their aliases are.
 *
 * A few of those used last are kept for each device. Another one that a backlog still needs is
 * asked for (`need`) and comes again before the batches that name it. A dictionary belongs to no
 * site: each batch says by its topic under which site its samples are.
 */
import {
  type Dictionary,
  decodeSchema,
  dictionaryId,
  type SeriesDefinition,
} from '../../protocol/messages/schema.ts';
import { accept, type Result } from '../../protocol/result.ts';
import { stampIdentity } from '../core/identity.ts';
import type { SampleStore } from '../ports.ts';

const KEPT_PER_DEVICE = 8;
const MAX_UNREADABLE = 1_000;

export interface ResolvedDictionary {
  readonly id: string;
  readonly site: string;
  readonly series: readonly SeriesDefinition[];
  /** Alias -> series of the store; 0 where a limit refused it. */
  readonly ids: Uint32Array;
  readonly held: HeldDictionary;
}

export interface HeldDictionary {
  readonly bytes: Uint8Array;
  /** Sites under which batches used it. */
  readonly sites: Set<string>;
  /** On disk here: a batch that needs it may be acknowledged. */
  durable: boolean;
}

interface Held extends HeldDictionary {
  content: Dictionary | undefined;
  readonly resolved: Map<string, ResolvedDictionary>;
}

export class Dictionaries {
  /** By device, then by id; the one used last is last. */
  private readonly byDevice = new Map<string, Map<string, Held>>();
  /** What the last batch of each device used: mostly the next one's too. */
  private readonly recent = new Map<string, ResolvedDictionary>();
  private readonly store: SampleStore;
  private readonly dirty = new Set<string>();
  private readonly unreadable = new Set<string>();

  constructor(store: SampleStore) {
    this.store = store;
  }

  /**
   * Keeps a dictionary and answers it when it was new; `undefined` when it was known. Its bytes are
   * copied.
   */
  add(device: string, bytes: Uint8Array): Result<HeldDictionary | undefined> {
    const id = dictionaryId(bytes);
    if (this.byDevice.get(device)?.has(id)) return accept(undefined);
    const decoded = decodeSchema(bytes);
    if (!decoded.ok) {
      if (decoded.error.code !== 'unknown-version') this.noteUnreadable(device, id);
      return decoded;
    }
    const held: Held = {
      bytes: Uint8Array.from(bytes),
      sites: new Set(),
      durable: false,
      content: undefined,
      resolved: new Map(),
    };
    this.use(device, id, held);
    this.dirty.add(device);
    return accept(held);
  }

  /** Takes back what the catalog or the journal had. */
  restore(device: string, bytes: Uint8Array, sites: readonly string[]): boolean {
    const added = this.add(device, bytes);
    if (!added.ok) return false;
    if (added.value === undefined) return true;
    added.value.durable = true;
    for (const site of sites) added.value.sites.add(site);
    return true;
  }

  /** The dictionary with its series resolved; `undefined` when it has to be asked for. */
  get(device: string, site: string, id: string): ResolvedDictionary | undefined {
    const recent = this.recent.get(device);
    if (recent !== undefined && recent.id === id && recent.site === site) return recent;
    const found = this.find(device, site, id);
    if (found !== undefined) this.recent.set(device, found);
    return found;
  }

  private find(device: string, site: string, id: string): ResolvedDictionary | undefined {
    const held = this.byDevice.get(device)?.get(id);
    if (held === undefined) return undefined;
    this.use(device, id, held);
    return held.resolved.get(site) ?? this.resolve(device, site, held);
  }

  /** Whether it came and could not be read: asking for it again would go on for ever. */
  isUnreadable(device: string, id: string): boolean {
    return this.unreadable.size > 0 && this.unreadable.has(`${device}/${id}`);
  }

  /** All series that a device's dictionaries gave it under a site, each once. */
  seriesUnder(device: string, site: string): number[] {
    const ids = new Set<number>();
    for (const [id, { sites }] of [...(this.byDevice.get(device) ?? [])]) {
      if (!sites.has(site)) continue;
      for (const series of this.get(device, site, id)?.ids ?? []) ids.add(series);
    }
    ids.delete(0);
    return [...ids];
  }

  /** For the catalog: what is held of one device, in order of use. */
  held(device: string): readonly (readonly [id: string, held: HeldDictionary])[] {
    return [...(this.byDevice.get(device) ?? [])];
  }

  /** The disk refused it: it is asked for again. Batches under way see that it is not durable. */
  drop(device: string, held: HeldDictionary): void {
    const ofDevice = this.byDevice.get(device);
    const id = dictionaryId(held.bytes);
    if (ofDevice?.get(id) === held) ofDevice.delete(id);
    this.recent.delete(device);
    this.dirty.add(device);
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
    this.recent.delete(device);
  }

  /** Makes it the one used last; beyond the limit, the one unused for longest goes. */
  private use(device: string, id: string, held: Held): void {
    let ofDevice = this.byDevice.get(device);
    if (ofDevice === undefined) {
      ofDevice = new Map();
      this.byDevice.set(device, ofDevice);
    }
    if (ofDevice.size > 1) ofDevice.delete(id);
    ofDevice.set(id, held);
    if (ofDevice.size <= KEPT_PER_DEVICE) return;
    const inUse = this.recent.get(device)?.held;
    for (const [oldest, one] of ofDevice) {
      if (one === inUse) continue;
      ofDevice.delete(oldest);
      this.dirty.add(device);
      return;
    }
  }

  private noteUnreadable(device: string, id: string): void {
    if (this.unreadable.size >= MAX_UNREADABLE) this.unreadable.clear();
    this.unreadable.add(`${device}/${id}`);
  }

  private resolve(device: string, site: string, held: Held): ResolvedDictionary | undefined {
    held.content ??= contentOf(held.bytes);
    if (held.content === undefined) return undefined;
    const { id, series } = held.content;
    const ids = Uint32Array.from(series, (definition) =>
      this.store.resolve(
        stampIdentity(definition, site, device),
        { type: definition.type, unit: definition.unit },
        device,
      ),
    );
    const resolved = { id, site, series, ids, held };
    held.resolved.set(site, resolved);
    held.sites.add(site);
    this.dirty.add(device);
    return resolved;
  }
}

function contentOf(bytes: Uint8Array): Dictionary | undefined {
  const decoded = decodeSchema(bytes);
  return decoded.ok ? decoded.value : undefined;
}
