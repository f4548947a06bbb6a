/**
 * What keeps the store in order: checkpoints, writing in the background, rollups, retention,
 * compaction. One thing at a time, in short stretches, so that a checkpoint never waits long.
 */
import { dayOf, HOUR, MINUTE } from '../../core/store/calendar.ts';
import { describe } from '../../core/store/errors.ts';
import type { Head } from '../../core/store/head.ts';
import { Compactor } from './compactor.ts';
import { Deriver } from './deriver.ts';
import { DiskUse } from './disk-use.ts';
import { Flusher } from './flusher.ts';
import { breathe, Lock } from './lock.ts';
import type { StoreParts } from './parts.ts';
import { Slices } from './precedence.ts';

/** Stretches of rollups and of compaction in one call of `maintain`. */
const STRETCHES = 16;
/** A head that grew no more for so long becomes chunks, full or not. */
const IDLE = 2 * HOUR;
/** The same, when its day is over. */
const IDLE_PAST = 15 * MINUTE;

export class Housekeeping {
  /** Whether the disk took the last write. */
  writable = true;
  private readonly parts: StoreParts;
  private readonly lock = new Lock();
  private readonly slices: Slices;
  private readonly flusher: Flusher;
  private readonly deriver: Deriver;
  private readonly compactor: Compactor;
  private readonly disk: DiskUse;
  private flushing = false;
  /** Those who wait with samples until there is room. */
  private readonly held: (() => void)[] = [];
  /** A write has failed and not everything was opened anew since. */
  private stuck = false;

  constructor(parts: StoreParts) {
    this.parts = parts;
    this.flusher = new Flusher(parts);
    this.slices = new Slices(parts.precedence);
    this.deriver = new Deriver(parts.partitions, parts.rollups, this.slices);
    this.compactor = new Compactor(parts.partitions, this.slices, parts.log);
    this.disk = new DiskUse(parts.path);
    parts.memory.released = () => {
      if (!parts.memory.behind) this.letIn();
    };
  }

  checkpoint(): Promise<number> {
    return this.soon(() => this.cover());
  }

  /** Full heads are written behind the back of `append`; a failure is told by the next checkpoint. */
  flushSoon(): void {
    if (!this.flushing && this.writable) this.beginFlush();
  }

  /** Apart: a function makes room for what its closures hold each time it is called. */
  private beginFlush(): void {
    const { memory } = this.parts;
    if (memory.crowded) memory.sealOldest();
    this.flushing = true;
    const done = () => {
      this.flushing = false;
      if (!memory.behind || !this.writable) this.letIn();
      // What has become full meanwhile: perhaps nothing more comes that would ask for it.
      if (memory.muchWaits || memory.behind) this.flushSoon();
    };
    this.soon(() => this.flusher.flush()).then(done, done);
  }

  /**
   * Nobody waits unless heads are being written. When the disk refuses, the journal tells, and at
   * last `accepting`.
   */
  room(): Promise<void> | undefined {
    if (!this.parts.memory.behind || !this.writable) return undefined;
    this.flushSoon();
    return new Promise((resolve) => this.held.push(resolve));
  }

  /** Whether those who are in no hurry should wait; they ask again. */
  busy(): boolean {
    if (!this.parts.memory.busy || !this.writable) return false;
    this.flushSoon();
    return true;
  }

  private letIn(): void {
    for (const go of this.held.splice(0)) go();
  }

