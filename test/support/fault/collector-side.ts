/** The collector's data folder, damaged: what must still hold, and how it is looked at. */
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import { openLevelStore } from '../../../collector/io/store/level-store.ts';
import { verifyData } from '../../../collector/io/verify.ts';
import { copyAsKilled } from '../buffer/snapshot.ts';
import { addBallast } from './ballast.ts';
import { type Content, contentOf, storeContent } from './collector-content.ts';
import { COLUMNS, CollectorFleet, DEVICES } from './collector-fleet.ts';
import { judge } from './collector-judge.ts';
import type { Notes } from './collector-notes.ts';
import { runCollector } from './collector-run.ts';
import { cpuSeconds } from './cpu.ts';
import type { Job, Side, Trial } from './side.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 2 * MINUTE;
const ROWS = 30;
const LOOKS = 100;
const BATCH_ROWS = 3;

export const COLLECTOR: Side = {
  name: 'collector',
  states: ['killed'],
  prepare,
  try: tryCollector,
};

/** Two whole days with their rollups, behind a checkpoint and a cut journal; then some of today. */
async function prepare(base: string, bytes?: number): Promise<void> {
  const live = join(base, 'live');
  const now = Date.now();
  const today = Math.floor(now / DAY) * DAY;
  const hours = (from: number, to: number) => fill(live, from, to);
  await hours(today - 2 * DAY, today - 4 * HOUR);
  await derive(live, now);
  if (bytes !== undefined) {
    const days = { from: today - 2 * DAY, to: today, now };
    await addBallast(join(live, 'store'), bytes, days);
  }
  await cutJournal(live);
  await cp(live, join(base, 'older'), { recursive: true });
  await hours(today - 4 * HOUR, today);
  const stored = await contentAt(live);
  const { rollups } = await storeContent(join(live, 'store'), today - 3 * DAY, today - DAY);
  const collector = await runCollector(live);
  const fleet = await CollectorFleet.connect(collector.mqtt, 1_000);
  for (let n = 0; n < 5; n++) await fleet.batch(today - n * STEP * 7 + 1_000, BATCH_ROWS, STEP);
  await fleet.rubbish();
  await silence(collector.http, 'last');
  await flag(collector.http, 'last');
  const { samples, ...rest } = await whole(collector.http, stored, fleet.next - 1_000);
  await copyAsKilled(live, join(base, 'killed'));
  const notes: Notes = {
    ...{ today, next: fleet.next, samples: [...samples], rest, rollups: [...rollups] },
    journalled: [...samples.keys()].filter((name) => !stored.samples.has(name)),
  };
  await writeFile(join(base, 'notes.json'), JSON.stringify(notes));
  await fleet.end();
  await collector.stop();
  await rm(live, { recursive: true });
}

