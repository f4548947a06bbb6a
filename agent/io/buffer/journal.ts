/**
 * The one place that writes. Each write is one batch that takes the folder from one consistent
 * state to the next, deletions that were waiting included.
 *
 * Deletions wait for the next write, because a write of their own would double the flash wear of a
 * device that is online; forgotten in a crash, they only make the collector see a repeat.
 */
import { BufferError } from '../../core/errors.ts';
import type { BufferOpening } from '../../ports.ts';
import { refuseIfFull } from './disk-space.ts';
import { afterEnd, type EndedEpoch, putEnded } from './ended.ts';
import { generationPath } from './folder.ts';
import { changeGeneration, isWorthwhile } from './generation.ts';
import { LEDGER_KEY, type Place, recordKey } from './keys.ts';
import {
  currentEpoch,
  encodeLedger,
  type Ledger,
  mintEpoch,
  type Plan,
  settlePlan,
  withDebtOf,
} from './ledger.ts';
import { type Level, type Operation, syncLogs } from './level.ts';
import { bufferError } from './level-errors.ts';
import { type Opened, type OpeningOptions, openFolder } from './opening.ts';
import { readopt, Staged } from './staged.ts';
import { flush, Vacuum } from './vacuum.ts';

export interface Write {
  readonly operations: readonly Operation[];
  readonly ledger: Ledger;
  /** An append carries its own tally; everything else needs the ledger written. */
  readonly tallied?: boolean;
  readonly sync?: boolean;
}

export class Journal {
  ledger: Ledger;
  ended: readonly EndedEpoch[];
  /** Losses that the caller has seen but not settled: they grow no more. */
  shownLosses = 0;
  readonly vacuum = new Vacuum();
  readonly staged = new Staged();
  private opened: Opened;
  private broken = false;
  /** Into this generation, since it was opened. */
  private written = 0;
  private closed = false;
  unsynced = false;
  /** The ledger on disk lacks something that no tally carries. */
  private stale = false;
  private readonly waiting = new Map<string, Buffer>();
  private readonly options: OpeningOptions;

  constructor(opened: Opened, options: OpeningOptions) {
    this.opened = opened;
    this.ledger = opened.ledger;
    this.ended = opened.ended;
    this.options = options;
  }

  get level(): Level {
    if (this.closed) throw new BufferError('buffer-closed', this.options.path);
    return this.opened.level;
  }

  get opening(): BufferOpening {
    return this.opened.opening;
  }

  /** When the folder was made, UTC milliseconds. */
  get born(): number {
    return this.opened.folder.born;
  }

  get waitingCount(): number {
    return this.waiting.size;
  }

  isDeleted(place: Place): boolean {
    return this.waiting.has(nameOf(place));
  }

  /** Deletes with the next write. The caller has already taken it out of the ledger. */
  delete(place: Place): void {
    this.waiting.set(nameOf(place), recordKey(place));
  }

  /** Changes the ledger in memory; disk follows with the next write. */
  revise(ledger: Ledger, stale: boolean): void {
    this.ledger = ledger;
    this.stale ||= stale;
  }

  /** Begins a new epoch; its numbers start at 1. */
  mint(): Promise<void> {
    this.ended = afterEnd(this.ended, this.ledger, false);
    const ledger = mintEpoch(this.ledger, this.options.newEpoch(), this.ledger.lastTo);
    return this.commit({ operations: [putEnded(this.ended)], ledger });
  }

  /** After a failed write LevelDB's log is not to be trusted: it is opened again first. */
  async ready(): Promise<void> {
    const { level } = this;
    if (!this.broken) return;
    await refuseIfFull(this.options.path);
    await level.close();
    const given = currentEpoch(this.ledger);
    this.opened = await openFolder({ ...this.options, afterFailure: true });
    const adopted = readopt(this.opened.ledger, this.ledger, this.staged);
    this.ledger = withDebtOf(adopted, this.ledger);
    this.waiting.clear();
    this.written = 0;
    this.stale = false;
    this.broken = false;
    const { order, next } = currentEpoch(this.ledger);
    if (order === given.order && next < given.next) await this.mint();
    // A new epoch begins with nothing staged.
    else if (order !== given.order) await this.flushStaged();
  }

  /** Writes what is staged, if anything is. */
  async flushStaged(): Promise<void> {
    if (this.staged.size > 0) await this.commit({ operations: [], ledger: this.ledger });
  }

  async commit(write: Write): Promise<void> {
    const staged = this.staged.all();
    const withLedger = write.tallied !== true || this.stale || staged.length > 0;
    const ledger = { ...write.ledger, version: write.ledger.version + 1 };
    const names = [...this.waiting.keys()];
    const operations = [
      ...[...this.waiting.values()].map((key): Operation => ({ type: 'del', key })),
      ...staged.map(({ key, value }): Operation => ({ type: 'put', key, value })),
      ...write.operations,
      ...(withLedger ? [ledgerPut(ledger)] : []),
    ];
    await this.write(operations, write.sync === true);
    for (const name of names) this.waiting.delete(name);
    this.staged.clear();
    this.ledger = ledger;
    if (withLedger) this.stale = false;
    if (isWorthwhile(ledger, this.written)) await this.startAnew();
  }

  /** Rewrites many records in a table of their own, and merges it with what lies below. */
  async rewrite(operations: Operation[], plan: Plan): Promise<void> {
    await flush(this.level);
    await this.commit({ operations: [], ledger: { ...this.ledger, plan } });
    await flush(this.level);
    await this.write(operations, false);
    this.ledger = settlePlan(this.ledger, true);
    await this.vacuum.run(this.level, 0);
  }

  get path(): string {
    return this.opened.folder.path;
  }

  /** Merges everything, so that what is of no use any more takes no room. */
  async compact(): Promise<void> {
    this.vacuum.reset();
    await this.level.compactRange(Buffer.alloc(0), Buffer.from([0xff]));
  }

  async sync(): Promise<void> {
    if (!this.unsynced || this.closed) return;
    try {
      await syncLogs(generationPath(this.opened.folder));
      this.unsynced = false;
    } catch (error) {
      throw bufferError(error);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    try {
      if (!this.broken) {
        const { staging: _, ...ledger } = this.ledger;
        await this.commit({ operations: [], ledger: { ...ledger, clean: true }, sync: true });
      }
    } finally {
      this.closed = true;
      await this.opened.level.close();
    }
  }

  private async startAnew(): Promise<void> {
    this.written = 0;
    try {
      const { level, folder } = this.opened;
      const deleted = (place: Place): boolean => this.isDeleted(place);
      const carried = await changeGeneration({ level, folder }, this.ledger, deleted);
      this.opened = { ...this.opened, ...carried };
      this.vacuum.reset();
    } catch {
      // What was asked for is written; only the saving failed. Which generation counts now is
      // found out as after any other failure.
      this.broken = true;
    }
  }

  private async write(operations: Operation[], sync: boolean): Promise<void> {
    try {
      await this.level.batch(operations, { sync });
      this.unsynced = !sync;
      for (const operation of operations) this.written += sizeOf(operation);
    } catch (error) {
      if (!this.closed) this.broken = true;
      throw bufferError(error);
    }
  }
}

function ledgerPut(ledger: Ledger): Operation {
  return { type: 'put', key: LEDGER_KEY, value: encodeLedger(ledger) };
}

/** With about what LevelDB's log and memtable add to each entry. */
function sizeOf(operation: Operation): number {
  const value = operation.type === 'put' ? operation.value.length : 0;
  return operation.key.length + value + 32;
}

function nameOf({ order, number }: Place): string {
  return `${order}/${number}`;
}