  async maintain(now: number): Promise<void> {
    const { memory, retention, rollups, index, ends, precedence } = this.parts;
    setNow(this.parts, now);
    // Retention first: it frees what a full disk waits for.
    await this.lock.run(() => this.dropOld());
    await this.lock.run(() => rollups.dropBefore('1m', now - retention.minute));
    await this.lock.run(() => rollups.dropBefore('1h', now - retention.hour));
    await this.writeIdle(now);
    const looks = memory.layouts.dropEmpty();
    while (!looks.next().done) await this.slices.step();
    await this.lock.run(() => this.guarded(() => ends.step(now, retention, this.slices)));
    let stretches = STRETCHES;
    for (const day of [...index.work].sort((a, b) => b - a)) {
      while (
        stretches > 0 &&
        (await this.lock.run(() => this.guarded(() => this.work(day, now))))
      ) {
        stretches--;
        await precedence.halt();
      }
    }
    if (stretches === STRETCHES) await this.lock.run(() => this.guarded(() => rollups.tidy()));
    this.disk.measure();
  }

  diskBytes(): number {
    return this.disk.bytes;
  }

  /** What housekeeping must not keep waiting for longer than its stretch takes. */
  private soon<T>(action: () => Promise<T>): Promise<T> {
    const begun = this.parts.precedence.hurry();
    return this.lock.run(() => {
      begun();
      return this.guarded(action);
    });
  }

  private async cover(): Promise<number> {
    const { memory, index } = this.parts;
    const seen = memory.lastSeq + 1;
    // Whoever got a lower number from the journal in this turn has applied it by the next.
    await breathe();
    await this.flusher.flush();
    await this.flusher.stage();
    const staged = new Set<number>();
    for (const head of memory.heads()) if (head.stagedRecords > 0) staged.add(head.day);
    await index.cover(seen);
    await index.keepTouched(staged);
    this.disk.measure();
    return seen;
  }

  /** One stretch of work on a day: whether there may be more. */
  private async work(day: number, now: number): Promise<boolean> {
    const { index, partitions } = this.parts;
    if (!partitions.days.has(day)) {
      await index.workDone(day);
      return false;
    }
    if (await this.deriver.step(day, now)) return true;
    if (await this.compactor.step(day, now)) return true;
    if ((await this.deriver.idle(day)) && (await this.compactor.idle(day)))
      await index.workDone(day);
    return false;
  }

  private async dropOld(): Promise<void> {
    const { memory, partitions, log } = this.parts;
    for (const day of [...partitions.days]) {
      if (day >= memory.firstDay) continue;
      await partitions.drop(day);
      log.info('day is past retention', { partition: partitions.folder(day) });
    }
  }

  /** In portions: those of a whole fleet at once would keep samples from coming in. */
  private async writeIdle(now: number): Promise<void> {
    const { memory } = this.parts;
    const idle = [...memory.open].filter((head) => isIdle(head, now));
    do {
      memory.sealSome(idle);
      if (idle.length === 0 && memory.crowded) memory.sealOldest();
      await this.lock.run(() => this.guarded(() => this.flusher.flush()));
    } while (idle.length > 0);
  }

  private async guarded<T>(action: () => Promise<T>): Promise<T> {
    try {
      if (this.stuck) await this.reopen();
      const result = await action();
      this.writable = true;
      return result;
    } catch (error) {
      if (this.writable)
        this.parts.log.error('store: a write failed; tried again later', {
          reason: describe(error),
        });
      this.writable = false;
      this.stuck = true;
      throw error;
    }
  }

  /** Opens anew what LevelDB has closed for writes: not before the disk takes some again. */
  private async reopen(): Promise<void> {
    const { index, partitions, rollups } = this.parts;
    this.disk.probe();
    await index.reopen();
    const idle = await Promise.all([partitions.shutIdle(), rollups.shutIdle()]);
    this.stuck = idle.includes(false);
  }
}

/** What is taken and what is in use depends on the day. */
export function setNow({ memory, ends, retention }: StoreParts, now: number): void {
  memory.firstDay = dayOf(now - retention.raw);
  memory.lastDay = dayOf(now) + 1;
  ends.setNow(now);
}

function isIdle(head: Head, now: number): boolean {
  if (head.rows !== head.seenRows) {
    head.seenRows = head.rows;
    head.seenAt = now;
  }
  return now - head.seenAt >= (head.day < dayOf(now) ? IDLE_PAST : IDLE);
}
