import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner, RunResult } from '../../agent/ports/caretaking.ts';
import { compactTask } from '../../agent/tasks/compact.ts';
import { execTask } from '../../agent/tasks/exec.ts';
import { restartTask } from '../../agent/tasks/restart.ts';
import { trimTask } from '../../agent/tasks/trim.ts';
import { vacuumJournalTask } from '../../agent/tasks/vacuum-journal.ts';
import { problemsOf, runTask } from '../support/tasks-exec/context.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

let temp: TempFolder;

beforeEach(async () => {
  temp = await tempFolder('programs');
});

afterEach(() => temp[Symbol.asyncDispose]());

function isThere(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Answers in turn, and remembers what was asked. */
function scripted(answers: readonly Partial<RunResult>[], asked: string[][]): Runner {
  const plain = { signal: undefined, timedOut: false, stdout: '', stderr: '', tail: '' };
  return {
    run: async (command) => {
      asked.push([...command]);
      return { code: 0, ...plain, ...answers[asked.length - 1] };
    },
  };
}

describe('exec', () => {
  const exec = (written: object, more: object = {}) =>
    runTask(execTask, written, { folder: temp.path, ...more });

  it('hands on arguments as they are, prints, and knows good exit codes', async () => {
    const printed: string[] = [];
    const args = ['-c', 'printf "%s\\n" "$0" "$HERE" "$(pwd)"; exit 3', '$(touch x); a b'];
    const env = { HERE: 'yes' };
    const written = { program: '/bin/sh', args, env, exitCodes: [0, 3] };
    const outcome = await exec(written, { printed });
    expect(outcome).toMatchObject({ ok: true, figures: { exit_code: 3 } });
    expect(printed).toEqual(['$(touch x); a b', 'yes', temp.path]);
    expect(existsSync(join(temp.path, 'x'))).toBe(false);
  });

  it('tells what went wrong, and whether it is of use to try again', async () => {
    const bad = await exec({ program: '/bin/sh', args: ['-c', 'echo no disk >&2; exit 1'] });
    expect(bad).toMatchObject({ ok: false, text: '/bin/sh ended with 1: no disk' });
    expect(bad.permanent).toBeUndefined();
    const none = await exec({ program: '/nonexistent/x' });
    expect(none).toMatchObject({ ok: false, permanent: true });
    expect(none.text).toContain('not installed');
    const slow = { program: '/bin/sleep', args: ['60'] };
    expect((await exec(slow, { timeoutMs: 50 })).text).toContain('did not end in time');
  });

  it('an abort ends the program', async () => {
    const stop = new AbortController();
    const print = () => stop.abort();
    const written = { program: '/bin/sh', args: ['-c', 'echo started; sleep 60'] };
    await expect(exec(written, { signal: stop.signal, print })).rejects.toThrow('abort');
  });

  it('secrets of the agent stay with the agent', async () => {
    process.env['MUSTER_TEST_SECRET'] = 'secret';
    const printed: string[] = [];
    await exec({ program: '/usr/bin/env' }, { printed });
    delete process.env['MUSTER_TEST_SECRET'];
    expect(printed.join()).not.toContain('secret');
  });

  it('a dry run runs nothing', async () => {
    const file = join(temp.path, 'made');
    const outcome = await exec({ program: '/bin/touch', args: [file] }, { dryRun: true });
    expect(outcome.text).toContain('would run "/bin/touch"');
    expect(existsSync(file)).toBe(false);
  });
});

describe('restart', () => {
  it('restarts, then looks', async () => {
    const asked: string[][] = [];
    const runner = scripted([{}, { stdout: 'active\n' }], asked);
    const outcome = await runTask(restartTask, { unit: 'web.service' }, { runner });
    expect(outcome).toMatchObject({ ok: true, changes: ['web.service'] });
    expect(asked).toEqual([
      ['systemctl', 'restart', '--', 'web.service'],
      ['systemctl', 'is-active', '--', 'web.service'],
    ]);
  });

  it('a unit that failed after it is a failure; one that nobody knows is for good', async () => {
    const dead = scripted([{}, { code: 3, stdout: 'failed\n' }], []);
    const outcome = await runTask(restartTask, { unit: 'web.service' }, { runner: dead });
    expect(outcome).toMatchObject({ ok: false, text: 'web.service was restarted and is failed' });
    const unknown = scripted([{ code: 5, stderr: 'Unit web.service not found.' }], []);
    const refused = await runTask(restartTask, { unit: 'web.service' }, { runner: unknown });
    expect(refused).toMatchObject({ ok: false, permanent: true });
  });

  it.skipIf(!isThere('systemctl') || existsSync('/run/systemd/system'))(
    'without systemd it says so (needs systemctl, and no systemd)',
    async () => {
      const outcome = await runTask(restartTask, { unit: 'web.service' });
      expect(outcome.ok).toBe(false);
      expect(outcome.text).toMatch(/systemctl ended with 1: .+/);
    },
  );
});

it('compact: by the agent alone', async () => {
  let calls = 0;
  const own = { compactBuffer: async () => ++calls * 2048, restartAgent: async () => {} };
  expect(await runTask(compactTask, {}, { own, dryRun: true })).toMatchObject({ ok: true });
  expect(calls).toBe(0);
  const outcome = await runTask(compactTask, {}, { own });
  expect(outcome).toMatchObject({ ok: true, figures: { bytes_freed: 2048 } });
  expect(await runTask(compactTask, {})).toMatchObject({ ok: false, permanent: true });
});

describe.skipIf(!isThere('journalctl'))('vacuum-journal (needs journalctl)', () => {
  const MIB = 1024 * 1024;
  let directory: string;

  beforeEach(() => {
    directory = join(temp.path, 'journal');
    mkdirSync(directory);
    for (const number of [1, 2, 3, 4]) {
      const name = `system@0123456789abcdef0123456789abcdef-${String(number).padStart(16, '0')}`;
      const file = join(directory, `${name}-000600000000000${number}.journal`);
      writeFileSync(file, Buffer.alloc(4 * MIB, 1));
    }
  });

  it('says what it freed', async () => {
    const outcome = await runTask(vacuumJournalTask, { directory, maxBytes: '9MiB' });
    expect(outcome).toMatchObject({
      ok: true,
      figures: { bytes_freed: 8 * MIB, files_removed: 2 },
    });
    expect(outcome.changes[0]).toMatch(/system@.*0001\.journal \(4\.0M\)$/);
    await runTask(vacuumJournalTask, { directory, maxFiles: 1 });
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('a dry run deletes nothing', async () => {
    const written = { directory, maxBytes: '1MiB', maxAge: '1d' };
    const outcome = await runTask(vacuumJournalTask, written, { dryRun: true });
    expect(outcome.text).toContain('--vacuum-size=1048576 --vacuum-time=86400s');
    expect(readdirSync(directory)).toHaveLength(4);
  });
});

describe('trim', () => {
  const isPossible = process.getuid?.() === 0 && isThere('mkfs.ext4') && canLoop();

  /** A container may have no loop devices. */
  function canLoop(): boolean {
    try {
      execFileSync('losetup', ['--find'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  it.skipIf(!isPossible)('a real file system (needs root and a loop device)', async () => {
    const image = join(temp.path, 'image');
    const place = join(temp.path, 'mounted');
    mkdirSync(place);
    execFileSync('fallocate', ['-l', '16M', image]);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, place]);
    try {
      const told = await runTask(trimTask, { mountPoints: [place] }, { dryRun: true });
      expect(told.text).toContain('would trim 1 file system');
      const outcome = await runTask(trimTask, { mountPoints: [place], minimum: '4KiB' });
      expect(outcome.ok).toBe(true);
      expect(outcome.figures['bytes_trimmed']).toBeGreaterThan(4 * 1024 * 1024);
      const half = await runTask(trimTask, { mountPoints: [place, '/nonexistent'] });
      expect(half).toMatchObject({ ok: false, changes: [expect.stringContaining(place)] });
      expect(half.text).toContain('/nonexistent');
    } finally {
      execFileSync('umount', [place]);
    }
  });
});

describe('what is refused', () => {
  it.each([
    [execTask, {}, 'program'],
    [execTask, { program: 'ls' }, 'program'],
    [execTask, { program: '/bin/' }, 'program'],
    [execTask, { program: '/bin/ls', args: ['a\0b'] }, 'args.0'],
    [execTask, { program: '/bin/ls', exitCodes: [256] }, 'exitCodes'],
    [execTask, { program: '/bin/ls', env: { LD_PRELOAD: '/x' } }, 'LD_PRELOAD'],
    [execTask, { program: '/bin/ls', shell: true }, 'shell'],
    [restartTask, {}, 'unit'],
    [restartTask, { unit: '--all' }, 'unit'],
    [restartTask, { unit: 'a b.service' }, 'unit'],
    [restartTask, { unit: 'web' }, 'unit'],
    [restartTask, { unit: '../x.service' }, 'unit'],
    [compactTask, { deep: true }, 'deep'],
    [vacuumJournalTask, {}, 'maxBytes'],
    [vacuumJournalTask, { maxBytes: 'all' }, 'maxBytes'],
    [vacuumJournalTask, { maxFiles: 0 }, 'maxFiles'],
    [vacuumJournalTask, { maxFiles: 1, rotate: true, directory: '/x' }, 'rotate'],
    [trimTask, {}, 'mountPoints'],
    [trimTask, { mountPoints: ['x'] }, 'mountPoints'],
    [trimTask, { mountPoints: ['/a/..'] }, '".."'],
  ])('$kind %j', (task, written, message) => {
    expect(problemsOf(task, written).join()).toContain(message);
  });
});
