/** `muster release` in this process, with a repository of its own and keys that are made once. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, type CommanderError } from 'commander';
import { release } from '../../../collector/cli/commands/release/index.ts';
import type { CliIo } from '../../../collector/cli/io.ts';
import { tempFolder } from '../temp-folder.ts';
import { PASSPHRASE, writeKey } from './key.ts';

export interface Said {
  readonly out: string;
  readonly err: string;
}

export async function releaseDesk(name: string) {
  const temp = await tempFolder(name);
  const at = (...parts: string[]) => join(temp.path, ...parts);
  let now = Date.UTC(2026, 10, 21);

  async function run(args: readonly string[], env: CliIo['env'] = {}): Promise<Said> {
    const said = { out: '', err: '' };
    const io: CliIo = {
      out: (text) => {
        said.out += text;
      },
      err: (text) => {
        said.err += text;
      },
      fetch,
      env: { MUSTER_RELEASES: at('releases'), MUSTER_PASSPHRASE: PASSPHRASE, ...env },
      terminal: false,
      signal: new AbortController().signal,
      now: () => now,
      sleep: async () => undefined,
    };
    const program = new Command('muster').option('--json').exitOverride();
    program.configureOutput({ writeOut: io.out, writeErr: io.err });
    release(program, io);
    try {
      await program.parseAsync(['release', ...args], { from: 'user' });
    } catch (error) {
      if ((error as Partial<CommanderError>).code !== 'commander.helpDisplayed') throw error;
    }
    return said;
  }

  return {
    at,
    run,
    out: async (...args: string[]) => (await run(args)).out,
    json: async (...args: string[]): Promise<unknown> =>
      JSON.parse((await run([...args, '--json'])).out),
    /** A key file and its public half; cheaper than the command, which derives a key each time. */
    key: (file: string): Promise<string> => writeKey(at(file)),
    async tree(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(join(at(folder, path), '..'), { recursive: true });
        await writeFile(at(folder, path), text);
      }
    },
    later(days: number): void {
      now += days * 86_400_000;
    },
    now: () => now,
    [Symbol.asyncDispose]: () => temp[Symbol.asyncDispose](),
  };
}

export type ReleaseDesk = Awaited<ReturnType<typeof releaseDesk>>;

/** Three root keys of which two sign, and one key for everything else. */
export async function initialised(desk: ReleaseDesk): Promise<void> {
  for (const file of ['root1', 'root2', 'root3', 'work']) await desk.key(file);
  const roots = [1, 2, 3].flatMap((n) => ['--root-key', desk.at(`root${n}.pub`)]);
  const work = ['targets', 'snapshot', 'timestamp'].flatMap((role) => [
    `--${role}-key`,
    desk.at('work.pub'),
  ]);
  await desk.out('init', ...roots, ...work);
  await desk.out('sign', 'root', '--key', desk.at('root1'), '--key', desk.at('root2'));
  await desk.out('sign', 'targets', '--key', desk.at('work'));
  await desk.out('publish', '--key', desk.at('work'));
}

export async function signedAndPublished(desk: ReleaseDesk): Promise<string> {
  await desk.out('sign', 'targets', '--key', desk.at('work'));
  return desk.out('publish', '--key', desk.at('work'));
}
