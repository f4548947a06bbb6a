/**
 * Samples in memory: heads that take rows, and full ones that wait to be written. The journal
 * holds the same samples, so a crash costs nothing.
 */
import type { Block } from '../../../protocol/columns/block.ts';
import { DAY, dayOf, isDay } from '../../core/store/calendar.ts';
import type { Samples } from '../../core/store/chunk.ts';
import { StoreError } from '../../core/store/errors.ts';
import { HEAD_ROWS, Head, type Layout } from '../../core/store/head.ts';
import { Layouts } from '../../core/store/layouts.ts';
import type { Doubles } from '../../core/store/slab.ts';

/** Samples that wait before they are written without being asked. */
const FLUSH_SAMPLES = 500_000;
/** Samples that wait while history is still taken. */
const UNHURRIED_SAMPLES = 1_000_000;

export class Memory {
  appended = 0;
  /** Samples that were not taken, by the reason. */
  readonly refused = { tooOld: 0, future: 0, limit: 0, repeated: 0 };
  /** Rows times columns: in all heads, and in those that wait. */
  cells = 0;
  waitingCells = 0;
  /** Above this, whoever brings samples is asked to hold them back. */
  maxCells = Number.POSITIVE_INFINITY;
  /** Above this, whoever brings samples is asked to wait until some are written. */
  maxWaiting = Number.POSITIVE_INFINITY;
  /** The highest journal number seen. */
  lastSeq = 0;
  /** Days outside are refused: retention is over, or a clock is wrong. */
  firstDay = 0;
  lastDay = Number.POSITIVE_INFINITY;
  /** Full heads by day, in the order in which they are to be written. */
  readonly waiting = new Map<number, Head[]>();
  readonly layouts = new Layouts();
  /** Whether a journal entry is in the partition already; asked up to `markedSeq` only. */
  written: (group: string, day: number, seq: number) => boolean = () => false;
  markedSeq = 0;
  /** Told before rows of these series and this day are taken. */
  seen: (ids: Uint32Array, day: number) => void = () => undefined;
  /** Told when rows have been written and let go. */
  released: () => void = () => undefined;

  readonly open = new Set<Head>();
  private openColumns = 0;
  private closed = 0;
  /** By series: no chunk holds a later instant. Unknown ones: `chunksUntil`. */
  private readonly writtenTo: number[] = [];
  /** No chunk that was there at the start holds a later instant. */
  chunksUntil = Number.NEGATIVE_INFINITY;

  get muchWaits(): boolean {
    return this.waitingCells > FLUSH_SAMPLES;
  }

  /** Half of what it may hold: time to write also what would rather grow on. */
  get crowded(): boolean {
    return this.cells > this.maxCells / 2;
  }

  /**
   * Whether rows come faster than they are written. Heads of a fleet that samples in step are full
   * all at once and take no more memory for that: what they hold together is not counted.
   */
  get behind(): boolean {
    const { waitingCells, maxWaiting, cells, openColumns } = this;
    return waitingCells > maxWaiting && cells > maxWaiting + openColumns * HEAD_ROWS;
  }

  /**
   * So much waits that those who are in no hurry should let it be written first: less than what
   * makes the stretches of writing longer (`flusher.ts`), which live data would feel.
   */
  get busy(): boolean {
    return this.waitingCells > UNHURRIED_SAMPLES;
  }

  append(seq: number, ids: Uint32Array, blocks: readonly Block[]): void {
    for (const block of blocks) {
      if (block.firstAlias + block.columns > ids.length) {
        throw new StoreError(
          'bad-ids',
          `block ${block.firstAlias}+${block.columns} of ${ids.length}`,
        );
      }
      const layout = this.layouts.find(ids, block.firstAlias, block.columns);
      this.refused.limit += layout.refused * block.times.length;
      this.refused.repeated += layout.repeated * block.times.length;
      if (layout.ids.length > 0) this.appendBlock(seq, layout, block);
    }
    if (seq > this.lastSeq) this.lastSeq = seq;
  }

  /** Samples of a series in [from, to], in the order of their writing. */
  read(id: number, from: number, to: number, doubles?: Doubles): Samples[] {
    const only = this.layouts.only(id);
    const head = only?.waiting.length === 0 && only.heads.size === 1 ? only.lastHead : undefined;
    if (head === undefined) return this.readAll(id, from, to, doubles);
    if (head.maxTime < from || head.minTime > to) return [];
    const piece = head.read(head.layout.ids.indexOf(id), from, to, doubles);
    return piece.times.length > 0 ? [piece] : [];
  }

  private readAll(id: number, from: number, to: number, doubles?: Doubles): Samples[] {
    const heads: Head[] = [];
    for (const layout of this.layouts.holding(id)) {
      for (const head of layout.waiting)
        if (head.maxTime >= from && head.minTime <= to) heads.push(head);
      for (const head of layout.heads.values())
        if (head.maxTime >= from && head.minTime <= to) heads.push(head);
    }
    // Closed heads in the order in which they are to be written, then open ones, which never collide.
    if (heads.length > 1) heads.sort((a, b) => a.closedAs - b.closedAs);
    const pieces: Samples[] = [];
    for (const head of heads) {
      const piece = head.read(head.layout.ids.indexOf(id), from, to, doubles);
      if (piece.times.length > 0) pieces.push(piece);
    }
    return pieces;
  }

