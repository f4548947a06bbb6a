/**
 * The helper as a process of its own, with a configuration file and a `systemctl` that only writes
 * down what it was told: no systemd runs where the tests do.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type TempFolder, tempFolder } from '../temp-folder.ts';

export const HELPER_MAIN = new URL('../../../agent/helper/main.ts', import.meta.url).pathname;
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/../told"
case "$*" in
  *broken*) echo "Unit broken.service not found." >&2; exit 5 ;;
  *slow*) trap 'echo stopped >> "$(dirname "$0")/../told"; exit 1' TERM; while :; do sleep 0.05; done ;;
esac
`;

export interface HelperProcess extends AsyncDisposable {
  readonly folder: string;
  readonly socket: string;
  readonly config: string;
  readonly child: ChildProcess;
  log(): string;
  /** What systemctl was told, a line each. */
  told(): Promise<readonly string[]>;
  /** Sends these bytes and answers with all that comes back. */
  send(bytes: string | Buffer): Promise<string>;
}

export async function startHelper(config: string, ...args: string[]): Promise<HelperProcess> {
  const folder: TempFolder = await tempFolder('helper');
  const bin = join(folder.path, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'systemctl'), SYSTEMCTL, { mode: 0o755 });
  const file = join(folder.path, 'agent.yaml');
  await writeFile(file, config);
  await chmod(file, 0o644);
  const socket = join(folder.path, 'helper.sock');
  const options = ['--config', file, '--socket', socket, ...args];
  const child = spawn(process.execPath, ['--import', 'tsx', HELPER_MAIN, ...options], {
    env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (piece: Buffer) => {
    log += piece.toString();
  });
  while ((await stat(socket).catch(() => undefined)) === undefined) await pause(20);
  return {
    ...{ folder: folder.path, socket, config: file, child },
    log: () => log,
    told: async () => {
      const text = await readFile(join(folder.path, 'told'), 'utf8').catch(() => '');
      return text.split('\n').slice(0, -1);
    },
    send: (bytes) => send(socket, bytes),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function send(path: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(path);
  // Not `once` of events: it would reject when the helper cuts a flood off.
  const closed = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  let text = '';
  socket.on('error', () => undefined);
  socket.on('data', (piece: Buffer) => {
    text += piece.toString();
  });
  socket.on('connect', () => socket.write(bytes));
  await closed;
  return text;
}
