/** Small agents in slots under the real launcher, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type TempFolder, tempFolder } from '../temp-folder.ts';
import { fileServer } from '../updates/file-server.ts';
import { type Made, madeOf, tarOf } from '../updates/releases.ts';
import type { Life, Plan } from './plan.ts';

const ROOT = join(import.meta.dirname, '../../..');
const NAME = 'muster-agent';

export type Behaviour = 'good' | 'exits' | 'mute' | 'idle';

async function bundle(entry: string, define: Record<string, string>): Promise<string> {
  const { outputFiles } = await build({
    ...{ entryPoints: [join(ROOT, entry)], bundle: true, platform: 'node', format: 'esm' },
    ...{ target: 'node20', logLevel: 'error', external: ['classic-level'], write: false, define },
    banner: {
      js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);",
    },
  });
  return outputFiles[0]?.text ?? '';
}

async function smallAgent(version: string, behaviour: Behaviour) {
  const text = await bundle('test/support/agent-update/small-agent.ts', {
    VERSION: JSON.stringify(version),
    BEHAVIOUR: JSON.stringify(behaviour),
  });
  return [
    { path: 'main.js', text },
    { path: 'package.json', text: '{"type":"module"}\n' },
  ];
}

export class Launched implements AsyncDisposable {
  readonly #folder: TempFolder;
  #server: Awaited<ReturnType<typeof fileServer>> | undefined;
  #launcher: ChildProcess | undefined;
  errors = '';

  private constructor(folder: TempFolder) {
    this.#folder = folder;
  }

  /** 1.0.0 is laid out by hand: no release of ours knows it. */
  static async open(): Promise<Launched> {
    const it = new Launched(await tempFolder('launched'));
    const launcher = await bundle('agent/launcher/main.ts', {});
    await mkdir(it.path('launcher'));
    await writeFile(it.path('launcher/main.mjs'), launcher);
    await it.lay('1.0.0', 'good');
    await it.lead('1.0.0');
    return it;
  }

  path(name: string): string {
    return join(this.#folder.path, name);
  }

  async lay(version: string, behaviour: Behaviour): Promise<void> {
    const slot = this.path(`agent/slots/${version}`);
    await mkdir(slot, { recursive: true });
    for (const { path, text } of await smallAgent(version, behaviour)) {
      await writeFile(join(slot, path), text);
    }
  }

  /** As a person does it. */
  async lead(version: string): Promise<void> {
    await rm(this.path('agent/current'), { force: true });
    await symlink(`slots/${version}`, this.path('agent/current'));
  }

  async release(version: string, behaviour: Behaviour): Promise<Made> {
    const installer = { kind: 'agent', options: { path: this.path('agent') } } as const;
    const archive = tarOf(await smallAgent(version, behaviour));
    return madeOf(NAME, version, installer, archive, { probe: { windowMs: 6_000 } });
  }

  /** A release of something else, whose program runs before it is switched to. */
  hooked(script: string): Made {
    const installer = { kind: 'archive', options: { path: this.path('web') } } as const;
    const text = `#!/bin/sh\n${script}\n`;
    const hooks = { beforeSwitch: ['hook'], timeoutMs: 10_000 };
    const archive = tarOf([{ path: 'hook', text, mode: 0o755 }]);
    return madeOf('web', '1.0.0', installer, archive, { hooks });
  }

  async want({ manifest, bytes }: Made, dieAt?: Plan['dieAt']): Promise<void> {
    const { name, version } = manifest;
    this.#server = await fileServer(bytes);
    const plan: Plan = {
      ...{ base: this.#server.base, wanted: [{ name, version }], releases: [manifest] },
      ...(dieAt === undefined ? {} : { dieAt }),
    };
    await writeFile(this.path('plan.json'), JSON.stringify(plan));
  }

  /** Resolves with its exit code; runs on as long as it is not stopped. */
  async run(): Promise<number | null> {
    const launcher = this.path('launcher/main.mjs');
    const args = [launcher, '--root', this.path('agent'), '--', this.path('.')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#launcher = child;
    child.stderr.on('data', (piece: Buffer) => {
      this.errors += piece.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  }

  signal(name: NodeJS.Signals): void {
    this.#launcher?.kill(name);
  }

  async lives(): Promise<readonly Life[]> {
    const text = await readFile(this.path('log'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Life);
  }

  /** Which versions ran, one after the other. */
  async versions(): Promise<readonly string[]> {
    const starts = (await this.lives()).filter(({ did }) => did === 'started' || did === 'ended');
    return starts.map(({ version }) => version);
  }

  async current(): Promise<string> {
    return (await readlink(this.path('agent/current'))).replace('slots/', '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#launcher;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    await this.#server?.[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