  /** Whether chunks may hold samples of a series from this instant on. */
  mayBeWritten(id: number, from: number): boolean {
    return (this.writtenTo[id] ?? this.chunksUntil) >= from;
  }

  /** Puts back rows that a checkpoint had staged. */
  restore(seq: number, raw: Uint32Array, day: number, block: Block): void {
    const layout = this.layouts.of(raw);
    const head = layout.heads.get(day) ?? this.openHead(layout, day);
    head.append(block, 0, block.times.length, undefined);
    head.seq = seq;
    const cells = block.times.length * head.columns;
    head.cells += cells;
    this.cells += cells;
    head.stagedRows = head.rows;
    head.stagedRecords++;
  }

  *heads(): Generator<Head> {
    for (const waiting of this.waiting.values()) yield* waiting;
    yield* this.open;
  }

  /** Moves open heads to the waiting ones, the oldest first: no more than can be written soon. */
  sealOldest(): void {
    let cells = 0;
    for (const head of this.open) {
      if (cells > this.maxWaiting / 2) return;
      cells += head.cells;
      this.seal(head);
    }
  }

  /** The same with heads that were open, and takes them out of the list. */
  sealSome(heads: Head[]): void {
    let cells = 0;
    while (cells <= this.maxWaiting / 2) {
      const head = heads.pop();
      if (head === undefined) return;
      if (!this.open.has(head)) continue;
      cells += head.cells;
      this.seal(head);
    }
  }

  seal(head: Head): void {
    if (this.open.delete(head)) this.openColumns -= head.columns;
    head.layout.heads.delete(head.day);
    if (head.layout.lastHead === head) head.layout.lastHead = undefined;
    head.closedAs = this.closed++;
    head.layout.waiting.push(head);
    this.waitingCells += head.cells;
    const queue = this.waiting.get(head.day);
    if (queue === undefined) this.waiting.set(head.day, [head]);
    else queue.push(head);
  }

  /** Forgets a head that is on disk now: the first one of its day. */
  release(head: Head): void {
    const queue = this.waiting.get(head.day);
    if (queue?.[0] !== head) return;
    const { writtenTo } = this;
    for (const id of head.layout.ids) {
      while (writtenTo.length <= id) writtenTo.push(this.chunksUntil);
      if (head.maxTime > (writtenTo[id] as number)) writtenTo[id] = head.maxTime;
    }
    queue.shift();
    head.layout.waiting.splice(head.layout.waiting.indexOf(head), 1);
    if (queue.length === 0) this.waiting.delete(head.day);
    this.cells -= head.cells;
    this.waitingCells -= head.cells;
    head.release();
    this.released();
  }

  private appendBlock(seq: number, layout: Layout, block: Block): void {
    const rows = block.times.length;
    for (let from = 0; from < rows; ) {
      const day = dayOf(block.times[from] as number);
      const end = (day + 1) * DAY;
      let to = from + 1;
      while (
        to < rows &&
        (block.times[to] as number) < end &&
        (block.times[to] as number) >= end - DAY
      )
        to++;
      this.appendRows(seq, layout, block, from, to, day);
      from = to;
    }
  }

  private appendRows(
    seq: number,
    layout: Layout,
    block: Block,
    from: number,
    to: number,
    day: number,
  ): void {
    const cells = (to - from) * layout.ids.length;
    if (day < this.firstDay || day > this.lastDay || !isDay(day)) {
      if (day < this.firstDay) this.refused.tooOld += cells;
      else this.refused.future += cells;
      return;
    }
    if (seq !== 0 && seq <= this.markedSeq && this.written(layout.group, day, seq)) return;
    if (layout.siblings.size > 0) this.sealRivals(seq, layout, block, from, to, day);
    const head = this.headFor(layout, day, seq, to - from);
    head.append(block, from, to, layout.kept);
    head.seq = seq;
    head.cells += cells;
    this.cells += cells;
    this.appended += cells;
  }

  /**
   * A head is full between entries only, so that what is written always ends with an entry; and
   * before it would grow past its size, since arrays of another size are garbage afterwards.
   */
  private headFor(layout: Layout, day: number, seq: number, rows: number): Head {
    let head = layout.lastHead?.day === day ? layout.lastHead : layout.heads.get(day);
    if (head !== undefined && head.rows > 0 && head.rows + rows > HEAD_ROWS && head.seq !== seq) {
      this.seal(head);
      head = undefined;
    }
    head ??= this.openHead(layout, day);
    layout.lastHead = head;
    return head;
  }

  private openHead(layout: Layout, day: number): Head {
    this.seen(layout.ids, day);
    const head = new Head(layout, day);
    layout.heads.set(day, head);
    this.open.add(head);
    this.openColumns += head.columns;
    return head;
  }

  /**
   * Two open heads never hold the same instant of the same series: which of them was written last
   * could not be told later. The other head is closed first when its times reach over the new ones.
   */
  private sealRivals(
    seq: number,
    layout: Layout,
    block: Block,
    from: number,
    to: number,
    day: number,
  ): void {
    for (const sibling of layout.siblings) {
      const rival = sibling.heads.get(day);
      if (rival === undefined) continue;
      for (let row = from; row < to; row++) {
        const time = block.times[row] as number;
        if (time < rival.minTime || time > rival.maxTime) continue;
        // More of this entry may come for the rival's group: its mark must not claim all of it.
        if (rival.seq === seq && seq > 0) rival.seq = seq - 1;
        this.seal(rival);
        break;
      }
    }
  }
}
