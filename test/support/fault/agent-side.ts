/** The agent's buffer, damaged: what must still hold, and how it is looked at. */
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { BufferError } from '../../../agent/core/errors.ts';
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import type { NewRecord, RecordBuffer } from '../../../agent/ports.ts';
import { EVERYTHING, newRecord, textOf } from '../buffer/records.ts';
import { copyAsKilled } from '../buffer/snapshot.ts';
import { cpuSeconds } from './cpu.ts';
import { reachOf } from './level-reach.ts';
import { CPU_LIMIT, type Job, type Side, type Trial } from './side.ts';

const CAP = 64_000_000;
const FATAL = /two lives in a row ended/;
const BOOTS = ['boot one', 'boot two', 'boot three'] as const;
const LAST_BOOT = BOOTS[2];
/** Records of each boot: several tables each. */
const PER_BOOT = 1_600;
const AFTER_OLDER = 150;
/** Bytes of each where the folder is to be large, as batches of a minute have. */
const LARGE_RECORD = 690;

/** What was in the folder: `epoch/number` to the payload's own name. */
interface Notes {
  readonly held: Readonly<Record<string, string>>;
  /** Of each epoch, the highest number that was ever given out. */
  readonly given: Readonly<Record<string, number>>;
}

export const AGENT: Side = { name: 'agent', states: ['killed', 'closed'], prepare, try: tryAgent };

/** Three epochs, since the power failed twice; some acknowledged in the middle; two dictionaries. */
async function prepare(base: string, bytes?: number): Promise<void> {
  if (bytes !== undefined && bytes > CAP) throw new Error(`the agent's cap here is ${CAP} bytes`);
  const count = bytes === undefined ? PER_BOOT : Math.ceil(bytes / BOOTS.length / LARGE_RECORD);
  const make = bytes === undefined ? sparse : noise;
  const given: Record<string, number> = {};
  let path = join(base, 'live-0', 'buffer');
  for (const [n, boot] of BOOTS.entries()) {
    const buffer = await openBuffer({ path, capBytes: CAP, bootId: boot });
    await buffer.putDictionary(`dictionary-${n}`, Buffer.alloc(3_000, n));
    await append(buffer, n * count, count - AFTER_OLDER, make);
    await buffer.acknowledge(buffer.epoch, [{ first: 200, last: 400 }]);
    if (boot === LAST_BOOT) await copyAsKilled(path, join(base, 'older', 'buffer'));
    await append(buffer, (n + 1) * count - AFTER_OLDER, AFTER_OLDER, make);
    given[buffer.epoch] = count;
    const next = boot === LAST_BOOT ? join(base, 'killed') : join(base, `live-${n + 1}`);
    await copyAsKilled(path, join(next, 'buffer'));
    if (boot === LAST_BOOT) await note(buffer, base, given);
    await buffer.close();
    if (boot === LAST_BOOT) await cp(join(path, '..'), join(base, 'closed'), { recursive: true });
    await rm(join(path, '..'), { recursive: true });
    path = join(next, 'buffer');
  }
}

async function append(
  buffer: RecordBuffer,
  from: number,
  count: number,
  make: (n: number) => NewRecord,
): Promise<void> {
  for (let n = from; n < from + count; n++) await buffer.append(make(n));
}

function sparse(n: number): NewRecord {
  const kind = n % 50 === 0 ? ('event' as const) : ('m' as const);
  return newRecord(n, { kind, bytes: 500 + ((n * 7_919) % 900) });
}

/** Batches do not compress. */
function noise(n: number): NewRecord {
  const { encode, ...rest } = sparse(n);
  return {
    ...rest,
    encode(position) {
      const named = Buffer.from(encode(position)).toString().trimEnd().split(' ')[0] ?? '';
      const head = Buffer.from(`${named} `);
      return Buffer.concat([head, randomBytes(LARGE_RECORD - head.length)]);
    },
  };
}

async function note(
  buffer: RecordBuffer,
  base: string,
  given: Record<string, number>,
): Promise<void> {
  const held: Record<string, string> = {};
  for (const record of await buffer.take(undefined, EVERYTHING))
    held[`${record.epoch}/${record.number}`] = textOf(record);
  await writeFile(join(base, 'notes.json'), JSON.stringify({ held, given } satisfies Notes));
}

