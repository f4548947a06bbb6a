/** `muster release director-root`: people take the director's root over from the collector, and keep it. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Root } from '../../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../../protocol/tuf/verify.ts';
import { openDirectorRoots } from '../../../app/releases.ts';
import {
  type Draft,
  draftBytes,
  missing,
  readDraft,
  sameContent,
  signedWith,
  unsigned,
} from '../../../core/releases/envelope.ts';
import { rootOf } from '../../../core/releases/publication.ts';
import { directorRoot as nextRoot } from '../../../core/releases/root-changes.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { count, newFile, publicKey, several } from './world.ts';

interface ChangeOptions {
  readonly director: string;
  readonly out: string;
  readonly rootKey?: readonly string[];
  readonly threshold?: string;
  readonly newOnlineKey?: boolean;
}

const FOLDER = "the collector's director folder (<data>/director)";

export function directorRoot(group: Command, io: CliIo): void {
  const own = group
    .command('director-root')
    .description('who the director is: its root, signed by people instead of the collector');
  own
    .command('change')
    .description('writes the next root to a file, to be signed; without changes it is a renewal')
    .requiredOption('--director <folder>', FOLDER)
    .requiredOption('--out <file>', 'ends in .json')
    .option('--root-key <file>', 'a key of people (its .pub); these replace those before', several)
    .option('--threshold <n>', 'root keys that must sign (2, where there are as many)')
    .option('--new-online-key', 'the collector gets another key to sign with')
    .action(async (options: ChangeOptions, command: Command) => change(io, options, command));
  own
    .command('install <file>')
    .description('puts a signed root in force; devices follow by themselves')
    .requiredOption('--director <folder>', FOLDER)
    .action(async (file: string, { director }: { readonly director: string }, command: Command) =>
      install(io, file, director, command),
    );
  own
    .command('status')
    .description('version, expiry, and who holds the keys')
    .requiredOption('--director <folder>', FOLDER)
    .action(async ({ director }: { readonly director: string }, command: Command) => {
      const roots = openDirectorRoots(director);
      const root = readRoot(await told(roots.newest()));
      const isOwn = (await roots.ownRootKey()) !== undefined;
      const { keyids, threshold } = root.roles.root;
      const expires = new Date(root.expires).toISOString();
      const over = root.expires <= io.now() ? ' (EXPIRED)' : '';
      const holder = isOwn ? 'the collector' : 'people';
      contextOf(io, command).answer(
        { version: root.version, expires, keyids, threshold, holder },
        () =>
          `root ${root.version} until ${expires}${over}; ${threshold} of ${keyids.length} keys must sign, held by ${holder}\n`,
      );
    });
}

async function change(io: CliIo, options: ChangeOptions, command: Command): Promise<void> {
  const { director, out, rootKey = [], threshold, newOnlineKey = false } = options;
  if (!out.endsWith('.json')) throw new CliError('--out is a file that ends in .json');
  // Before anything: a key that waits for a root of another file must not be lost.
  if (existsSync(out)) throw new CliError(`${out} is there already: install it, or remove it`);
  const roots = openDirectorRoots(director);
  const root = readRoot(await told(roots.newest()));
  const keys = await Promise.all(rootKey.map(publicKey));
  const people = {
    keys: keys.map((key) => key.public),
    ...(threshold !== undefined && { threshold: count(threshold) }),
  };
  const online = newOnlineKey ? (await roots.nextKey()).public : undefined;
  if (!newOnlineKey) await roots.forgetNextKey();
  const made = nextRoot(root, people, online, io.now());
  if (!made.ok) throw new CliError(made.problem);
  const mine = await roots.ownRootKey();
  const isMine = mine !== undefined && root.roles.root.keyids.includes(mine.keyid);
  const draft = isMine ? signedWith(unsigned(made.document), mine) : unsigned(made.document);
  await newFile(out, Buffer.from(draftBytes(draft)).toString('utf8'), 0o644);
  const lack = lacking(draft, root);
  contextOf(io, command).answer({ file: out, version: root.version + 1, lacking: lack }, () =>
    [
      `${out}: root ${root.version + 1} of the director needs ${lack} more signatures`,
      `  muster release sign ${out} --key FILE, on the machine of each key`,
      `  muster release director-root install ${out} --director ${director}\n`,
    ].join('\n'),
  );
}

async function install(io: CliIo, file: string, director: string, command: Command) {
  const roots = openDirectorRoots(director);
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  });
  const draft = readDraft(bytes);
  if ('problem' in draft) throw new CliError(`${file}: ${draft.problem}`);
  const next = readRoot(draft);
  const before = await told(roots.newest());
  const root = readRoot(before);
  const isThere = sameContent(before, draft);
  if (!isThere && next.version !== root.version + 1) {
    throw new CliError(
      `${file} is root ${next.version}, the next is ${root.version + 1}: make it again with change`,
    );
  }
  const lack = isThere ? 0 : lacking(draft, root);
  if (lack > 0) throw new CliError(`${file} needs ${lack} more signatures`);
  const online = await roots.onlineKeys();
  const roles = [next.roles.timestamp, next.roles.snapshot, next.roles.targets];
  if (!roles.every(({ keyids }) => keyids.some((id) => online.includes(id)))) {
    throw new CliError(`the collector has no key that ${file} allows: make it again with change`);
  }
  const mustRestart = await roots.install(next.version, draft, next.roles.timestamp.keyids);
  const mine = await roots.ownRootKey();
  const isOver = mine !== undefined && !next.roles.root.keyids.includes(mine.keyid);
  if (isOver) await roots.removeOwnRootKey();
  contextOf(io, command).answer(
    { version: next.version, restart: mustRestart, removedOwnKey: isOver },
    () =>
      [
        `root ${next.version} of the director is in force`,
        ...(isOver ? ["the collector's own root key is removed: delete its copies as well"] : []),
        ...(mustRestart ? ['restart the collector: it has a new key to sign with'] : []),
        '',
      ].join('\n'),
  );
}

/** Signatures of the keys of both roots that are still to come. */
function lacking(draft: Draft, before: Root): number {
  const both = [before, readRoot(draft)].map((one) => missing(draft, signersOf(one, 'root')));
  return Math.max(...both);
}

function readRoot(draft: Draft): Root {
  const root = rootOf(draft);
  if (root === undefined) throw new CliError('it is no root');
  return root;
}

async function told<T>(promise: Promise<T>): Promise<T> {
  return promise.catch((error: unknown) => {
    throw new CliError((error as Error).message);
  });
}
