/**
 * Ingest by itself: one-row batches of 80 series of many devices straight into `Ingest.receive`,
 * on a real journal and store, without sockets. Stages are measured by leaving them out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import type { Bus, BusMessage, Clock, Journal, SampleStore } from '../../../collector/ports.ts';
import { AckDesk } from '../../../collector/work/acks.ts';
import { newCounts } from '../../../collector/work/counts.ts';
import { Dictionaries } from '../../../collector/work/dictionaries.ts';
import { Directory } from '../../../collector/work/directory.ts';
import { Feed } from '../../../collector/work/feed.ts';
import { Ingest } from '../../../collector/work/ingest.ts';
import { JournalHealth } from '../../../collector/work/journal-health.ts';
import { LiveFirst } from '../../../collector/work/live-first.ts';
import { decodeBody } from '../../../protocol/messages/batch.ts';
import { readBatch } from '../../../protocol/messages/batch-quick.ts';
import { silentLog } from '../../support/silent-log.ts';
import { BatchMaker } from '../ingest/batches.ts';

export const describe = 'CPU of ingest alone by stage, µs a message: [devices] [rounds] [series]';

/** Messages in one turn of the event loop, as a busy broker brings them. */
const TURN = 200;

export async function run(args: string[]): Promise<void> {
  const [devices, rounds, series] = [args[0] ?? 1_000, args[1] ?? 60, args[2] ?? 80].map(Number);
  const fleet = new BatchMaker(devices as number, series as number);
  const messages = (devices as number) * (rounds as number);
  console.log(`${devices} devices, ${series} series, one row a message, ${messages} messages`);
  decoding(fleet, rounds as number);
  await stage('all but journal and store', fleet, rounds as number, false, false);
  await stage('with the store', fleet, rounds as number, false, true);
  await stage('with the journal', fleet, rounds as number, true, false);
  await stage('all', fleet, rounds as number, true, true);
}

function decoding(fleet: BatchMaker, rounds: number): void {
  const { series } = fleet;
  let cpu = 0;
  for (let round = 1; round <= rounds; round++) {
    const messages = fleet.round(round);
    const before = process.cpuUsage();
    for (const { payload } of messages) {
      const batch = readBatch(payload);
      if (batch.ok) decodeBody(batch.value.body, batch.value.header.wall, series);
    }
    cpu += spent(before);
  }
  report('decoding', cpu, fleet, rounds);
}

async function stage(
  name: string,
  fleet: BatchMaker,
  rounds: number,
  disk: boolean,
  keep: boolean,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-ingest-'));
  const store = await openLevelStore({ path: join(folder, 'store') });
  const journal = disk ? await openJournal({ dir: join(folder, 'journal') }) : noJournal();
  const { ingest, counts } = assemble(journal, keep ? store : noStore(store));
  await feed(ingest, fleet.hellos());
  // Series are looked up once for each device: that is a start, not what is measured here.
  await feed(ingest, fleet.round(rounds + 1));
  let cpu = 0;
  for (let round = 1; round <= rounds; round++) {
    const messages = fleet.round(round);
    const before = process.cpuUsage();
    await feed(ingest, messages);
    cpu += spent(before);
  }
  if (counts.batches !== fleet.devices * (rounds + 1)) throw new Error(JSON.stringify(counts));
  report(name, cpu, fleet, rounds);
  await store.close();
  await journal.close();
  await rm(folder, { recursive: true });
}

async function feed(ingest: Ingest, messages: readonly BusMessage[]): Promise<void> {
  for (let at = 0; at < messages.length; at += TURN) {
    for (const message of messages.slice(at, at + TURN)) await ingest.receive(message);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ingest.settled();
}

function assemble(journal: Journal, store: SampleStore) {
  const clock: Clock = { wall: Date.now, mono: () => performance.now(), after: () => () => {} };
  const bus = { publish: () => Promise.resolve() } as unknown as Bus;
  const counts = newCounts();
  const log = silentLog;
  const ingest = new Ingest({
    ...{ clock, log, journal, store, counts },
    journalHealth: new JournalHealth(log),
    rightOfWay: new LiveFirst(clock),
    directory: new Directory(),
    dictionaries: new Dictionaries(store),
    acks: new AckDesk({ bus, clock, log, counts }),
    quarantine: { put: () => Promise.reject(new Error('nothing is rubbish here')) },
    feed: new Feed(),
    reports: {
      accepting: () => true,
      report: () => {},
      event: () => {},
      flush: () => Promise.resolve(),
    },
    moved: () => {},
  });
  return { ingest, counts };
}

function noJournal(): Journal {
  let seq = 0;
  const submit: Journal['submit'] = (_, outcome) => queueMicrotask(() => outcome.durable(++seq));
  return { submit, close: () => Promise.resolve() } as unknown as Journal;
}

function noStore(store: SampleStore): SampleStore {
  const resolve: SampleStore['resolve'] = (...args) => store.resolve(...args);
  return { resolve, append: () => {} } as unknown as SampleStore;
}

function spent(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function report(name: string, cpu: number, { devices, series }: BatchMaker, rounds: number): void {
  const each = cpu / (devices * rounds);
  const point = each / series.length;
  console.log(`  ${name.padEnd(28)} ${each.toFixed(1)} µs a message, ${point.toFixed(3)} a point`);
}
