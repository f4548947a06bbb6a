/**
 * A history of things that happened on devices, by time and by device, newest first. What is put
 * in is written soon after, in groups; whoever puts the same in again finds it there.
 */
import { compareText } from '../../core/text.ts';
import type { HistoryPage, HistoryQuery } from '../../ports/fleet.ts';
import type { Catalog } from '../../ports.ts';
import { HistoryKeys, hourOf, type Place, readPlace, writePlace } from './history-keys.ts';

export interface HistoryLimits {
  readonly retentionMs: number;
  readonly perDevice: number;
}

export interface Told<T> extends Place {
  /** Of the message that told it: of one epoch the highest number is the newest. */
  readonly epoch: string;
  readonly number: number;
  readonly value: T;
}

type Changes = Map<string, Uint8Array | undefined>;

/** Above so many that wait for the disk nothing more is taken. */
const MAX_WAITING = 2_000;
/** Entries that one query looks at; the page then ends there. */
const MAX_LOOKED_AT = 50_000;
/** A device may be so much above its limit before its oldest are dropped. */
const SLACK = 1.1;
const GROUP = 500;
const MARK = new Uint8Array();

export class History<T> {
  private readonly catalog: Catalog;
  private readonly keys: HistoryKeys;
  private readonly limits: HistoryLimits;
  private waiting = new Map<string, Told<T>>();
  private hours: Set<number> | undefined;
  /** Of devices that were written to in this life. */
  private readonly counts = new Map<string, number>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(catalog: Catalog, prefix: string, limits: HistoryLimits) {
    this.catalog = catalog;
    this.keys = new HistoryKeys(prefix);
    this.limits = limits;
  }

  accepting(): boolean {
    return this.waiting.size < MAX_WAITING;
  }

  /** Enough waits to be worth a write of its own. */
  crowded(): boolean {
    return this.waiting.size >= GROUP;
  }

  put(told: Told<T>): void {
    const key = `${told.device}/${told.id}`;
    if (isNewer(told, this.waiting.get(key))) this.waiting.set(key, told);
  }

  /** Rejects when the disk refuses; what was not written is kept for the next time. */
  flush(): Promise<void> {
    return this.alone(async () => {
      while (this.waiting.size > 0) await this.writeGroup();
    });
  }

  async query(
    query: HistoryQuery,
    matches: (value: T) => boolean,
    lookedAt = MAX_LOOKED_AT,
  ): Promise<HistoryPage<T>> {
    // What the disk refuses now is not lost, and what it has can be read.
    await this.flush().catch(() => undefined);
    const entries: T[] = [];
    let last: Place | undefined;
    let looked = 0;
    for await (const [place, value] of this.newestFirst(query)) {
      if (entries.length === query.limit || looked === lookedAt) {
        return { entries, ...(last && { next: writePlace(last) }) };
      }
      looked++;
      last = place;
      if (matches(value)) entries.push(value);
    }
    return { entries };
  }

  /** Drops what is too old. */
  prune(now: number): Promise<void> {
    return this.alone(async () => {
      const oldest = now - this.limits.retentionMs;
      let changes: Changes = new Map();
      for await (const [key] of this.catalog.list(this.keys.entries())) {
        const place = this.keys.placeOf(key);
        if (place === undefined || place.at >= oldest) break;
        this.drop(place, changes);
        if (changes.size < GROUP) continue;
        await this.catalog.write(changes);
        changes = new Map();
      }
      const hours = await this.knownHours();
      for (const hour of [...hours].filter((one) => one < hourOf(oldest))) {
        hours.delete(hour);
        changes.set(this.keys.mark(hour), undefined);
      }
      if (changes.size > 0) await this.catalog.write(changes);
    });
  }

  forget(device: string): Promise<void> {
    return this.alone(async () => {
      for (const [key, told] of this.waiting) {
        if (told.device === device) this.waiting.delete(key);
      }
      const changes: Changes = new Map();
      for (const place of await this.placesOf(device)) this.drop(place, changes);
      if (changes.size > 0) await this.catalog.write(changes);
      this.counts.delete(device);
    });
  }

  private async writeGroup(): Promise<void> {
    const group = [...this.waiting].slice(0, GROUP);
    const hours = await this.knownHours();
    const changes: Changes = new Map();
    const touched = new Set<string>();
    const fresh: string[] = [];
    for (const [, told] of group) {
      const known = await this.pointer(told);
      if (known !== undefined && !isNewer(told, known)) continue;
      if (known === undefined) fresh.push(told.device);
      else changes.set(this.keys.entry(known), undefined);
      touched.add(told.device);
      changes.set(this.keys.entry(told), json(told.value));
      changes.set(this.keys.pointer(told.device, told.id), json(pointerTo(told)));
      if (!hours.has(hourOf(told.at))) changes.set(this.keys.mark(hourOf(told.at)), MARK);
    }
    for (const device of touched) await this.count(device);
    if (changes.size > 0) await this.catalog.write(changes);
    for (const [key, told] of group) {
      hours.add(hourOf(told.at));
      // Another may have come in the meantime.
      if (this.waiting.get(key) === told) this.waiting.delete(key);
    }
    for (const device of fresh) this.counts.set(device, (this.counts.get(device) ?? 0) + 1);
    for (const device of touched) await this.thin(device);
  }

