/**
 * A full disk cuts a write of the agent's in the middle. The agent mends that with its next write;
 * killed before, it cannot tell it from a file that lost its end, and says that it was damaged.
 */
import { existsSync, readFileSync } from 'node:fs';

const CUT = 'the disk that holds the buffer is full';
const MENDED = 'buffer takes batches again';
const OPENED = 'the buffer was not closed cleanly';
const TORN = /how=repaired detail="\d+\.log (is empty|ends in the middle of an entry)"/;

/** The causes that a run allows, with `damaged` when the agent's log shows that it met such a write. */
export function allowingCutWrite(allowed: ReadonlySet<string>, file: string): ReadonlySet<string> {
  const hasMet = existsSync(file) && metCutWrite(readFileSync(file, 'utf8'));
  return hasMet ? new Set([...allowed, 'damaged']) : allowed;
}

/** Whether the lines of an agent's log show just that: a cut write, and next an opening that met its end. */
export function metCutWrite(log: string): boolean {
  let isCut = false;
  for (const line of log.split('\n')) {
    if (line.includes(CUT)) isCut = true;
    else if (line.includes(MENDED)) isCut = false;
    else if (line.includes(OPENED)) {
      if (isCut && TORN.test(line)) return true;
      isCut = false;
    }
  }
  return false;
}