async function tryAgent(job: Job): Promise<Trial> {
  const notes = JSON.parse(await readFile(join(job.base, 'notes.json'), 'utf8')) as Notes;
  const problems: string[] = [];
  const [began, beganAt] = [cpuSeconds(), performance.now()];
  const path = join(job.path, 'buffer');
  // What was being merged when the process died is merged at once when it is opened again.
  if (job.life === 2) await compactAll(path);
  const buffer = await openBuffer({ path, capBytes: CAP, bootId: LAST_BOOT });
  try {
    const rolledBack = await tellOfNewest(buffer, notes);
    const added = await appended(buffer);
    const cpu = cpuSeconds() - began;
    const seconds = (performance.now() - beganAt) / 1_000;
    if (cpu > CPU_LIMIT) problems.push(`${cpu.toFixed(1)} s of CPU until it worked`);
    if (added.number <= (notes.given[added.epoch] ?? 0))
      problems.push(`number ${added.number} of ${added.epoch} was given out again`);
    const left = await again(() => buffer.take(undefined, EVERYTHING));
    const found = new Map(left.map((one) => [`${one.epoch}/${one.number}`, textOf(one)]));
    if (found.get(`${added.epoch}/${added.number}`) === undefined)
      problems.push('what was appended is not there');
    found.delete(`${added.epoch}/${added.number}`);
    problems.push(...invented(found, notes));
    const lost = Object.keys(notes.held).filter((name) => !found.has(name));
    // Where LevelDB ends the process at each start the whole folder is set aside, and told.
    const isFatal = buffer.opening.how === 'quarantined' && FATAL.test(buffer.opening.detail);
    if (!isFatal) problems.push(...(await tooMuch(job, lost)));
    problems.push(...untold(buffer, lost, rolledBack));
    const how = rolledBack ? 'told by the collector' : buffer.opening.how;
    return { problems, lost: `${lost.length} records`, told: how, verify: '-', cpu, seconds };
  } finally {
    await buffer.close().catch(() => startAgain(path));
    await compactAll(path);
  }
}

/**
 * A write may meet a damaged table that is being merged, and be refused. The agent keeps what it
 * has and comes again with its next batch, before which the folder is opened again.
 */
function appended(buffer: RecordBuffer) {
  return again(() => buffer.append(newRecord(999_999)));
}

/** What is given out is noted as sent, which is a write as well. */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof BufferError)) throw error;
    return ask();
  }
}

/**
 * A large folder is merged while it is in use. A damaged table that is met there makes LevelDB
 * refuse what is written last, too: the next start must mend that, and take and end as ever.
 */
async function startAgain(path: string): Promise<void> {
  const again = await openBuffer({ path, capBytes: CAP, bootId: LAST_BOOT });
  await again.append(newRecord(1_000_000));
  await again.close();
}

/** What LevelDB does sooner or later; a damaged table in use would take the process down. */
async function compactAll(path: string): Promise<void> {
  const [generation = ''] = (await readdir(path)).filter((name) => /^\d{8}$/.test(name)).sort();
  const level = new ClassicLevel<Buffer, Buffer>(join(path, generation), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  await level.open();
  await level.compactRange(Buffer.from([0]), Buffer.from([255])).catch(() => undefined);
  await level.close();
}

/**
 * A log that was swapped for itself of earlier cannot be told from a kill earlier on, until the
 * collector speaks of a number that this folder never gave out.
 */
async function tellOfNewest(buffer: RecordBuffer, { given }: Notes): Promise<boolean> {
  const current = buffer.held().at(-1);
  if (current === undefined || given[current.epoch] === undefined) return false;
  const newest = given[current.epoch] as number;
  if (current.next > newest) return false;
  await buffer.acknowledge(current.epoch, [{ first: newest, last: newest }]);
  return true;
}

function invented(found: ReadonlyMap<string, string>, { held, given }: Notes): string[] {
  const wrong = [...found].filter(([name, text]) => {
    const [epoch = '', number = ''] = name.split('/');
    // What was acknowledged may come back: the collector takes it for a repeat.
    if (held[name] === undefined)
      return !text.startsWith(`${name}/`) || Number(number) > (given[epoch] ?? 0);
    return held[name] !== text;
  });
  return wrong.length === 0 ? [] : [`invented: ${wrong.slice(0, 3).join(' ')}`];
}

async function tooMuch(job: Job, lost: readonly string[]): Promise<string[]> {
  if (lost.length === 0) return [];
  const reach = await reachOf(job, basename(job.file));
  const beyond = lost.filter((name) => !reach.has(name));
  return beyond.length === 0
    ? []
    : [`${beyond.length} records lost beyond the file's reach, e.g. ${beyond[0]}`];
}

function untold(buffer: RecordBuffer, lost: readonly string[], rolledBack: boolean): string[] {
  if (lost.length === 0 || rolledBack || buffer.opening.how === 'quarantined') return [];
  const told = new Set<string>();
  for (const { epoch, numbers } of buffer.losses())
    for (const { first, last } of numbers)
      for (let number = first; number <= last; number++) told.add(`${epoch}/${number}`);
  // What lies behind the newest number that is left is told by the opening alone.
  const ends = new Map(buffer.held().map(({ epoch, next }) => [epoch, next]));
  const silent = lost.filter((name) => {
    const [epoch = '', number = ''] = name.split('/');
    const behind = Number(number) >= (ends.get(epoch) ?? 0);
    return !told.has(name) && !(behind && buffer.opening.previousEpoch !== undefined);
  });
  return silent.length === 0 ? [] : [`${silent.length} records gone unseen, e.g. ${silent[0]}`];
}
