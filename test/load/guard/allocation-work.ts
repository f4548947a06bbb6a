/**
 * What one message allocates on its way: bytes on V8's heap and of buffers outside, between two
 * looks with no collection between them. Runs without the optimising compiler, whose moment of
 * stepping in is not the same twice. Prints the figures.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { decodeBody } from '../../../protocol/messages/batch.ts';
import { readBatch } from '../../../protocol/messages/batch-quick.ts';
import { BatchMaker } from '../ingest/batches.ts';

/** Bytes a message, by what was done with it. */
export type Allocations = Readonly<Record<string, number>>;

const MESSAGES = 400;
const SERIES = 80;

const folder = await mkdtemp(join(tmpdir(), 'mstr-guard-'));
const store = await openLevelStore({ path: folder });
const fleet = new BatchMaker(MESSAGES, SERIES);
const ids = Array.from({ length: MESSAGES }, (_, device) =>
  Uint32Array.from(fleet.series, ({ name, labels, type, unit }) =>
    store.resolve(
      new Map([['__name__', name], ...labels, ['instance', `d-${device}`]]),
      { type, unit },
      `d-${device}`,
    ),
  ),
);
let seq = 0;

function take(payloads: readonly Uint8Array[], keep: boolean): void {
  for (const [device, payload] of payloads.entries()) {
    const batch = readBatch(payload);
    if (!batch.ok) throw new Error('nothing is rubbish here');
    const body = decodeBody(batch.value.body, batch.value.header.wall, fleet.series);
    if (!body.ok) throw new Error('nothing is rubbish here');
    if (keep) store.append(++seq, ids[device] as Uint32Array, body.value);
  }
}

function allocated(round: number, keep: boolean): number {
  const payloads = fleet.round(round).map(({ payload }) => payload);
  globalThis.gc?.();
  const before = process.memoryUsage();
  take(payloads, keep);
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  return Math.round(bytes / MESSAGES);
}

// Lazy compilation and first growth are over after the first ones.
take(
  fleet.round(1).map(({ payload }) => payload),
  true,
);
allocated(2, true);
const seen: Allocations = {
  'decoding: bytes allocated a message': allocated(3, false),
  'decoding and appending: bytes allocated a message': allocated(4, true),
};
console.log(JSON.stringify(seen));
await store.close();
await rm(folder, { recursive: true });
