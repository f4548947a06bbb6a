/** What Prometheus and Alertmanager call an alert by: FNV-1a (64 bits) over its sorted labels. */
import type { LabelSet } from '../label-set.ts';

// The offset and the prime (2^40 + 0x1b3) of FNV's 64 bits, in halves: BigInt would be ten times slower.
const OFFSET_HIGH = 0xcbf29ce4;
const OFFSET_LOW = 0x84222325;
const PRIME_LOW = 0x1b3;
const TWO_32 = 0x1_0000_0000;
/** Ends each name and each value: no byte of UTF-8. */
const SEPARATOR = 0xff;

const encoder = new TextEncoder();

/** 16 hex digits, the same as `model.Fingerprint` prints. */
export function fingerprint(labels: LabelSet): string {
  let high = OFFSET_HIGH;
  let low = OFFSET_LOW;
  const add = (byte: number): void => {
    const mixed = (low ^ byte) >>> 0;
    const product = mixed * PRIME_LOW;
    const carried = high * PRIME_LOW + Math.floor(product / TWO_32) + ((mixed << 8) >>> 0);
    low = product % TWO_32;
    high = carried % TWO_32;
  };
  for (const part of labels.pairs) {
    for (const byte of encoder.encode(part)) add(byte);
    add(SEPARATOR);
  }
  return hex(high) + hex(low);
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
