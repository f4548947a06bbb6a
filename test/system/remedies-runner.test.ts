/** The runner with real programs: how they end, what is kept, what is stopped with them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type CheckWorld, Sight } from '../../agent/checks/check.ts';
import { createRunner } from '../../agent/io/runner.ts';
import { tempFolder } from '../support/temp-folder.ts';

const runner = createRunner({ killAfterMs: 300 });
const long = { timeoutMs: 20_000 };
const sh = (script: string, ...args: string[]) => ['sh', '-c', script, 'sh', ...args] as const;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A process that was killed stays a zombie until somebody looks; nobody may be left running. */
async function gone(pid: number): Promise<boolean> {
  for (let looks = 0; looks < 200; looks += 1) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (!isAlive(pid) || stat.split(') ')[1]?.startsWith('Z') === true) return true;
    await pause(20);
  }
  return false;
}

async function pidIn(path: string): Promise<number> {
  for (;;) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (text.endsWith('\n')) return Number(text);
    await pause(10);
  }
}

describe('how a program ends', () => {
  test('by itself: exit code, both streams, and the tail of both', async () => {
    const result = await runner.run(sh('echo out; sleep 0.1; echo err >&2; exit 3'), long);
    expect(result).toEqual({
      code: 3,
      signal: undefined,
      timedOut: false,
      stdout: 'out\n',
      stderr: 'err\n',
      tail: 'out\nerr\n',
    });
  });

  test('by a signal of somebody else', async () => {
    const { code, signal, timedOut } = await runner.run(sh('kill -KILL $$'), long);
    expect({ code, signal, timedOut }).toEqual({
      code: undefined,
      signal: 'SIGKILL',
      timedOut: false,
    });
  });

  test.each([
    ['no such program', ['mstr-no-such-program'], 'ENOENT'],
    ['a file that may not be run', ['/etc/passwd'], 'EACCES'],
    ['a zero byte', ['echo', 'a\0b'], 'ERR_INVALID_ARG_VALUE'],
    ['an empty name', [''], 'ERR_INVALID_ARG_VALUE'],
  ] as const)('not started: %s', async (_, command, refused) => {
    const result = await runner.run(command, long);
    expect(result).toMatchObject({ refused, code: undefined, timedOut: false, tail: '' });
  });

  test('not started: its folder is not there', async () => {
    const result = await runner.run(['true'], { ...long, cwd: '/mstr-no-such-folder' });
    expect(result.refused).toBe('ENOENT');
  });

  test('no shell: arguments arrive as they are', async () => {
    const { stdout } = await runner.run(['printf', '%s|', '$HOME', '; id', '*'], long);
    expect(stdout).toBe('$HOME|; id|*|');
  });

  test('standard input is empty', async () => {
    expect((await runner.run(['cat'], long)).code).toBe(0);
  });

  test("the environment is small, and the agent's own is not in it", async () => {
    process.env['MUSTER_BROKER_PASSWORD'] = 'hidden';
    try {
      const { stdout } = await runner.run(['env'], { ...long, env: { EXTRA: '1' } });
      const names = stdout
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0] ?? '');
      const allowed = ['PATH', 'LANG', 'HOME', 'TZ', 'EXTRA'];
      expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
      expect(stdout).toContain('LANG=C.UTF-8\n');
      expect(stdout).toContain('EXTRA=1\n');
    } finally {
      delete process.env['MUSTER_BROKER_PASSWORD'];
    }
  });
});

describe('how it is stopped', () => {
  test('at its time, with its grandchildren', async () => {
    await using folder = await tempFolder('runner');
    const file = join(folder.path, 'pid');
    const script = 'sleep 60 & echo $! > "$1"; wait';
    const result = await runner.run(sh(script, file), { timeoutMs: 300 });
    expect(result).toMatchObject({ signal: 'SIGTERM', timedOut: true });
    expect(await gone(await pidIn(file))).toBe(true);
  });

  test('one that ignores SIGTERM is killed', async () => {
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.05; done';
    const result = await runner.run(sh(script), { timeoutMs: 300 });
    expect(result).toMatchObject({ signal: 'SIGKILL', timedOut: true, stdout: 'ready\n' });
  });

  test('a grandchild that ignores SIGTERM is killed though its parent obeyed', async () => {
    await using folder = await tempFolder('runner');
    const file = join(folder.path, 'pid');
    const child = 'trap "" TERM; echo $$ > "$1"; while :; do sleep 0.05; done';
    const script = `sh -c '${child}' sh "$1" > /dev/null 2>&1 & sleep 60`;
    const controller = new AbortController();
    const run = runner.run(sh(script, file), { ...long, signal: controller.signal });
    const pid = await pidIn(file);
    controller.abort();
    expect(await run).toMatchObject({ signal: 'SIGTERM', timedOut: false });
    expect(await gone(pid)).toBe(true);
  });

  test('one that cleans up at SIGTERM is given the time', async () => {
    const script =
      'trap "sleep 0.1; echo cleaned; exit 7" TERM; echo up; while :; do sleep 0.02; done';
    const controller = new AbortController();
    const output = (text: string) => {
      if (text.includes('up')) controller.abort();
    };
    const result = await runner.run(sh(script), { ...long, signal: controller.signal, output });
    expect(result).toMatchObject({ code: 7, stdout: 'up\ncleaned\n', timedOut: false });
  });
});

