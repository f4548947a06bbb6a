/**
 * The process that `store.test.ts` kills: writes a journal of its own, synced, then the store, with
 * checkpoints and housekeeping in between, and says after each entry that it is durable.
 */
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import { block, MIDNIGHT, seriesIds } from '../support/store.ts';

const path = process.argv[2] as string;
const journal = join(path, 'journal');
const covered = join(path, 'covered');
appendFileSync(journal, '');

const store = await openLevelStore({ path: join(path, 'store') });
const ids = seriesIds(store, 'm', 20);
const from = existsSync(covered) ? Number(readFileSync(covered, 'utf8')) : 1;
// A kill may leave half a line, which was never said to be durable.
const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
writeFileSync(journal, lines.map((line) => `${line}\n`).join(''));
for (const line of lines) if (Number(line) >= from) apply(Number(line));
const file = openSync(journal, 'a');
for (let seq = lines.length + 1; ; seq++) {
  writeSync(file, `${seq}\n`);
  fsyncSync(file);
  apply(seq);
  writeSync(1, `${seq}\n`);
  if (seq % 50 === 0) await checkpoint();
  if (seq % 130 === 0) await store.maintain(MIDNIGHT + seq * 60_000);
  if (seq % 10 === 0) await new Promise((resume) => setImmediate(resume));
}

function apply(seq: number): void {
  const time = MIDNIGHT + seq * 30_000;
  store.append(seq, ids, [
    block(
      [time],
      Array.from(ids, (_, n) => [seq * 100 + n]),
    ),
  ]);
}

async function checkpoint(): Promise<void> {
  const seq = await store.checkpoint();
  const next = openSync(`${covered}.new`, 'w');
  writeSync(next, String(seq));
  fsyncSync(next);
  closeSync(next);
  renameSync(`${covered}.new`, covered);
}
