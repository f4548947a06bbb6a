// @ts-nocheck -- plain JavaScript, loaded before a program under test (`node --import`).
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */
/**
 * Notes how much of each log of LevelDB is on the disk for certain: lines of size and path, in the
 * file that MUSTER_TEST_SYNCED names. `power.ts` cuts what lies behind.
 */
import { openSync, readdirSync, readlinkSync, statSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';

/** Opened once: a test may take all descriptors away. */
const notes = openSync(process.env['MUSTER_TEST_SYNCED'] ?? '', 'a');

function note(path, size) {
  writeSync(notes, `${size} ${path}\n`);
}

const { batch } = ClassicLevel.prototype;
ClassicLevel.prototype.batch = async function (...args) {
  const result = await batch.apply(this, args);
  // Whoever writes waits for the write before it: nothing unsynced lies behind yet.
  if (args[1]?.sync === true) noteNewestLog(this.location);
  return result;
};

/** What is not noted counts as lost at a power cut, which is hard on the agent and never wrong. */
function noteNewestLog(location) {
  try {
    const logs = readdirSync(location).filter((name) => name.endsWith('.log'));
    const newest = join(location, logs.sort().at(-1));
    note(newest, statSync(newest).size);
  } catch {}
}

const handle = await open(import.meta.filename);
const handles = Object.getPrototypeOf(handle);
await handle.close();
const { datasync } = handles;
handles.datasync = async function () {
  const path = readlinkSync(`/proc/self/fd/${this.fd}`);
  const { size } = await this.stat();
  await datasync.call(this);
  note(path, size);
};
