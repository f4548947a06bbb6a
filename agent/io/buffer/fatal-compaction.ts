/**
 * A table with turned bits fails an assertion of LevelDB when it is merged, and takes the process
 * with it (classic-level 3.0.0: SIGABRT in TableBuilder::Add): at every start anew, before anybody
 * has read the damage. LevelDB keeps a diary of its life, and the one of the life before.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const BEGUN = 'Compacting ';
/** Also of one that failed without taking the process down. */
const ENDED = /compacted to:|[Cc]ompaction error/;

/** Why, when two lives in a row ended in the same compaction; a kill hardly ever meets it twice. */
export async function diesCompacting(path: string): Promise<string | undefined> {
  const last = unfinished(await diaryOf(join(path, 'LOG')));
  if (last === undefined || last !== unfinished(await diaryOf(join(path, 'LOG.old')))) {
    return undefined;
  }
  return `two lives in a row ended while LevelDB was ${last.toLowerCase()}`;
}

/** The compaction that a diary ends in: `Compacting 4@0 + 1@1 files`. */
function unfinished(diary: string): string | undefined {
  const at = diary.lastIndexOf(BEGUN);
  if (at < 0) return undefined;
  const rest = diary.slice(at);
  return ENDED.test(rest) ? undefined : rest.split('\n', 1)[0];
}

async function diaryOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return '';
  }
}
