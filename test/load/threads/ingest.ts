/**
 * A process that takes messages of the recorded trace as the collector does between its broker and
 * its acks: envelope, columns, journal, store. argv: way, rows a message, messages, messages on
 * their way at most.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import type { Journal } from '../../../collector/ports.ts';
import { decodeBody, encodeBatch } from '../../../protocol/messages/batch.ts';
import { readBatch } from '../../../protocol/messages/batch-quick.ts';
import {
  decodeSchema,
  dictionaryId,
  type SeriesDefinition,
} from '../../../protocol/messages/schema.ts';
import { makeTemplates } from '../fleet/series.ts';
import { openSide, type Side, type Way } from './border.ts';
import { processCpuUs, threadCpuUs } from './cost.ts';

const SERIES = 80;
const DEVICES = 200;
const INTERVAL_MS = 10_000;
/** Messages in one turn of the event loop, as a busy broker brings them. */
const TURN = 200;
/** Journalled and not in the store's memory: above, nothing is taken. */
const MOST_BEHIND = 32_000;
const START = Date.UTC(2026, 10, 20);

export interface IngestFigures {
  readonly mainUs: number;
  readonly workerUs: number;
  readonly allUs: number;
  /** Until all was in the journal and in the store's memory, and until it was in chunks on disk. */
  readonly pointsPerSecond: number;
  readonly pointsPerSecondOnDisk: number;
  readonly messagesAGroup: number;
  readonly peakMiB: number;
}

interface Message {
  readonly device: number;
  readonly topic: string;
  readonly payload: Uint8Array;
}

const [way = 'same', rows = '1', count = '50000', window = '3200'] = process.argv.slice(2);
const template = makeTemplates(SERIES, Number(rows), INTERVAL_MS)[0];
if (template === undefined) throw new Error('no trace');
const decoded = decodeSchema(template.plain.payload);
if (!decoded.ok) throw new Error(decoded.error.code);
const { series } = decoded.value;
const folder = await mkdtemp(join(tmpdir(), 'mstr-threads-'));
const journal = await openJournal({ dir: join(folder, 'journal') });
const side = await openSide(way as Way, join(folder, 'store'));
await side.dictionaries(DEVICES, series);

function make(
  from: number,
  many: number,
  bodies: readonly Uint8Array[],
  schema: string,
): Message[] {
  return Array.from({ length: many }, (_, n) => {
    const number = from + n;
    const device = number % DEVICES;
    const round = Math.floor(number / DEVICES);
    const wall = START + round * Number(rows) * INTERVAL_MS;
    const body = bodies[(round + device * 7) % bodies.length] ?? new Uint8Array();
    const header = {
      ...{ epoch: 'aa'.repeat(8), number: round + 1, low: 1, boot: 'bb'.repeat(8) },
      ...{ wall, mono: round * INTERVAL_MS, clock: 1 as const },
    };
    const topic = `muster/v1/site-${device % 20}/fleet-${device}/m`;
    return { device, topic, payload: encodeBatch({ header, schema, body }) };
  });
}

/** Resolves when all is in the journal and in the store's memory. */
async function feed(
  messages: readonly Message[],
  into: { journal: Journal; side: Side; series: readonly SeriesDefinition[] },
): Promise<void> {
  const before = into.side.applied;
  let taken = 0;
  let durable = 0;
  const handle = ({ device, topic, payload }: Message): void => {
    const batch = readBatch(payload);
    if (!batch.ok) throw new Error(batch.error.code);
    const { header, body } = batch.value;
    const columns = into.side.decodes ? decodeBody(body, header.wall, into.series) : undefined;
    if (columns?.ok === false) throw new Error(columns.error.code);
    const blocks = columns?.value ?? [];
    void into.journal.append({ topic, payload, receivedAt: header.wall }).then((seq) => {
      durable++;
      into.side.put({ seq, device, wall: header.wall, body, blocks });
    });
  };
  while (into.side.applied - before < messages.length) {
    const room = Math.min(
      ...[TURN, Number(window) - (taken - durable), messages.length - taken],
      MOST_BEHIND - (durable - (into.side.applied - before)),
    );
    for (let n = 0; n < room; n++) handle(messages[taken++] as Message);
    // With nothing to do this thread sleeps, as it would in epoll.
    await new Promise((resolve) => (room > 0 ? setImmediate(resolve) : setTimeout(resolve, 1)));
  }
}

const { bodies, plain } = template;
const schema = dictionaryId(plain.payload);
const into = { journal, side, series };
const messages = make(DEVICES * 20, Number(count), bodies, schema);
// Functions are compiled and heads opened; nothing waits for the disk when it begins.
await feed(make(0, DEVICES * 20, bodies, schema), into);
await side.checkpoint();
const groups = side.groups;
const workerBefore = await side.cost();
const [main, all, started] = [threadCpuUs(), processCpuUs(), performance.now()];
await feed(messages, into);
const fed = performance.now();
const workerUs = (await side.checkpoint()) - workerBefore;
const onDisk = performance.now();
const points = messages.length * Number(rows) * SERIES;
const figures: IngestFigures = {
  mainUs: (threadCpuUs() - main) / messages.length,
  workerUs: workerUs / messages.length,
  allUs: (processCpuUs() - all) / messages.length,
  pointsPerSecond: (points / (fed - started)) * 1_000,
  pointsPerSecondOnDisk: (points / (onDisk - started)) * 1_000,
  messagesAGroup: messages.length / Math.max(1, side.groups - groups),
  peakMiB: process.resourceUsage().maxRSS / 1_024,
};
console.log(JSON.stringify(figures));
await side.close();
await journal.close();
await rm(folder, { recursive: true, force: true });