/** The broker has a message before it is found: what is missing then would be there after a replay. */
async function whole(http: string, before: Content, batches: number): Promise<Content> {
  const samples = before.samples.size + batches * BATCH_ROWS * DEVICES.length * COLUMNS;
  const messages = before.quarantine.length + DEVICES.length;
  for (;;) {
    const content = await contentOf(http);
    const isWhole = content.samples.size >= samples && content.quarantine.length >= messages;
    if (isWhole) return content;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** One run of the collector, ended in order, that takes what devices sampled in these hours. */
async function fill(live: string, from: number, to: number): Promise<void> {
  const collector = await runCollector(live);
  const fleet = await CollectorFleet.connect(collector.mqtt, Math.round((from % 1e10) / HOUR));
  for (let at = from; at < to; at += ROWS * STEP) await fleet.batch(at, ROWS, STEP);
  await fleet.rubbish();
  await silence(collector.http, `${from}`);
  await flag(collector.http, `at-${from}`);
  await fleet.end();
  await collector.stop();
}

async function silence(http: string, comment: string): Promise<void> {
  const startsAt = new Date().toISOString();
  const endsAt = new Date(Date.now() + DAY).toISOString();
  const matchers = [{ name: 'alertname', value: comment, isRegex: false, isEqual: true }];
  const body = JSON.stringify({ comment, createdBy: 'test', startsAt, endsAt, matchers });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${http}/api/v2/silences`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}

async function flag(http: string, name: string): Promise<void> {
  const body = JSON.stringify({ type: 'boolean', default: true, by: 'test' });
  const headers = { 'content-type': 'application/json' };
  const url = `${http}/api/muster/v1/flags/${name}`;
  const answer = await fetch(url, { method: 'PUT', headers, body });
  if (!answer.ok) throw new Error(await answer.text());
}

async function derive(live: string, now: number): Promise<void> {
  const store = await openLevelStore({ path: join(live, 'store'), now });
  for (let round = 0; round < 12; round++) await store.maintain(now);
  await store.checkpoint();
  await store.close();
}

/** What a checkpoint does when the journal has gone on to its next segment. */
async function cutJournal(live: string): Promise<void> {
  const dir = join(live, 'journal');
  const before = await openJournal({ dir });
  const { nextSeq } = before.stats();
  await before.close();
  const journal = await openJournal({ dir, minSeq: nextSeq + 1 });
  const entry = { topic: 'muster/v1/lab/damage-1/log', payload: Buffer.from('x'), receivedAt: 0 };
  await journal.truncate(await journal.append(entry));
  await journal.close();
}

async function contentAt(live: string): Promise<Content> {
  const collector = await runCollector(live);
  try {
    return await contentOf(collector.http);
  } finally {
    await collector.stop();
  }
}

async function tryCollector(job: Job): Promise<Trial> {
  const notes = JSON.parse(await readFile(join(job.base, 'notes.json'), 'utf8')) as Notes;
  const verified = await verify(job.path);
  const [began, beganAt] = [cpuSeconds(), performance.now()];
  const collector = await runCollector(job.path);
  let content: Content;
  let cpu: number;
  let seconds: number;
  let took: boolean;
  try {
    took = await takes(collector, notes);
    cpu = cpuSeconds() - began;
    seconds = (performance.now() - beganAt) / 1_000;
    content = await contentOf(collector.http);
  } finally {
    await collector.stop();
  }
  const { today } = notes;
  const atRest = await storeContent(join(job.path, 'store'), today - 3 * DAY, today - DAY);
  const complaints = [...collector.complaints, ...atRest.complaints];
  return judge(job, notes, { content, atRest, complaints, verified, took, cpu, seconds });
}

/** On a copy: `verify` lets LevelDB open the folder. */
async function verify(path: string): Promise<readonly string[]> {
  const copy = `${path}-verified`;
  await cp(path, copy, { recursive: true });
  const damaged: string[] = [];
  // A kill leaves a cut end of the journal too, so that it is told and not called damage.
  for await (const { part, verdict, detail } of verifyData(copy))
    if (verdict === 'damaged' || detail.includes('cut off')) damaged.push(`${part}: ${detail}`);
  await rm(copy, { recursive: true });
  return damaged;
}

/** Devices that connect again are taken, and what they send is found. */
async function takes(
  { http, mqtt }: { readonly http: string; readonly mqtt: string },
  notes: Notes,
): Promise<boolean> {
  const fleet = await CollectorFleet.connect(mqtt, notes.next);
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  await fleet.batch(now, 1, STEP);
  await fleet.end();
  const query = new URLSearchParams({
    query: 'count({__name__=~"dm_.*"})',
    time: `${now / 1_000}`,
  });
  // A broker may say that it has a message before the message is found.
  for (let look = 0; look < LOOKS; look++) {
    const answer = await fetch(`${http}/api/v1/query?${query.toString()}`);
    const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
    if (Number(data.result[0]?.value[1]) === DEVICES.length * COLUMNS) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
