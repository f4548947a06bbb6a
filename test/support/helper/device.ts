/**
 * A device with the helper in front of it: the program as it is built, its own state folder, an
 * agent's data folder that a test fills as an agent would, or as a thief of one would.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { createHelper } from '../../../agent/io/helper-client.ts';
import type { HelperAnswer } from '../../../agent/ports/caretaking.ts';
import { tempFolder } from '../temp-folder.ts';
import type { Made } from '../updates/releases.ts';
import { layMetadata, Publisher } from './publisher.ts';

export const DEVICE = 'press-17';

/** Waits in a restart for as long as the file `hold` is there. */
const SYSTEMCTL = `#!/bin/sh
echo "$@" >> "$(dirname "$0")/../told"
while [ -e "$(dirname "$0")/../hold" ]; do sleep 0.05; done
`;

const MAIN = new URL('../../../agent/helper/main.ts', import.meta.url).pathname;

/** Into this folder; its path. */
export async function builtHelper(folder: string): Promise<string> {
  const js =
    "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);";
  await build({
    ...{ entryPoints: { main: MAIN }, outdir: folder, bundle: true, splitting: true },
    ...{ platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    ...{ outExtension: { '.js': '.mjs' }, banner: { js } },
  });
  return join(folder, 'main.mjs');
}

export type Step = 'install' | 'switch' | 'undo' | 'discard' | 'keep';

export interface HelperDevice extends AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  readonly state: string;
  readonly publisher: Publisher;
  /** A path of the device itself. */
  at(...parts: string[]): string;
  start(): Promise<void>;
  kill(): Promise<void>;
  ask(step: Step, name: string, version: string, from?: string): Promise<HelperAnswer>;
  /** Verified files, as an agent would have fetched them. */
  stage(...made: readonly Made[]): Promise<void>;
  /** The newest metadata into the agent's folder. */
  lay(): Promise<void>;
  told(): Promise<readonly string[]>;
}

export async function helperDevice(program: string): Promise<HelperDevice> {
  const temp = await tempFolder('updates-helper');
  const at = (...parts: string[]) => join(temp.path, ...parts);
  const publisher = new Publisher();
  for (const folder of ['bin', 'etc', 'etc/trust', 'data/updates/files', 'state']) {
    await mkdir(at(folder), { recursive: true });
  }
  await writeFile(at('bin', 'systemctl'), SYSTEMCTL, { mode: 0o755 });
  const config = `device: ${DEVICE}\ndata: ${at('data')}\nclock: { source: trust }\n`;
  await writeFile(at('etc', 'agent.yaml'), config);
  for (const name of ['director', 'release'] as const) {
    await writeFile(at('etc', 'trust', `${name}.root.json`), publisher.root(name));
    await chmod(at('etc', 'trust', `${name}.root.json`), 0o644);
  }
  let child: ChildProcess | undefined;
  const socket = at('helper.sock');
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    ...{ folder: temp.path, data: at('data'), state: at('state'), publisher, at, kill },
    async start() {
      await rm(socket, { force: true });
      const args = [program, '--config', at('etc', 'agent.yaml'), '--socket', socket];
      const env = { ...process.env, STATE_DIRECTORY: at('state') };
      child = spawn(process.execPath, args, {
        ...{ stdio: 'ignore', env: { ...env, PATH: `${at('bin')}:${process.env['PATH']}` } },
      });
      // The name is there a moment before anybody listens.
      while (!(await isListening(socket))) await pause(10);
    },
    ask: (step, name, version, from = '') =>
      createHelper(socket).ask({ verb: 'install', step, name, version, from }, {}),
    async stage(...made) {
      for (const { manifest, bytes } of made) {
        await writeFile(at('data', 'updates', 'files', manifest.files[0]?.sha256 ?? ''), bytes);
      }
    },
    lay: () => layMetadata(at('data'), publisher.metadata),
    async told() {
      const text = await readFile(at('told'), 'utf8').catch(() => '');
      return text.split('\n').slice(0, -1);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      await temp[Symbol.asyncDispose]();
    },
  };
}

function isListening(path: string): Promise<boolean> {
  const socket = connect(path);
  return new Promise((resolve) => {
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
