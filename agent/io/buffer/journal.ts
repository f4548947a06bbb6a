/**
 * The one place that writes. Each write is one batch that takes the folder from one consistent
 * state to the next, deletions that were waiting included.
 *
 * Deletions wait for the next write, because a write of their own would double the flash wear of a
 * device that is online; forgotten in a crash, they only make the collector see a repeat.
 */
import type { BatchOperation } from 'classic-level';
import { BufferError } from '../../core/errors.ts';
import type { BufferOpening } from '../../ports.ts';
import { LEDGER_KEY, type Place, recordKey } from './keys.ts';
import { currentEpoch, encodeLedger, type Ledger } from './ledger.ts';
import type { Level } from './level.ts';
import { bufferError } from './level-errors.ts';
import { type Opened, type OpeningOptions, openFolder } from './opening.ts';

export type Operation = BatchOperation<Level, Buffer, Buffer>;

export interface Write {
  readonly operations: readonly Operation[];
  readonly ledger: Ledger;
  /** An append carries its own tally; everything else needs the ledger written. */
  readonly tallied?: boolean;
  readonly sync?: boolean;
}

export class Journal {
  ledger: Ledger;
  /** Losses that the caller has seen but not settled: they grow no more. */
  shownLosses = 0;
  private opened: Opened;
  private broken = false;
  private closed = false;
  unsynced = false;
  /** The ledger on disk lacks something that no tally carries. */
  private stale = false;
  private readonly waiting = new Map<string, Buffer>();
  private readonly options: OpeningOptions;

  constructor(opened: Opened, options: OpeningOptions) {
    this.opened = opened;
    this.ledger = opened.ledger;
    this.options = options;
  }

  get level(): Level {
    if (this.closed) throw new BufferError('buffer-closed', this.options.path);
    return this.opened.level;
  }

  get opening(): BufferOpening {
    return this.opened.opening;
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

  /** After a failed write LevelDB's log is not to be trusted: it is opened again first. */
  async ready(): Promise<void> {
    const { level } = this;
    if (!this.broken) return;
    await level.close();
    this.opened = await openFolder(this.options);
    this.ledger = this.opened.ledger;
    this.waiting.clear();
    this.stale = false;
    this.broken = false;
  }

  async commit(write: Write): Promise<void> {
    const withLedger = write.tallied !== true || this.stale;
    const ledger = { ...write.ledger, version: write.ledger.version + 1 };
    const names = [...this.waiting.keys()];
    const operations = [
      ...[...this.waiting.values()].map((key): Operation => ({ type: 'del', key })),
      ...write.operations,
      ...(withLedger ? [ledgerPut(ledger)] : []),
    ];
    await this.write(operations, write.sync === true);
    for (const name of names) this.waiting.delete(name);
    this.ledger = ledger;
    if (withLedger) this.stale = false;
  }

  /** Something that is no record. */
  async put(key: Buffer, value: Buffer): Promise<void> {
    await this.write([{ type: 'put', key, value }], false);
  }

  /** An fsync needs a write: the key that comes next is deleted, which is not there yet. */
  async sync(): Promise<void> {
    if (!this.unsynced) return;
    const { order, epoch, next } = currentEpoch(this.ledger);
    await this.write([{ type: 'del', key: recordKey({ order, epoch, number: next }) }], true);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    try {
      if (!this.broken) {
        await this.commit({ operations: [], ledger: { ...this.ledger, clean: true }, sync: true });
      }
    } finally {
      this.closed = true;
      await this.opened.level.close();
    }
  }

  private async write(operations: Operation[], sync: boolean): Promise<void> {
    try {
      await this.level.batch(operations, { sync });
      this.unsynced = !sync;
    } catch (error) {
      if (!this.closed) this.broken = true;
      throw bufferError(error);
    }
  }
}

function ledgerPut(ledger: Ledger): Operation {
  return { type: 'put', key: LEDGER_KEY, value: encodeLedger(ledger) };
}

function nameOf({ order, number }: Place): string {
  return `${order}/${number}`;
}
