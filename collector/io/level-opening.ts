/** Opens a LevelDB folder whatever happened to it, as long as the disk itself answers. */
import { readdir, rename } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';

export interface Opening {
  /** `replaced`: nothing could be opened; the old folder is at `setAside` and this one is new. */
  readonly state: 'new' | 'intact' | 'repaired' | 'replaced';
  readonly entries: number;
  /** Entries that were found damaged and dropped; what a repair itself lost is not known. */
  readonly lostEntries: number;
  readonly setAside?: string;
  /** Why it was not simply opened. */
  readonly reason?: string;
}

export interface Verified {
  readonly entries: number;
  readonly lostEntries: number;
}

interface Openable {
  open(): Promise<void>;
  close(): Promise<void>;
}

export async function openLevel<Level extends Openable>(
  path: string,
  create: (path: string) => Level,
  verify: (level: Level) => Promise<Verified>,
): Promise<{ level: Level; opening: Opening }> {
  const existed = await hasData(path);
  const attempt = async (state: Opening['state'], reason?: string, setAside?: string) => {
    const level = create(path);
    try {
      await level.open();
      const verified = await verify(level);
      const extra = { ...(reason && { reason }), ...(setAside && { setAside }) };
      return { level, opening: { state, ...verified, ...extra } };
    } catch (error) {
      await level.close();
      throw error;
    }
  };
  let reason: string;
  try {
    // Without CURRENT, LevelDB would begin anew and delete the tables it finds.
    if (existed === 'headless') throw new Error('CURRENT is missing');
    const first = await attempt(existed === 'empty' ? 'new' : 'intact');
    const { opening } = first;
    if (opening.lostEntries === 0) return first;
    return { ...first, opening: { ...opening, state: 'repaired', reason: 'damaged entries' } };
  } catch (error) {
    reason = ofDamage(error);
  }
  try {
    await ClassicLevel.repair(path);
    return await attempt('repaired', reason);
  } catch (error) {
    ofDamage(error);
    const setAside = await putAside(path);
    return attempt('replaced', reason, setAside);
  }
}

async function hasData(path: string): Promise<'empty' | 'headless' | 'whole'> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (names.includes('CURRENT')) return 'whole';
  return names.some((name) => /^MANIFEST-|\.(ldb|sst|log)$/.test(name)) ? 'headless' : 'empty';
}

/** Not the data's fault: setting the folder aside would lose it for nothing. */
const ENVIRONMENT =
  /LEVEL_LOCKED|no space left|disk quota|permission denied|read-only file|too many open files|cannot allocate/i;

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
    try {
      if ((await readdir(target)).length >= 0) continue;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') continue;
    }
    await rename(path, target);
    return target;
  }
}
