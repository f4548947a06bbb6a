/**
 * The end of the journal that is written: one group of entries at a time, on disk before it is
 * acknowledged, and taken back whole when the disk refuses.
 */
import type { FileHandle } from 'node:fs/promises';
import type { JournalEntry } from '../../ports.ts';
import type { Settings } from './options.ts';
import { recordBound, writeRecord } from './record.ts';
import { beginSegment, resumeSegment, type Segment } from './segment.ts';

export class SegmentWriter {
  nextSeq: number;
  readonly #settings: Settings;
  readonly #began: (segment: Segment) => void;
  #segment: Segment | undefined;
  #file: FileHandle | undefined;
  /** The file may hold bytes behind the last good offset: cut them before anything else. */
  #dirty = false;
  #jump = false;
  #buffer: Buffer = Buffer.alloc(0);

  constructor(settings: Settings, nextSeq: number, began: (segment: Segment) => void) {
    this.#settings = settings;
    this.nextSeq = nextSeq;
    this.#began = began;
  }

  get segment(): Segment | undefined {
    return this.#segment;
  }

  /**
   * Goes on at the end of an existing segment, after cutting what a crash left there. When numbers
   * jump, the next group begins a segment of its own: names tell first numbers.
   */
  async resume(segment: Segment, goodEnd: number, lastSeq: number): Promise<void> {
    this.#file = await resumeSegment(segment.path);
    this.#segment = segment;
    this.#jump = this.nextSeq !== lastSeq + 1;
    if (segment.bytes === goodEnd) return;
    segment.bytes = goodEnd;
    this.#dirty = true;
    await this.#cut();
  }

  /** Resolves with the first entry's number when all are on disk; rejects with none of them there. */
  async write(entries: readonly JournalEntry[]): Promise<number> {
    if (this.#dirty) await this.#cut();
    const { file, segment } = await this.#current();
    const first = this.nextSeq;
    const length = this.#encode(entries, segment.salt, first);
    try {
      await writeAll(file, this.#buffer, length, segment.bytes);
    } catch (error) {
      this.#dirty = true;
      // A failure here is met again, and reported, by the next group.
      await this.#cut().catch(() => {});
      throw error;
    }
    segment.bytes += length;
    this.nextSeq += entries.length;
    return first;
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (this.#dirty && file !== undefined) await file.truncate(this.#segment?.bytes ?? 0);
    await file?.close();
  }

  async #current(): Promise<{ file: FileHandle; segment: Segment }> {
    const { segment, file } = { segment: this.#segment, file: this.#file };
    const open = segment !== undefined && file !== undefined;
    const fits = open && segment.bytes < this.#settings.segmentBytes;
    if (fits && !this.#jump) return { file, segment };
    const begun = await beginSegment(this.#settings.dir, this.nextSeq);
    await file?.close();
    this.#segment = begun.segment;
    this.#file = begun.file;
    this.#jump = false;
    this.#began(begun.segment);
    return begun;
  }

  #encode(entries: readonly JournalEntry[], salt: number, first: number): number {
    const room = entries.reduce((sum, entry) => sum + recordBound(entry), 0);
    if (this.#buffer.length < room) this.#buffer = Buffer.allocUnsafeSlow(room);
    let at = 0;
    entries.forEach((entry, index) => {
      at = writeRecord(this.#buffer, at, salt, first + index, entry);
    });
    return at;
  }

  async #cut(): Promise<void> {
    const { segment, file } = { segment: this.#segment, file: this.#file };
    if (segment !== undefined && file !== undefined) {
      await file.truncate(segment.bytes);
      await file.datasync();
    }
    this.#dirty = false;
  }
}

/** On disk when it resolves. A write to a nearly full disk may be short; the rest of it then fails with the reason. */
async function writeAll(file: FileHandle, from: Buffer, length: number, at: number): Promise<void> {
  let done = 0;
  while (done < length) {
    const { bytesWritten } = await file.write(from, done, length - done, at + done);
    done += bytesWritten;
  }
}
