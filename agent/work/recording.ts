/**
 * From rows and events to records in the buffer: the only place that makes payloads.
 */

import { LIMITS } from '../../protocol/limits.ts';
import { encodeBatch, encodeBody } from '../../protocol/messages/batch.ts';
import { CLOCK, type Header } from '../../protocol/messages/envelope.ts';
import { type DeviceEvent, encodeEvent, type Gap } from '../../protocol/messages/event.ts';
import { rowTimes, type Told, toldUntil } from '../core/row-times.ts';
import { countCells, countSamples, type Row, toBlocks } from '../core/rows.ts';
import type { BuiltDictionary, SeriesTable } from '../core/series.ts';
import { type Timeline, wallAt } from '../core/timeline.ts';
import type {
  BufferLoss,
  Clock,
  Log,
  NewRecord,
  RecordBuffer,
  RecordKind,
  StoredRecord,
} from '../ports.ts';
import { type Dropped, HeldRows } from './held-rows.ts';

export interface RecordingDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly buffer: RecordBuffer;
  readonly table: SeriesTable;
  /** First 64 bits of the kernel's boot id, in hexadecimal. */
  readonly boot: string;
  readonly timeline: () => Timeline;
  /** Whether a record made now can be sent at once. */
  readonly live: () => boolean;
  /** A record is in the buffer; `live` records are the link's to send now. */
  readonly recorded: (record: StoredRecord, live: boolean) => void;
  /** `currentDictionary` is a new one; called before a record that needs it. */
  readonly dictionaryChanged: () => void;
}

/** Well below what a decoder allows, so that no batch is a burden. */
const MAX_BATCH_CELLS = LIMITS.cells / 8;

/** A record before its number is known; `mono` is when its first sample was taken. */
type Making = Pick<NewRecord, 'kind' | 'id' | 'from' | 'to' | 'samples' | 'settlesOpening'> & {
  readonly mono: number;
};

export class Recording {
  private readonly deps: RecordingDeps;
  private readonly rows = new HeldRows();
  private dictionary: BuiltDictionary | undefined;
  private closing: Promise<void> = Promise.resolve();
  /** A closing that has not begun: it takes what comes until then as well. */
  private next: Promise<void> | undefined;
  private failing = false;
  /** The buffer refused the newest dictionary. */
  private unsaved = false;
  private told: Told | undefined;

  constructor(deps: RecordingDeps) {
    this.deps = deps;
  }

  get currentDictionary(): BuiltDictionary | undefined {
    return this.dictionary;
  }

  deliver(row: Row): void {
    this.rows.push(row);
  }

  /** UTC milliseconds, as far as the time is known. */
  now(): number {
    return wallAt(this.deps.timeline(), this.deps.clock.mono());
  }

  /** Makes a record of all rows so far. Calls queue behind each other; none rejects. */
  close(): Promise<void> {
    this.next ??= this.closing
      .then(() => {
        this.next = undefined;
        return this.write(this.rows.begin());
      })
      .catch((error: unknown) => this.refused(error))
      .finally(() => this.rows.end());
    this.closing = this.next;
    return this.closing;
  }

  /** Records events and gaps; rejects when the buffer refuses. */
  event(events: readonly DeviceEvent[], gaps: readonly Gap[]): Promise<void> {
    return this.message('event', undefined, (header) => encodeEvent({ header, events, gaps }));
  }

  /** As `event`, of what the opening of the buffer found. */
  opening(event: DeviceEvent, gap: Gap): Promise<void> {
    const encode = (header: Header) => encodeEvent({ header, events: [event], gaps: [gap] });
    return this.message('event', undefined, encode, true);
  }

  /** Records a numbered message that is no batch; rejects when the buffer refuses. */
  async message(
    kind: Exclude<RecordKind, 'm'>,
    id: string | undefined,
    encode: (header: Header) => Uint8Array,
    settlesOpening?: true,
  ): Promise<void> {
    const mono = Math.round(this.deps.clock.mono());
    const wall = wallAt(this.deps.timeline(), mono);
    const about = { kind, mono, from: wall, to: wall, samples: 0 };
    await this.append(
      { ...about, ...(id !== undefined && { id }), ...(settlesOpening && { settlesOpening }) },
      encode,
    );
  }

