/**
 * Reads a segment from its start, in windows, past whatever damage it holds.
 *
 * Where a record cannot be read, the next place that carries the segment's salt and a matching
 * checksum is looked for; the search visits each byte at most once, so it is bounded by the file.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { type JournalRecord, MAX_BODY_BYTES, PREFIX_BYTES, parseRecord } from './record.ts';
import type { Segment } from './segment.ts';

const WINDOW_BYTES = 1_048_576;

/** What a scan saw, complete when the scan is. */
export interface ScanResult {
  /** Where the last intact record ends. */
  goodEnd: number;
  lastSeq: number;
  /** Bytes skipped before or between intact records. */
  damagedBytes: number;
  /** Bytes after the last intact record. */
  tailBytes: number;
  /** The tail is not the beginning of a record: damage rather than a write that was cut. */
  tailDamaged: boolean;
}

export function emptyScan(segment: Segment): ScanResult {
  return {
    goodEnd: 0,
    lastSeq: segment.firstSeq - 1,
    damagedBytes: 0,
    tailBytes: 0,
    tailDamaged: false,
  };
}

/** Records in order; numbers always rise. Fills `result` on the way. */
export async function* scanSegment(
  segment: Segment,
  result: ScanResult,
): AsyncGenerator<JournalRecord> {
  const file = await open(segment.path, 'r');
  try {
    yield* scanFile(file, segment, result);
  } finally {
    await file.close();
  }
}

async function* scanFile(
  file: FileHandle,
  segment: Segment,
  result: ScanResult,
): AsyncGenerator<JournalRecord> {
  const window = new Window(file);
  await window.fill();
  for (;;) {
    const parsed = parseRecord(window.bytes, window.at, window.end, segment.salt);
    if (parsed.kind === 'record' && parsed.record.seq > result.lastSeq) {
      result.damagedBytes += window.offset - result.goodEnd;
      result.lastSeq = parsed.record.seq;
      window.at = parsed.end;
      result.goodEnd = window.offset;
      yield parsed.record;
    } else if (parsed.kind === 'cut' && !window.complete) {
      await window.fill();
    } else if (window.at < window.end) {
      if (window.offset === result.goodEnd) result.tailDamaged = parsed.kind !== 'cut';
      window.skipTo(segment.salt);
    } else {
      result.tailBytes = window.offset - result.goodEnd;
      return;
    }
  }
}

/** A stretch of the file in memory; records are views of it, so each window is a new buffer. */
class Window {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;
  end = 0;
  complete = false;
  readonly #file: FileHandle;
  /** Of `bytes[0]` in the file. */
  #base = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  get offset(): number {
    return this.#base + this.at;
  }

  /** Keeps what is unread and reads more behind it. */
  async fill(): Promise<void> {
    const kept = this.end - this.at;
    const wanted = Math.min(Math.max(WINDOW_BYTES, kept * 2), MAX_BODY_BYTES + WINDOW_BYTES);
    const next = Buffer.allocUnsafe(Math.max(wanted, kept + WINDOW_BYTES));
    this.bytes.copy(next, 0, this.at, this.end);
    this.#base = this.offset;
    this.at = 0;
    const room = next.length - kept;
    const { bytesRead } = await this.#file.read(next, kept, room, this.#base + kept);
    this.bytes = next;
    this.end = kept + bytesRead;
    this.complete = bytesRead === 0;
  }

  /** To the next place that may start a record; near the end of the window, to where more is needed. */
  skipTo(salt: number): void {
    const mark = Buffer.allocUnsafe(4);
    mark.writeUInt32LE(salt);
    const found = this.bytes.subarray(0, this.end).indexOf(mark, this.at + 1);
    if (found >= 0) this.at = found;
    else this.at = Math.max(this.at + 1, this.complete ? this.end : this.end - PREFIX_BYTES);
  }
}
