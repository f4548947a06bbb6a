/**
 * The agent's only queue, in LevelDB: what `RecordBuffer` in `agent/ports.ts` promises. Each
 * operation waits for the one before it; what it does is in the files beside this one.
 */

import { randomBytes } from 'node:crypto';
import type { NumberRange } from '../../../protocol/messages/ranges.ts';
import type { HeldEpoch } from '../../../protocol/messages/state.ts';
import { chunkBytes, tidyLosses } from '../../core/retention.ts';
import type {
  BufferLoss,
  BufferOpening,
  BufferStats,
  NewRecord,
  Position,
  RecordBuffer,
  StoredRecord,
} from '../../ports.ts';
import { append } from './append.ts';
import { getDictionary, putDictionary } from './dictionaries.ts';
import { bytesIn } from './folder.ts';
import { Journal } from './journal.ts';
import { currentEpoch } from './ledger.ts';
import { openFolder } from './opening.ts';
import { get, type Limit, take } from './reader.ts';
import { type Rewrite, rebase } from './rebase.ts';
import { acknowledge } from './release.ts';
import { SerialQueue } from './serial-queue.ts';

export interface BufferOptions {
  readonly path: string;
  /** Record bytes that are never exceeded. */
  readonly capBytes: number;
  /** The kernel's `boot_id`: a change of it without a clean close means that the power was cut. */
  readonly bootId: string;
  /** Longest time between a write and its fsync: what a power cut may cost. */
  readonly syncSeconds?: number;
  /**
   * How long a live batch may wait for its write; when it is acknowledged before, it is not written
   * at all. 0, the default: every record is written before `append` resolves.
   */
  readonly writeDelayMs?: number;
}

const DEFAULT_SYNC_SECONDS = 30;

/** Opens it after whatever happened; rejects only when the disk itself refuses. */
export async function openBuffer(options: BufferOptions): Promise<RecordBuffer> {
  const newEpoch = (): string => randomBytes(8).toString('hex');
  const opening = { path: options.path, bootId: options.bootId, newEpoch };
  return new LevelBuffer(new Journal(await openFolder(opening), opening), options);
}

class LevelBuffer implements RecordBuffer {
  readonly opening: BufferOpening;
  private readonly journal: Journal;
  private readonly queue = new SerialQueue();
  private readonly capBytes: number;
  private readonly syncMs: number;
  private readonly writeDelayMs: number;
  private timer: NodeJS.Timeout | undefined;
  private flushTimer: NodeJS.Timeout | undefined;

  constructor(journal: Journal, options: BufferOptions) {
    this.journal = journal;
    this.opening = journal.opening;
    this.capBytes = options.capBytes;
    this.writeDelayMs = options.writeDelayMs ?? 0;
    this.syncMs = (options.syncSeconds ?? DEFAULT_SYNC_SECONDS) * 1000;
  }

  get epoch(): string {
    return currentEpoch(this.journal.ledger).epoch;
  }

  append(record: NewRecord): Promise<StoredRecord> {
    const { capBytes } = this;
    const stage = this.writeDelayMs > 0;
    const options = { capBytes, chunkBytes: chunkBytes(capBytes), stage };
    return this.write(async () => {
      const stored = await append(this.journal, options, record);
      this.flushLater();
      return stored;
    });
  }

  held(): readonly HeldEpoch[] {
    return this.journal.ledger.epochs.map(({ epoch, low, next }) => ({ epoch, low, next }));
  }

  epochs(): readonly HeldEpoch[] {
    const held = this.held();
    const names = new Set(held.map(({ epoch }) => epoch));
    const over = this.journal.ended
      .filter(({ epoch }) => !names.has(epoch))
      .map(({ epoch, next }) => ({ epoch, low: next, next }));
    return [...over, ...held];
  }