test('a process left behind that holds the pipes does not hold the run', async () => {
  const { code, stdout } = await runner.run(sh('sleep 30 & echo $!'), { timeoutMs: 15_000 });
  const pid = Number(stdout);
  expect(code).toBe(0);
  // It may be a daemon that the program was meant to start.
  expect(isAlive(pid)).toBe(true);
  process.kill(pid);
});

describe('what is kept', () => {
  test('of a flood the beginning and the end, in bounded memory', async () => {
    const before = process.memoryUsage().rss;
    let peak = before;
    const look = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const script = 'echo first; head -c 1000000000 /dev/zero; echo; echo last';
    const result = await runner.run(sh(script), { timeoutMs: 60_000, keepBytes: 1000 });
    clearInterval(look);
    expect(result.code).toBe(0);
    expect(result.stdout).toHaveLength(1000);
    expect(result.stdout.startsWith('first\n\0')).toBe(true);
    expect(result.tail).toHaveLength(1000);
    expect(result.tail.endsWith('\0\nlast\n')).toBe(true);
    expect(peak - before).toBeLessThan(150_000_000);
  });

  test('no character is cut in two, whatever the limit', async () => {
    const text = 'aä€😀'.repeat(20);
    for (let keepBytes = 0; keepBytes <= 40; keepBytes += 1) {
      const { stdout, tail } = await runner.run(['printf', '%s', text], { ...long, keepBytes });
      expect(text.startsWith(stdout)).toBe(true);
      expect(text.endsWith(tail)).toBe(true);
      for (const kept of [stdout, tail]) {
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(keepBytes);
        expect(Buffer.byteLength(kept)).toBeGreaterThan(keepBytes - 4);
      }
    }
  });

  test('characters that arrive in pieces are whole, in the tail of two streams too', async () => {
    const script = "printf '\\303'; sleep 0.1; printf '|' >&2; sleep 0.1; printf '\\244'";
    const pieces: string[] = [];
    const output = (text: string) => void pieces.push(text);
    const { stdout, tail } = await runner.run(sh(script), { ...long, output });
    expect({ stdout, tail, pieces }).toEqual({ stdout: 'ä', tail: '|ä', pieces: ['|', 'ä'] });
  });

  test('what is no UTF-8 does no harm', async () => {
    const { stdout } = await runner.run(sh("printf 'a\\377b\\303'"), long);
    expect(stdout).toBe('a\uFFFDb\uFFFD');
  });
});

describe('at once', () => {
  test('no more than so many, the others in order', async () => {
    await using folder = await tempFolder('runner');
    const few = createRunner({ most: 2 });
    const log = join(folder.path, 'log');
    const script = 'echo "+" >> "$1"; sleep 0.05; echo "-" >> "$1"';
    await Promise.all(Array.from({ length: 7 }, () => few.run(sh(script, log), long)));
    let open = 0;
    let most = 0;
    for (const mark of (await readFile(log, 'utf8')).trim().split('\n')) {
      open += mark === '+' ? 1 : -1;
      most = Math.max(most, open);
    }
    expect({ open, most }).toEqual({ open: 0, most: 2 });
  });
});

/** Both ways of telling a run that its time is over. */
const ways = {
  'a signal': () => {
    const controller = new AbortController();
    return { told: { signal: controller.signal }, end: () => controller.abort() };
  },
  'an ending': () => {
    const ending = new Sight({} as CheckWorld, 0, new Map());
    return { told: { ending }, end: () => ending.end() };
  },
};

describe.each(Object.entries(ways))('told by %s', (_, way) => {
  test('before it began, it never begins', async () => {
    const { told, end } = way();
    end();
    const result = await runner.run(['true'], { ...long, ...told });
    expect(result.refused).toBe('ABORTED');
  });

  test('who gives up in the line leaves the others their places', async () => {
    const one = createRunner({ most: 1, killAfterMs: 100 });
    const [first, second] = [way(), way()];
    const holding = one.run(['sleep', '60'], { ...long, ...first.told });
    const leaving = one.run(['true'], { ...long, ...second.told });
    const last = one.run(['true'], long);
    second.end();
    expect((await leaving).refused).toBe('ABORTED');
    first.end();
    expect((await holding).signal).toBe('SIGTERM');
    expect((await last).code).toBe(0);
  });
});
