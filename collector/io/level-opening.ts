/** Opens a LevelDB folder whatever happened to it, as long as the disk itself answers. */
import { readdir, rename, rm } from 'node:fs/promises';
import { droppedAtOpening, logProblem, manifestProblem } from './level-files.ts';
import { damagedTable, mend } from './level-mend.ts';

export interface Opening {
  /** `replaced`: nothing could be opened; the old folder is at `setAside` and this one is new. */
  readonly state: 'new' | 'intact' | 'repaired' | 'replaced';
  readonly entries: number;
  /** Entries that were found damaged and left out; what a repair itself lost is not known. */
  readonly lostEntries: number;
  readonly setAside?: string;
  /** Why it was not simply opened. */
  readonly reason?: string;
}

export interface Verified {
  readonly entries: number;
  readonly lostEntries: number;
}

export interface LevelKind<Level> {
  create(path: string): Level;
  /** Reads everything once. */
  verify(level: Level): Promise<Verified>;
  /** Copies what is intact. */
  copy(from: Level, to: Level): Promise<void>;
}

interface Openable {
  open(): Promise<void>;
  close(): Promise<void>;
}

interface Opened<Level> {
  readonly level: Level;
  readonly opening: Opening;
}

export async function openLevel<Level extends Openable>(
  path: string,
  kind: LevelKind<Level>,
): Promise<Opened<Level>> {
  const found = await whatIsThere(path);
  let reason: string;
  try {
    // LevelDB would begin anew, or believe an old list, and delete the tables it finds.
    const problem = manifestProblem(path) ?? (await damagedTable(path));
    if (problem !== undefined) throw new Error(problem);
    const lost = logProblem(path);
    const tried = await attempt(path, kind);
    const level = { ...tried, dropped: tried.dropped ?? lost };
    return await settle(path, kind, level, found);
  } catch (error) {
    reason = ofDamage(error);
  }
  try {
    reason = `${reason} (${await mend(path)})`;
    return await settle(path, kind, await attempt(path, kind), 'repaired', reason);
  } catch (error) {
    ofDamage(error);
    const setAside = await putAside(path);
    const anew = await attempt(path, kind);
    return {
      level: anew.level,
      opening: { state: 'replaced', ...anew.verified, setAside, reason },
    };
  }
}

interface Attempt<Level> {
  readonly level: Level;
  readonly verified: Verified;
  /** What LevelDB says of its own log when it leaves out damaged parts of it. */
  readonly dropped: string | undefined;
}

async function attempt<Level extends Openable>(
  path: string,
  { create, verify }: LevelKind<Level>,
): Promise<Attempt<Level>> {
  const level = create(path);
  try {
    await level.open();
    return { level, verified: await verify(level), dropped: droppedAtOpening(path) };
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** Tables that hold a wrong entry are not worked with: compacting them may abort the process. */
async function settle<Level extends Openable>(
  path: string,
  kind: LevelKind<Level>,
  { level, verified, dropped }: Attempt<Level>,
  state: Opening['state'],
  reason = 'damaged entries',
): Promise<Opened<Level>> {
  if (verified.lostEntries === 0) {
    if (dropped !== undefined) {
      return { level, opening: { state: 'repaired', ...verified, reason: dropped } };
    }
    const why = state === 'repaired' ? { reason } : {};
    return { level, opening: { state, ...verified, ...why } };
  }
  const target = salvagePath(path);
  await rm(target, { recursive: true, force: true });
  const fresh = kind.create(target);
  await fresh.open();
  await kind.copy(level, fresh).finally(() => Promise.all([fresh.close(), level.close()]));
  const setAside = await putAside(path);
  await rename(target, path);
  const { entries, lostEntries } = verified;
  const again = await attempt(path, kind);
  return {
    level: again.level,
    opening: { state: 'repaired', entries, lostEntries, setAside, reason },
  };
}

function salvagePath(path: string): string {
  return `${path}.salvaged`;
}

async function whatIsThere(path: string): Promise<'new' | 'intact'> {
  let names = await namesIn(path);
  // Cut between setting the old folder aside and putting the copy in its place.
  if (names === undefined && (await namesIn(salvagePath(path))) !== undefined) {
    await rename(salvagePath(path), path);
    names = await namesIn(path);
  }
  const holds = names?.some((name) => /^(CURRENT$|MANIFEST-)|\.(ldb|sst|log)$/.test(name));
  return holds === true ? 'intact' : 'new';
}

async function namesIn(path: string): Promise<string[] | undefined> {
  try {
    return await readdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    // A file where the folder should be: damage, found by the attempt to open it.
    if (code === 'ENOTDIR') return [];
    throw error;
  }
}

/** Not the data's fault: setting the folder aside would lose it for nothing. */
const ENVIRONMENT =
  /LEVEL_LOCKED|no space left|disk quota|permission denied|read-only file|too many open files|cannot allocate|ENOMEM|EAGAIN/i;

/** The reason when the data is damaged; throws when it is the disk or another process. */
function ofDamage(error: unknown): string {
  const text = describe(error);
  if (ENVIRONMENT.test(text)) throw error;
  return text;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`;
  return `${code} ${error.message}${cause}`.trim();
}

async function putAside(path: string): Promise<string> {
  for (let n = 1; ; n += 1) {
    const target = `${path}.damaged-${n}`;
    const taken = await namesIn(target);
    if (taken !== undefined) continue;
    await rename(path, target);
    return target;
  }
}
