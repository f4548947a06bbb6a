/** A release repository as an operator makes it, with the real commands and one key for all roles. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { release } from '../../../collector/cli/commands/release/index.ts';
import type { CliIo } from '../../../collector/cli/io.ts';
import { PASSPHRASE, writeKey } from '../releases/key.ts';

export class Repository {
  readonly path: string;
  private readonly key: string;

  private constructor(path: string, key: string) {
    this.path = path;
    this.key = key;
  }

  /** `work`: where its key and the files to be released lie. */
  static async make(path: string, work: string): Promise<Repository> {
    const key = join(work, 'all.key');
    const repository = new Repository(path, key);
    await writeKey(key);
    const roles = ['root', 'targets', 'snapshot', 'timestamp'];
    const keys = roles.flatMap((role) => [`--${role}-key`, `${key}.pub`]);
    await repository.muster('init', ...keys, '--threshold', '1');
    await repository.muster('sign', 'root', '--key', key);
    return repository;
  }

  /** Files by architecture, as texts. */
  async add(name: string, version: string, files: Readonly<Record<string, string>>): Promise<void> {
    const given: string[] = [];
    for (const [architecture, text] of Object.entries(files)) {
      const file = join(this.key, '..', `${name}-${version}-${architecture}`);
      await writeFile(file, text);
      given.push('--file', `${architecture}=${file}`);
    }
    await this.muster('add', name, version, ...given);
  }

  async publish(): Promise<void> {
    await this.muster('sign', 'targets', '--key', this.key);
    await this.muster('publish', '--key', this.key);
  }

  async muster(...args: readonly string[]): Promise<void> {
    const io: CliIo = {
      ...{ out: () => undefined, err: () => undefined, fetch, terminal: false, now: Date.now },
      env: { MUSTER_RELEASES: this.path, MUSTER_PASSPHRASE: PASSPHRASE },
      signal: new AbortController().signal,
      sleep: async () => undefined,
    };
    const program = new Command('muster').option('--json').exitOverride();
    release(program, io);
    await program.parseAsync(['release', ...args], { from: 'user' });
  }
}
