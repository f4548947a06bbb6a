import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunResult } from '../../agent/ports/caretaking.ts';
import { rotateLogsTask } from '../../agent/tasks/rotate-logs.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { onDisk, type TempFolder } from '../support/temp-folder.ts';

const HOUR_MS = 3_600_000;
const GOOD: RunResult = {
  code: 0,
  signal: undefined,
  timedOut: false,
  stdout: '',
  stderr: '',
  tail: '',
};

let temp: TempFolder;
let root: string;
let log: string;
let clock: FakeClock;

beforeEach(async () => {
  temp = await onDisk('rotate');
  root = join(temp.path, 'logs');
  mkdirSync(root);
  log = join(root, 'app.log');
  clock = new FakeClock(0, Date.now());
});

afterEach(() => temp[Symbol.asyncDispose]());

const rotate = (written: object = {}, more = {}) =>
  runTask(
    rotateLogsTask,
    { roots: [root], include: ['**/*.log'], maxBytes: '10B', ...written },
    { clock, ...more },
  );

const names = () => readdirSync(root).sort();

/** All lines of the log and of what was rotated of it, in order. */
function everyLine(): string {
  const old = names().filter((name) => name.startsWith('app.log-'));
  return [...old, 'app.log'].map(textOf).join('');
}

function textOf(name: string): string {
  try {
    const bytes = readFileSync(join(root, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  } catch {
    return '';
  }
}

describe('rename', () => {
  it('loses no line of a writer that opens its log late', async () => {
    let written = '';
    let writer = openSync(log, 'a', 0o640);
    for (let round = 0; round < 8; round += 1) {
      for (const when of ['before', 'after']) {
        const line = `line ${when} rotation ${round}\n`;
        writeSync(writer, line);
        written += line;
        if (when === 'before') expect((await rotate()).ok).toBe(true);
      }
      closeSync(writer);
      writer = openSync(log, 'a', 0o640);
      await clock.advance(HOUR_MS);
    }
    closeSync(writer);
    const outcome = await rotate({ keep: 100 });
    expect(outcome.ok).toBe(true);
    expect(everyLine().includes('line after rotation 7')).toBe(true);
    // keep: 7 of the rounds before took the oldest away, and only that.
    expect(written.endsWith(everyLine())).toBe(true);
    expect(names().filter((name) => name.endsWith('.gz')).length).toBeGreaterThan(4);
  });

  it('keeps so many, packs all but the newest, and keeps permissions', async () => {
    for (let round = 0; round < 5; round += 1) {
      writeFileSync(log, `round ${round} and more\n`, { mode: 0o640 });
      chmodSync(log, 0o640);
      await rotate({ keep: 3 });
      await clock.advance(HOUR_MS);
    }
    const found = names();
    expect(found).toHaveLength(3);
    expect(found.map((name) => name.endsWith('.gz'))).toEqual([true, true, false]);
    expect(found.map(textOf).join('')).toMatch(/^round 2.*\nround 3.*\nround 4.*\n$/);
    for (const name of found) expect(statSync(join(root, name)).mode & 0o777).toBe(0o640);
  });

  it('leaves alone what is small, empty or young, and rotates what is old', async () => {
    writeFileSync(log, 'small');
    writeFileSync(join(root, 'empty.log'), '');
    expect((await rotate()).figures['files_rotated']).toBe(0);
    expect((await rotate({ maxAge: '1h' })).figures['files_rotated']).toBe(0);
    await clock.advance(2 * HOUR_MS);
    expect((await rotate({ maxAge: '1h' })).figures['files_rotated']).toBe(1);
    writeFileSync(log, 'next');
    await clock.advance(HOUR_MS / 2);
    expect((await rotate({ maxAge: '1h' })).figures['files_rotated']).toBe(0);
  });

  it('tells the unit once, and says when it could not', async () => {
    const asked: string[][] = [];
    const runner = (result: RunResult) => ({
      run: async (command: readonly string[]) => {
        asked.push([...command]);
        return result;
      },
    });
    writeFileSync(log, 'long enough\n');
    writeFileSync(join(root, 'b.log'), 'long enough\n');
    await rotate({ unit: 'app.service' }, { runner: runner(GOOD) });
    expect(asked).toEqual([['systemctl', 'kill', '--signal=HUP', '--', 'app.service']]);
    writeFileSync(log, 'long enough\n');
    const bad = { ...GOOD, code: 1, stderr: 'no such unit' };
    const outcome = await rotate({ unit: 'app.service' }, { runner: runner(bad) });
    expect(outcome).toMatchObject({ ok: false });
    expect(outcome.text).toContain('no such unit');
  });

  it('goes on after a kill at any step', async () => {
    writeFileSync(join(root, 'app.log-20200101T000000Z'), 'oldest\n');
    // Killed while packing, and between the packed file's name and the end of the plain one.
    writeFileSync(join(root, 'app.log-20200101T000000Z.gz.muster-partial'), 'half');
    writeFileSync(join(root, 'app.log-20200102T000000Z'), 'middle\n');
    writeFileSync(join(root, 'app.log-20200102T000000Z.gz'), 'stale');
    writeFileSync(log, 'the newest\n');
    await rotate();
    await clock.advance(HOUR_MS);
    expect(everyLine()).toBe('oldest\nmiddle\nthe newest\n');
    expect(names().join()).not.toContain('partial');
  });

  it('a clock that was set back does not make the newest the oldest', async () => {
    writeFileSync(join(root, 'app.log-20990101T000000Z'), 'first\n');
    writeFileSync(log, 'second second\n');
    await rotate({ keep: 1, compress: false });
    expect(names()).toEqual(['app.log-20990101T000001Z']);
    expect(everyLine()).toBe('second second\n');
  });

  it('a dry run changes nothing', async () => {
    writeFileSync(log, 'long enough\n');
    const outcome = await rotate({}, { dryRun: true });
    expect(outcome.figures['files_rotated']).toBe(1);
    expect(names()).toEqual(['app.log']);
  });
});

describe('copytruncate', () => {
  it('empties the same file and keeps its lines', async () => {
    const writer = openSync(log, 'a');
    writeSync(writer, 'first lines\n');
    await rotate({ mode: 'copytruncate' });
    writeSync(writer, 'more\n');
    closeSync(writer);
    expect(readFileSync(log, 'utf8')).toBe('more\n');
    expect(everyLine()).toBe('first lines\nmore\n');
    expect(names()[1]).toMatch(/\.gz$/);
  });

  it('never empties a file that has another name elsewhere, nor one behind a link', async () => {
    const outside = join(temp.path, 'outside');
    writeFileSync(outside, 'must stay as it is\n');
    linkSync(outside, log);
    symlinkSync(outside, join(root, 'link.log'));
    symlinkSync(temp.path, join(root, 'up'));
    const outcome = await rotate({ mode: 'copytruncate' });
    expect(outcome).toMatchObject({ ok: false });
    expect(outcome.text).toContain('2 names');
    expect(readFileSync(outside, 'utf8')).toBe('must stay as it is\n');
    expect(readdirSync(temp.path).sort()).toEqual(['logs', 'outside']);
  });
});

describe('what is refused', () => {
  it.each([
    [{ roots: ['/var'], include: ['*'] }, '/var'],
    [{ roots: ['/var/log'] }, 'include'],
    [{ roots: ['/var/log'], include: ['../x'] }, '".."'],
    [{ roots: ['/var/log'], include: ['*'], unit: '--all' }, 'unit'],
    [{ roots: ['/var/log'], include: ['*'], unit: 'a.service', mode: 'copytruncate' }, 'unit'],
    [{ roots: ['/var/log'], include: ['*'], keep: 0 }, 'keep'],
    [{ roots: ['/var/log'], include: ['*'], postrotate: 'sh' }, 'postrotate'],
  ])('%j', (written, message) => {
    expect(problemsOf(rotateLogsTask, written).join()).toContain(message);
  });

  it('a program that appends while it is packed keeps its plain file', async () => {
    const plain = join(root, 'app.log-20200101T000000Z');
    writeFileSync(plain, 'x'.repeat(20_000_000));
    writeFileSync(join(root, 'app.log-20200102T000000Z'), 'newest\n');
    const under = rotate();
    appendFileSync(plain, 'late\n');
    await under;
    const kept = names()[0] ?? '';
    expect(textOf(kept).endsWith('late\n')).toBe(true);
  });
});
