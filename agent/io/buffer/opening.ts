/** From whatever lies in the folder to a database and a ledger that agree with each other. */
import { existsSync } from 'node:fs';
import { type FoundFolder, judgeOpening } from '../../core/epoch.ts';
import { BufferError } from '../../core/errors.ts';
import type { BufferOpening } from '../../ports.ts';
import { afterEnd, type EndedEpoch, putEnded, readEnded } from './ended.ts';
import { diesCompacting } from './fatal-compaction.ts';
import { type Folder, findFolder, generationPath, quarantine } from './folder.ts';
import { LEDGER_KEY, type Place, recordKey } from './keys.ts';
import {
  applyNewest,
  currentEpoch,
  decodeLedger,
  emptyLedger,
  encodeLedger,
  type Ledger,
  mintEpoch,
  settled,
  settlePlan,
} from './ledger.ts';
import {
  droppedWhileOpening,
  type Level,
  looksBroken,
  type Operation,
  openLevel,
  repairLevel,
  tornLog,
} from './level.ts';
import { bufferError, describe, diskError } from './level-errors.ts';
import { decodeRecord } from './record-codec.ts';
import type { Recounted } from './recount.ts';
import { newestBatch, newestRecord } from './scan.ts';

export interface OpeningOptions {
  readonly path: string;
  readonly bootId: string;
  /** 16 hexadecimal digits, never the same twice. */
  readonly newEpoch: () => string;
  /** A write of this very process failed, so half an entry at the end of the log is no damage. */
  readonly afterFailure?: boolean;
}

export interface Opened {
  readonly level: Level;
  readonly folder: Folder;
  readonly ledger: Ledger;
  readonly ended: readonly EndedEpoch[];
  readonly opening: BufferOpening;
}

interface Loaded {
  readonly level: Level;
  readonly ledger: Ledger | undefined;
  readonly lastTo: number | undefined;
  readonly damage: string | undefined;
}

/** Rejects with a `BufferError` when the disk refuses; damage it deals with by itself. */
export async function openFolder(options: OpeningOptions): Promise<Opened> {
  try {
    return await openAnyhow(options);
  } catch (error) {
    throw bufferError(error);
  }
}

async function openAnyhow(options: OpeningOptions): Promise<Opened> {
  const folder = await findFolder(options.path);
  const path = generationPath(folder);
  // A repair keeps such a table, and reading from it would merge it.
  const fatal = await diesCompacting(path);
  if (fatal !== undefined) return setAside(options, folder, fatal);
  const broken = await looksBroken(path);
  const asItIs = async (): Promise<Opened> => {
    const loaded = await load(path, options.afterFailure === true);
    return closingOnFailure(loaded, () => finish(options, folder, loaded, loaded.damage));
  };
  const first = broken ?? (await attempt(asItIs));
  if (typeof first !== 'string') return first;
  const second = await attempt(async () => {
    const loaded = await repairAndLoad(path, first);
    return closingOnFailure(loaded, () => finish(options, folder, loaded, first));
  });
  if (typeof second !== 'string') return second;
  return setAside(options, folder, `${first}; repair failed: ${second}`);
}

async function setAside(options: OpeningOptions, { born }: Folder, why: string): Promise<Opened> {
  const target = await quarantine(options.path);
  const anew = { ...(await findFolder(options.path)), born };
  const loaded = await load(generationPath(anew));
  return finish(options, anew, loaded, `${why}; set aside as ${target}`, true);
}