  /** The oldest so many rows; those that come meanwhile wait for the next batch. */
  private async write(count: number): Promise<void> {
    if (count === 0) return this.reportLosses();
    const { table } = this.deps;
    const dictionary = await this.freshDictionary();
    const rows = firstRows(this.rows.first(count), dictionary);
    const timeline = this.deps.timeline();
    const timeOf = rowTimes(timeline, this.told);
    const first = Math.min(...rows.map(({ mono }) => mono));
    const last = Math.max(...rows.map(({ mono }) => mono));
    const wall = timeOf(first);
    const body = encodeBody(toBlocks(rows, dictionary, timeOf), wall, dictionary.definitions);
    const times = { mono: first, from: wall, to: timeOf(last), samples: countSamples(rows) };
    await this.append({ kind: 'm', ...times }, (header) =>
      encodeBatch({ header, schema: dictionary.id, body }),
    );
    this.told = toldUntil(timeline, this.told, last);
    this.rows.written(rows.length);
    if (rows.length < count) return this.write(count - rows.length);
    if (this.rows.length === 0) table.sweep();
    if (this.failing) this.deps.log.info('buffer takes batches again');
    this.failing = false;
    await this.reportLosses();
  }

  /** In the buffer before any record names it. */
  private async freshDictionary(): Promise<BuiltDictionary> {
    const { table, buffer } = this.deps;
    if (this.dictionary !== undefined && !table.needsDictionary && !this.unsaved)
      return this.dictionary;
    const next = table.build();
    this.unsaved = true;
    await buffer.putDictionary(next.id, next.bytes);
    this.unsaved = false;
    this.dictionary = next;
    this.deps.dictionaryChanged();
    return next;
  }

  private async append(
    { mono, ...about }: Making,
    encode: (header: Header) => Uint8Array,
  ): Promise<void> {
    const { trust } = this.deps.timeline();
    const clockUnset = trust === CLOCK.unset;
    const live = !clockUnset && this.deps.live();
    const wall = about.from;
    const record: NewRecord = {
      ...about,
      clockUnset,
      sent: live,
      encode: ({ epoch, number, low }) =>
        encode({ epoch, number, low, boot: this.deps.boot, wall, mono, clock: trust }),
    };
    this.deps.recorded(await this.deps.buffer.append(record), live);
  }

  /** What the buffer had to give up becomes a gap record of its own. */
  private async reportLosses(): Promise<void> {
    const losses = this.deps.buffer.losses().map((loss) => this.toldNow(loss));
    const dropped = this.rows.takeDropped();
    if (losses.length === 0 && dropped === undefined) return;
    try {
      await this.event([], dropped === undefined ? losses : [...losses, this.gapOf(dropped)]);
    } catch (error) {
      this.rows.giveBack(dropped);
      throw error;
    }
    await this.deps.buffer.settle(losses.length);
  }

  private refused(error: unknown): void {
    if (!this.failing)
      this.deps.log.error('buffer refused a batch; samples wait in memory', {
        error: String(error),
      });
    this.failing = true;
    this.rows.refused();
  }

  private toldNow(loss: BufferLoss): Gap {
    return { ...loss, to: Math.max(loss.from, loss.to ?? this.now()) };
  }

  private gapOf({ first, last, samples }: Dropped): Gap {
    const timeline = this.deps.timeline();
    const [from, to] = [wallAt(timeline, first), wallAt(timeline, last)];
    return { from, to, cause: 'full', numbers: [], samples };
  }
}

/** As many of the oldest rows as one batch may hold. */
function firstRows(rows: readonly Row[], dictionary: BuiltDictionary): readonly Row[] {
  let some = rows;
  while (some.length > 1 && countCells(some, dictionary) > MAX_BATCH_CELLS)
    some = some.slice(0, some.length >> 1);
  return some;
}
