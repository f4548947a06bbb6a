/** Both programs speak sd_notify(3) over a real datagram socket, in each of the two ways. */

import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.ts';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const RECEIVER = join(root, 'test/support/notify-receiver.py');
const SPEAKER = [
  process.execPath,
  '--import',
  'tsx',
  fileURLToPath(new URL('../support/notify-speaker.ts', import.meta.url)),
];
const has = (command: string) => spawnSync(command, ['--version']).error === undefined;
const missing = ['python3', 'systemd-notify'].filter((command) => !has(command));

interface Said {
  readonly lines: readonly string[];
  readonly pid: number;
}

const EXPECTED = [
  ['READY=1', 'STATUS=started MAINPID=1'],
  ['WATCHDOG=1'],
  ['STATUS=sampling'],
  ['RELOADING=1', expect.stringMatching(/^MONOTONIC_USEC=\d+$/)],
  ['READY=1'],
  ['STOPPING=1', 'STATUS=bye'],
];

describe.skipIf(missing.length > 0)(
  `sd_notify${missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : ''}`,
  () => {
    test.each(['agent', 'collector'])('%s by descriptor', async (program) => {
      await using ear = await listening();
      const command = ['python3', RECEIVER, 'handover', ear.path, ...SPEAKER, program];
      const speaker = await spoken(command, { NOTIFY_SOCKET: ear.path, WATCHDOG_USEC: '6000000' });
      expect(speaker).toMatchObject({ via: 'descriptor', watchdogMs: 3000 });
      const said = await ear.said(EXPECTED.length);
      expect(said.map(({ lines }) => lines)).toEqual(EXPECTED);
      // In the main process' own name, so that NotifyAccess=main would do.
      expect(new Set(said.map(({ pid }) => pid))).toEqual(new Set([speaker.pid]));
    });

    test.each(['agent', 'collector'])('%s through systemd-notify', async (program) => {
      await using ear = await listening();
      const speaker = await spoken([...SPEAKER, program], { NOTIFY_SOCKET: ear.path });
      expect(speaker).toMatchObject({ via: 'systemd-notify' });
      const said = await ear.said(EXPECTED.length);
      expect(said.map(({ lines }) => lines)).toEqual(EXPECTED);
    });

    test('a descriptor that is dead falls back to the path', async () => {
      await using ear = await listening();
      await using gone = await listening();
      const { NOTIFY_SOCKET: _, ...env } = process.env;
      const command = ['python3', RECEIVER, 'handover', gone.path, 'sh', '-c'];
      const wait = 'echo connected; read line; exec "$0" "$@"';
      const speaker = spawn(command[0] ?? '', [...command.slice(1), wait, ...SPEAKER, 'agent'], {
        cwd: root,
        env: { ...env, NOTIFY_SOCKET: ear.path },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      await once(speaker.stdout, 'data');
      await gone.end();
      speaker.stdin.end('go\n');
      const said = await ear.said(EXPECTED.length);
      expect(said.map(({ lines }) => lines)).toEqual(EXPECTED);
    });
  },
);

async function spoken(command: readonly string[], more: Readonly<Record<string, string>>) {
  const env = { ...process.env, ...more };
  const { stdout } = await run(command[0] ?? '', command.slice(1), { cwd: root, env });
  return JSON.parse(stdout) as { via: string; watchdogMs?: number; pid: number };
}

async function listening() {
  const folder = await tempFolder('notify');
  const path = join(folder.path, 'notify.sock');
  const child = spawn('python3', [RECEIVER, 'listen', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    path,
    async said(count: number): Promise<Said[]> {
      const all: Said[] = [];
      while (all.length < count) {
        const next: IteratorResult<string, unknown> = await lines.next();
        if (next.done === true) break;
        all.push(JSON.parse(next.value) as Said);
      }
      return all;
    },
    end: () => ended(child),
    async [Symbol.asyncDispose]() {
      await ended(child);
      await folder[Symbol.asyncDispose]();
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}