  stats(): BufferStats {
    const { records, bytes, droppedRecords, droppedSamples } = this.journal.ledger;
    const { thinnedSamples, damagedRecords } = this.journal.ledger;
    const { capBytes } = this;
    return {
      records,
      bytes,
      capBytes,
      droppedRecords,
      droppedSamples,
      thinnedSamples,
      damagedRecords,
    };
  }

  take(after: Position | undefined, limit: Limit): Promise<readonly StoredRecord[]> {
    return this.write(async () => {
      const first = await take(this.journal, after, limit);
      if (!first.damaged && first.unseen.length === 0) return first.records;
      // Most devices never get there: it is loaded by the first that does. The program's files may
      // have been replaced since the start: then what is left is given out, and counted at the next.
      const code = await import('./recover.ts').catch(() => undefined);
      if (code === undefined) return first.records;
      await code.recover(this.journal, first.unseen);
      return (await take(this.journal, after, limit)).records;
    });
  }

  get(position: Position): Promise<StoredRecord | undefined> {
    return this.queue.run(() => get(this.journal, position));
  }

  acknowledge(epoch: string, ranges: readonly NumberRange[]): Promise<void> {
    return this.write(() => acknowledge(this.journal, epoch, ranges));
  }

  rebase(rewrite: Rewrite): Promise<number> {
    return rebase(this.journal, (job) => this.write(job), rewrite);
  }

  losses(): readonly BufferLoss[] {
    const { journal } = this;
    const losses = tidyLosses(journal.ledger.losses);
    // Asked after each batch: without losses nothing changes, and the ledger need not be written.
    if (losses.length > 0) journal.revise({ ...journal.ledger, losses }, true);
    journal.shownLosses = losses.length;
    return losses;
  }

  settle(count: number): Promise<void> {
    return this.write(async () => {
      const { journal } = this;
      const losses = journal.ledger.losses.slice(count);
      await journal.commit({ operations: [], ledger: { ...journal.ledger, losses } });
      journal.shownLosses = Math.max(0, journal.shownLosses - count);
    });
  }

  putDictionary(id: string, bytes: Uint8Array): Promise<void> {
    return this.write(() => putDictionary(this.journal, id, bytes));
  }

  dictionary(id: string): Promise<Uint8Array | undefined> {
    return this.queue.run(() => getDictionary(this.journal, id));
  }

  sync(): Promise<void> {
    return this.queue.run(() => this.journal.sync());
  }

  compact(): Promise<number> {
    return this.write(async () => {
      const { journal } = this;
      const before = await bytesIn(journal.path);
      await journal.compact();
      return Math.max(0, before - (await bytesIn(journal.path)));
    });
  }

  close(): Promise<void> {
    clearTimeout(this.timer);
    clearTimeout(this.flushTimer);
    return this.queue.run(() => this.journal.close());
  }

  private write<T>(job: () => Promise<T>): Promise<T> {
    return this.queue.run(async () => {
      await this.journal.ready();
      const result = await job();
      this.syncLater();
      return result;
    });
  }

  /** One timer, from the first record that is staged; it is tried again while the disk refuses. */
  private flushLater(): void {
    if (this.flushTimer !== undefined || this.journal.staged.size === 0) return;
    this.flushTimer = setTimeout(() => {
      this.flushTimer = undefined;
      this.write(() => this.journal.flushStaged()).catch(() => this.flushLater());
    }, this.writeDelayMs);
    this.flushTimer.unref();
  }

  /**
   * One timer for all that was written since the last fsync; it keeps no process alive. Nothing is
   * forced to the disk when the collector has everything: a power cut would cost nothing, and the
   * next write asks again. An agent that is online spares its flash that way.
   */
  private syncLater(): void {
    if (this.timer !== undefined || !this.journal.unsynced || !Number.isFinite(this.syncMs)) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.journal.ledger.records === 0) return;
      // A disk that fails shows at the next append, where somebody waits for the answer.
      this.sync().catch(() => undefined);
    }, this.syncMs);
    this.timer.unref();
  }
}
