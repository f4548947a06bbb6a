/** What is told from the ids of a layout alone. */
import { createHash } from 'node:crypto';

/** From 1 on, strictly. */
export function ascends(ids: Uint32Array): boolean {
  let last = 0;
  for (const id of ids) {
    if (id <= last) return false;
    last = id;
  }
  return true;
}

export function groupOf(ids: Uint32Array): string {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
