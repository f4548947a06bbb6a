/**
 * The journal of accepted messages: append-only segments with group commit.
 *
 * Entries that arrive while a group is being written wait for the next one, so the number of
 * synced writes follows the disk's speed and not the number of messages.
 */
import { unlink } from 'node:fs/promises';
import { JournalError } from '../../core/errors.ts';
import type { Journal, JournalEntry, JournalOutcome } from '../../ports.ts';
import { asJournalError } from './errors.ts';
import { type JournalOptions, type Settings, settings } from './options.ts';
import { emptyScan, type ScanResult, scanSegment } from './reader.ts';
import { fits, type JournalRecord, recordBound } from './record.ts';
import { listSegments, type Segment } from './segment.ts';
import { SegmentWriter } from './writer.ts';

/**
 * A class because V8 makes literals right in its old generation once many of one place in the code
 * have lived long, as here after a thousand devices connected. Whatever an old object refers to is
 * kept until the whole heap is marked: here each message with its cells (docs/decisions/0032).
 */
class Waiting {
  readonly entry: JournalEntry;
  readonly bytes: number;
  readonly outcome: JournalOutcome;

  constructor(entry: JournalEntry, bytes: number, outcome: JournalOutcome) {
    this.entry = entry;
    this.bytes = bytes;
    this.outcome = outcome;
  }
}

/** Tells all of a group how it fared. */
type Tell = () => void;

export async function openJournal(options: JournalOptions): Promise<Journal> {
  const set = settings(options);
  const segments = await listSegments(set.dir);
  const last = segments.at(-1);
  const scan = last === undefined ? undefined : await scanWhole(last);
  const nextSeq = Math.max(set.minSeq, (scan?.lastSeq ?? 0) + 1);
  const journal = new SegmentJournal(set, segments, nextSeq);
  if (last !== undefined && scan !== undefined) await journal.recover(last, scan);
  const missing = whatIsMissing(set, last, scan);
  if (missing !== undefined) set.log?.error(missing, { dir: set.dir, nextSeq });
  return journal;
}

/** What damage took and left no trace of but this. */
function whatIsMissing(
  { minSeq }: Settings,
  last: Segment | undefined,
  scan: ScanResult | undefined,
): string | undefined {
  if (last === undefined || scan === undefined)
    return minSeq > 1 ? 'journal: its segments are lost, with what only they held' : undefined;
  if (minSeq > scan.lastSeq + 1)
    return 'journal: it ends before what the store has seen: its last entries are lost';
  const empty = scan.goodEnd === 0 && last.bytes === 0;
  return empty ? 'journal: the last segment is empty: what it held is lost' : undefined;
}

async function scanWhole(segment: Segment): Promise<ScanResult> {
  const result = emptyScan(segment);
  const records = scanSegment(segment, result);
  while (!(await records.next()).done);
  return result;
}

class SegmentJournal implements Journal {
  readonly #set: Settings;
  readonly #segments: Segment[];
  readonly #writer: SegmentWriter;
  readonly #damage = new Map<string, number>();
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #working: Promise<void> | undefined;
  #closed = false;

  constructor(set: Settings, segments: Segment[], nextSeq: number) {
    this.#set = set;
    this.#segments = segments;
    this.#writer = new SegmentWriter(set, nextSeq, (segment) => this.#segments.push(segment));
  }

  async recover(last: Segment, scan: ScanResult): Promise<void> {
    this.#note(last, scan.damagedBytes + (scan.tailDamaged ? scan.tailBytes : 0));
    if (scan.tailBytes > 0) {
      const fields = { file: last.path, bytes: scan.tailBytes, damaged: scan.tailDamaged };
      this.#set.log?.warn('journal: cut what follows the last intact entry', fields);
    }
    await this.#writer.resume(last, scan.goodEnd, scan.lastSeq);
  }

  append(entry: JournalEntry): Promise<number> {
    return new Promise((durable, refused) => this.submit(entry, { durable, refused }));
  }

  submit(entry: JournalEntry, outcome: JournalOutcome): void {
    const bytes = recordBound(entry);
    const refusal = this.#refusal(entry, bytes);
    if (refusal !== undefined) return queueMicrotask(() => outcome.refused(refusal));
    this.#queue.push(new Waiting(entry, bytes, outcome));
    this.#queuedBytes += bytes;
    this.#working ??= this.#work();
  }

  async *replay(fromSeq: number): AsyncGenerator<JournalRecord> {
    const segments = [...this.#segments];
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1];
      if (next !== undefined && next.firstSeq <= fromSeq) continue;
      const result = emptyScan(segment);
      for await (const record of scanSegment(segment, result)) {
        if (record.seq >= fromSeq) yield record;
      }
      if (next !== undefined) this.#note(segment, result.damagedBytes + result.tailBytes);
    }
  }

  async truncate(seq: number): Promise<void> {
    for (;;) {
      const [first, second] = this.#segments;
      // The last one stays: its name keeps the number when nothing else does.
      if (first === undefined || second === undefined || second.firstSeq > seq) return;
      if (first === this.#writer.segment) return;
      await unlink(first.path);
      this.#segments.shift();
      this.#damage.delete(first.path);
    }
  }

  stats(): ReturnType<Journal['stats']> {
    return {
      bytes: this.#bytes(),
      segments: this.#segments.length,
      nextSeq: this.#writer.nextSeq,
      damagedBytes: [...this.#damage.values()].reduce((sum, n) => sum + n, 0),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
    await this.#writer.close();
  }

  #refusal(entry: JournalEntry, bytes: number): JournalError | undefined {
    if (this.#closed) return new JournalError('journal-closed');
    if (!fits(entry)) return new JournalError('journal-too-large');
    if (this.#queuedBytes + bytes > this.#set.queueBytes) return new JournalError('journal-busy');
    if (this.#set.maxBytes === Number.POSITIVE_INFINITY) return undefined;
    const total = this.#bytes() + this.#queuedBytes + bytes;
    return total > this.#set.maxBytes ? new JournalError('journal-full') : undefined;
  }

  async #work(): Promise<void> {
    // What else arrives in this turn of the event loop shares the first group.
    await new Promise(setImmediate);
    let tell: Tell = nothing;
    while (this.#queue.length > 0) {
      const written = this.#writeGroup(this.#takeGroup());
      // While the disk has the next group: applying one takes as long as writing one.
      tell();
      tell = await written;
    }
    this.#working = undefined;
    tell();
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      if (count > 0 && bytes + waiting.bytes > this.#set.groupBytes) break;
      bytes += waiting.bytes;
      count += 1;
    }
    if (count === this.#queue.length) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, count);
  }

  /** Never rejects. */
  async #writeGroup(group: readonly Waiting[]): Promise<Tell> {
    try {
      const first = await this.#writer.write(group.map((waiting) => waiting.entry));
      return () => {
        let seq = first;
        for (const { outcome } of group) outcome.durable(seq++);
      };
    } catch (error) {
      const reason = asJournalError(error);
      return () => {
        for (const { outcome } of group) outcome.refused(reason);
      };
    } finally {
      for (const waiting of group) this.#queuedBytes -= waiting.bytes;
    }
  }

  #bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  #note(segment: Segment, damagedBytes: number): void {
    if (damagedBytes === 0) return;
    if (!this.#damage.has(segment.path)) {
      const fields = { file: segment.path, bytes: damagedBytes };
      this.#set.log?.error('journal: damaged bytes were passed over', fields);
    }
    this.#damage.set(segment.path, damagedBytes);
  }
}

function nothing(): void {}