/** A damaged block may show as late as at the first write, which begins a compaction. */
async function closingOnFailure({ level }: Loaded, action: () => Promise<Opened>): Promise<Opened> {
  try {
    return await action();
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** The result, or why the folder is damaged. Trouble with the disk itself is thrown. */
async function attempt(action: () => Promise<Opened>): Promise<Opened | string> {
  try {
    return await action();
  } catch (error) {
    const disk = diskError(error);
    if (disk !== undefined) throw disk;
    return describe(error);
  }
}

async function repairAndLoad(path: string, why: string): Promise<Loaded> {
  await repairLevel(path);
  return { ...(await load(path)), damage: why };
}

async function load(path: string, mayBeTorn = false): Promise<Loaded> {
  const existed = existsSync(path);
  const torn = mayBeTorn ? undefined : await tornLog(path);
  const level = await openLevel(path);
  try {
    const ledger = await readLedger(level);
    const lost = existed && ledger === undefined ? 'the ledger is missing' : undefined;
    const damage = torn ?? (await droppedWhileOpening(path)) ?? lost;
    return await freshen({ level, ledger, damage, lastTo: undefined });
  } catch (error) {
    await level.close();
    throw error;
  }
}

async function readLedger(level: Level): Promise<Ledger | undefined> {
  const ledger = decodeLedger(await level.get(LEDGER_KEY));
  if (ledger?.plan === undefined) return ledger;
  const { witness, passes } = ledger.plan;
  const key = recordKey(witness);
  const value = await level.get(key);
  const record = value === undefined ? undefined : decodeRecord(key, value);
  return settlePlan(ledger, record !== undefined && record.passes >= passes);
}

/** The ledger with what was appended since it was written. */
async function freshen(loaded: Loaded): Promise<Loaded> {
  const newest = await newestRecord(loaded.level);
  if (newest === undefined) return loaded;
  const { place, record, bytes } = newest;
  // Without it nobody knows which numbers were given out.
  if (record === undefined) return { ...loaded, damage: 'the newest record is damaged' };
  const { ledger } = loaded;
  const batch = record.kind === 'm' ? newest : await newestBatch(loaded.level);
  const lastTo = batch?.record?.to;
  if (ledger === undefined) return { ...loaded, lastTo };
  return { ...loaded, ledger: applyNewest(ledger, place, record, bytes), lastTo };
}

async function finish(
  options: OpeningOptions,
  folder: Folder,
  loaded: Loaded,
  damage: string | undefined,
  quarantined = false,
): Promise<Opened> {
  const stored = loaded.ledger ?? emptyLedger(options.bootId);
  const found: FoundFolder = {
    fresh: folder.fresh,
    damage: quarantined ? 'quarantined' : damage === undefined ? 'none' : 'repaired',
    boot: loaded.ledger?.boot,
    clean: stored.clean,
    staging: stored.staging === true,
    epochs: stored.epochs.length,
    afterFailure: options.afterFailure === true,
  };
  const { kind, mint } = judgeOpening(found, options.bootId);
  const counted =
    kind === 'repaired'
      ? await recounted(loaded.level, stored, folder.born)
      : { ledger: stored, mending: [], lastTo: loaded.lastTo, lostSince: undefined };
  const previous = counted.ledger.epochs.at(-1)?.epoch;
  const lastTo = lastSeen(counted.lastTo, stored.lastTo);
  const { staging: _, ...begun } = mint
    ? mintEpoch(counted.ledger, options.newEpoch(), lastTo)
    : counted.ledger;
  const since = Math.min(
    stored.owed ?? Number.POSITIVE_INFINITY,
    // Where nothing tells of the last sample, everything since the folder was made may be missing.
    counted.lostSince ?? lastTo ?? folder.born,
  );
  // A life that ended well, and before it could tell how the one before it had ended.
  const isUntold = stored.owed !== undefined && !(await holds(loaded.level, stored.toldBy));
  const how = kind === 'clean' && isUntold ? 'killed' : kind;
  // The process that has the folder has told of its opening.
  const isOwed = how !== 'clean' && how !== 'new' && options.afterFailure !== true;
  const next = { ...begun, version: begun.version + 1, boot: options.bootId, clean: false };
  const ledger = isOwed ? { ...settled(next), owed: since } : next;
  const before = await readEnded(loaded.level);
  const ended = mint ? afterEnd(before, counted.ledger, kind !== 'clean') : before;
  await begin(loaded.level, ledger, ended, counted.mending);
  const opening: BufferOpening = {
    how,
    ...(mint && previous !== undefined ? { previousEpoch: previous } : {}),
    ...(lastTo === undefined ? {} : { lastTo }),
    since,
    detail: damage ?? `epoch ${currentEpoch(ledger).epoch}`,
  };
  return { level: loaded.level, folder, ledger, ended, opening };
}

function lastSeen(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

async function holds(level: Level, place: Place | undefined): Promise<boolean> {
  if (place === undefined) return false;
  const key = recordKey(place);
  const value = await level.get(key);
  return value !== undefined && decodeRecord(key, value) !== undefined;
}

/**
 * Synced: were the mark of the last clean close to come back at a power cut, numbers given out
 * since would be given out again.
 */
async function begin(
  level: Level,
  ledger: Ledger,
  ended: readonly EndedEpoch[],
  mending: readonly Operation[],
): Promise<void> {
  const put = { type: 'put', key: LEDGER_KEY, value: encodeLedger(ledger) } as const;
  await level.batch([...mending, putEnded(ended), put], { sync: true });
}

/** Most devices never get there. That code cannot be loaded is no damage of the folder. */
async function recounted(level: Level, ledger: Ledger, born: number): Promise<Recounted> {
  const { recount } = await import('./recount.ts').catch((error: unknown) => {
    throw new BufferError('buffer-io', describe(error), error);
  });
  return recount(level, ledger, { born, open: 0, unseen: [] });
}