  private async pointer({ device, id }: Place): Promise<(Told<undefined> & Place) | undefined> {
    const bytes = await this.catalog.get(this.keys.pointer(device, id));
    if (bytes === undefined) return undefined;
    const [at, epoch, number] = JSON.parse(Buffer.from(bytes).toString()) as Pointer;
    return { at, device, id, epoch, number, value: undefined };
  }

  private async count(device: string): Promise<void> {
    if (this.counts.has(device)) return;
    this.counts.set(device, (await this.placesOf(device)).length);
  }

  /** Drops a device's oldest entries above its limit. */
  private async thin(device: string): Promise<void> {
    const { perDevice } = this.limits;
    if ((this.counts.get(device) ?? 0) <= perDevice * SLACK) return;
    const places = await this.placesOf(device);
    const changes: Changes = new Map();
    for (const place of places.slice(perDevice)) this.drop(place, changes);
    await this.catalog.write(changes);
    this.counts.set(device, Math.min(places.length, perDevice));
  }

  private drop(place: Place, changes: Changes): void {
    changes.set(this.keys.entry(place), undefined);
    changes.set(this.keys.pointer(place.device, place.id), undefined);
    const count = this.counts.get(place.device);
    if (count !== undefined) this.counts.set(place.device, count - 1);
  }

  /** Where a device's entries stand, newest first. */
  private async placesOf(device: string): Promise<Place[]> {
    const prefix = this.keys.pointers(device);
    const places: Place[] = [];
    for await (const [key, bytes] of this.catalog.list(prefix)) {
      const [at] = JSON.parse(Buffer.from(bytes).toString()) as Pointer;
      places.push({ at, device, id: key.slice(prefix.length) });
    }
    return places.sort((a, b) => compareText(writePlace(b), writePlace(a)));
  }

  private newestFirst(query: HistoryQuery): AsyncGenerator<readonly [Place, T]> {
    const { device, since = 0, until = Number.MAX_SAFE_INTEGER, cursor } = query;
    const end = cursor === undefined ? undefined : readPlace(cursor);
    const wanted = (place: Place) =>
      place.at >= since &&
      place.at <= until &&
      (end === undefined || writePlace(place) < writePlace(end));
    if (device !== undefined) return this.ofDevice(device, wanted);
    return this.ofAll(hourOf(since), hourOf(Math.min(until, end?.at ?? until)), wanted);
  }

  private async *ofDevice(
    device: string,
    wanted: (place: Place) => boolean,
  ): AsyncGenerator<readonly [Place, T]> {
    for (const place of (await this.placesOf(device)).filter(wanted)) {
      const bytes = await this.catalog.get(this.keys.entry(place));
      if (bytes !== undefined) yield [place, read<T>(bytes)];
    }
  }

  private async *ofAll(
    from: number,
    to: number,
    wanted: (place: Place) => boolean,
  ): AsyncGenerator<readonly [Place, T]> {
    const hours = [...(await this.knownHours())].filter((hour) => hour >= from && hour <= to);
    for (const hour of hours.sort((a, b) => b - a)) {
      const found: (readonly [Place, Uint8Array])[] = [];
      for await (const [key, bytes] of this.catalog.list(this.keys.hour(hour))) {
        const place = this.keys.placeOf(key);
        if (place !== undefined && wanted(place)) found.push([place, bytes]);
      }
      for (const [place, bytes] of found.reverse()) yield [place, read<T>(bytes)];
    }
  }

  private async knownHours(): Promise<Set<number>> {
    if (this.hours !== undefined) return this.hours;
    const hours = new Set<number>();
    for await (const [key] of this.catalog.list(this.keys.marks())) {
      hours.add(this.keys.hourOfMark(key));
    }
    this.hours ??= hours;
    return this.hours;
  }

  /** One change after the other: each reads what it then writes. */
  private alone(work: () => Promise<void>): Promise<void> {
    const mine = this.turn.then(work, work);
    this.turn = mine.catch(() => undefined);
    return mine;
  }
}

type Pointer = readonly [at: number, epoch: string, number: number];

function pointerTo({ at, epoch, number }: Told<unknown>): Pointer {
  return [at, epoch, number];
}

function isNewer(told: Told<unknown>, known: Told<unknown> | undefined): boolean {
  return known === undefined || told.epoch !== known.epoch || told.number > known.number;
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function read<T>(bytes: Uint8Array): T {
  return JSON.parse(Buffer.from(bytes).toString()) as T;
}
