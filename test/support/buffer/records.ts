/** Records for tests: the payload says whose it is, so that a mix-up shows. */
import type { NewRecord, Position, StoredRecord } from '../../../agent/ports.ts';

export interface Wanted extends Partial<Omit<NewRecord, 'encode'>> {
  /** Bytes of the payload, at least what its name takes. */
  readonly bytes?: number;
  readonly seen?: (position: Position & { readonly low: number }) => void;
}

/** Number n covers second n, unless told otherwise. */
export function newRecord(n: number, wanted: Wanted = {}): NewRecord {
  const { bytes = 0, seen, ...rest } = wanted;
  return {
    kind: 'm',
    from: n * 1000,
    to: n * 1000 + 900,
    samples: 6,
    clockUnset: false,
    sent: false,
    ...rest,
    encode: (position) => {
      seen?.(position);
      return payloadOf(position, n, bytes);
    },
  };
}

function payloadOf({ epoch, number }: Position, n: number, bytes = 0): Uint8Array {
  return Uint8Array.from(Buffer.from(`${epoch}/${number}/${n} `.padEnd(bytes, '.')));
}

export function textOf(record: StoredRecord | undefined): string {
  return record === undefined
    ? 'gone'
    : (Buffer.from(record.payload).toString().split(' ')[0] ?? '');
}

export function numbersOf(records: readonly StoredRecord[]): number[] {
  return records.map((record) => record.number);
}

export const EVERYTHING = { records: 1_000_000, bytes: 1e12 };
