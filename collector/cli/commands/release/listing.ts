/** `muster release list`, `search`, `status`, `verify`. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type Root, TOP_ROLES } from '../../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../../protocol/tuf/verify.ts';
import { digestOf, type ReleaseFolder } from '../../../app/releases.ts';
import { audit } from '../../../core/releases/audit.ts';
import { keyOf, type Listed, listed, searched } from '../../../core/releases/catalog.ts';
import { delegatedSigners, delegationsOf } from '../../../core/releases/delegations.ts';
import { type Draft, missing, textMember } from '../../../core/releases/envelope.ts';
import { type RepositoryState, rootOf, versionOf } from '../../../core/releases/publication.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { table } from '../../table.ts';
import { folderOf, publishedAll, workingAll, workingTop } from './world.ts';

export function listing(group: Command, io: CliIo): void {
  const show = async (words: readonly string[], command: Command) => {
    const { answer } = contextOf(io, command);
    const state = await folderOf(io, command).load();
    const public_ = new Set(listed(publishedAll(state)).map((one) => keyOf(one.manifest)));
    const found = searched(listed(workingAll(state)), words).map((one) => ({
      ...one,
      state: public_.has(keyOf(one.manifest)) ? one.lifecycle : 'draft',
    }));
    answer(found, () => listText(found));
  };
  group
    .command('list')
    .description('releases, drafts too')
    .action((_options: object, command: Command) => show([], command));
  group
    .command('search <words...>')
    .description('releases with all of the words in name, version, channel or notes')
    .action((words: string[], _options: object, command: Command) => show(words, command));

  group
    .command('status')
    .description('versions, expiry, and signatures that are missing')
    .action(async (_options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const rows = statusRows(await folderOf(io, command).load(), io.now());
      answer(rows, () =>
        table<StatusRow>(
          [
            { title: 'role', text: ({ role }) => role },
            { title: 'published', right: true, text: ({ published }) => published },
            { title: 'expires', text: ({ expires }) => expires },
            { title: 'staged', right: true, text: ({ staged }) => staged },
            { title: 'missing', right: true, text: ({ missing: count }) => count },
          ],
          rows,
        ),
      );
    });

  group
    .command('verify')
    .description('checks the published repository as a device would, and every file’s hash')
    .action(async (_options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const { problems, files } = await verify(folder, io.now());
      answer({ ok: problems.length === 0, files, problems }, () =>
        problems.length === 0
          ? `good: ${files} files\n`
          : problems.map((one) => `${one}\n`).join(''),
      );
      if (problems.length > 0) throw new CliError(`${problems.length} problems`);
    });
}

async function verify(folder: ReleaseFolder, now: number) {
  const names = await readdir(join(folder.path, 'metadata')).catch(() => []);
  const metadata = new Map<string, Uint8Array>();
  for (const name of names) {
    const bytes = await folder.metadata(name);
    if (bytes !== undefined) metadata.set(name, bytes);
  }
  const found = audit(metadata, now);
  const problems = [...found.problems];
  for (const [path, { length, hashes }] of found.targets) {
    const sha256 = hashes.get('sha256') ?? '';
    const got = await digestOf(folder.targetPath(path, sha256)).catch(() => undefined);
    if (got === undefined) problems.push(`${path} is not there`);
    else if (got.length !== length || got.sha256 !== sha256) problems.push(`${path} is damaged`);
  }
  return { problems, files: found.targets.size };
}

interface StatusRow {
  readonly role: string;
  readonly published: string;
  readonly expires: string;
  readonly staged: string;
  readonly missing: string;
}

function statusRows(state: RepositoryState, now: number): readonly StatusRow[] {
  const { root, published, staged, delegates } = state;
  const next = staged.root === undefined ? root : rootOf(staged.root);
  const top = TOP_ROLES.map((role) => {
    const lack = (by: Root | undefined) => (draft: Draft) =>
      by === undefined ? 0 : missing(draft, signersOf(by, role));
    // A new root is signed by the keys of the one before as well.
    const all = role === 'root' ? [lack(next), lack(root)] : [lack(next)];
    return statusRow(role, published[role], staged[role], all, now);
  });
  const delegations = delegationsOf(workingTop(state));
  const others = delegations.roles.map(({ name }) => {
    const lack = (draft: Draft) => {
      const signers = delegatedSigners(delegations, name);
      return signers === undefined ? 0 : missing(draft, signers);
    };
    const there = delegates.published.get(name);
    return statusRow(name, there, delegates.staged.get(name), [lack], now);
  });
  return [...top, ...others];
}

function statusRow(
  role: string,
  there: Draft | undefined,
  draft: Draft | undefined,
  lacks: readonly ((draft: Draft) => number)[],
  now: number,
): StatusRow {
  const expires = there === undefined ? undefined : textMember(there, 'expires');
  const over = expires !== undefined && Date.parse(expires) <= now ? ' (EXPIRED)' : '';
  return {
    role,
    published: there === undefined ? '-' : String(versionOf(there)),
    expires: expires === undefined ? '-' : `${expires}${over}`,
    staged: draft === undefined ? '-' : String(versionOf(draft)),
    missing: draft === undefined ? '-' : String(Math.max(...lacks.map((lack) => lack(draft)))),
  };
}

function listText(rows: readonly (Listed & { readonly state: string })[]): string {
  if (rows.length === 0) return 'no releases\n';
  return table(
    [
      { title: 'name', text: ({ manifest }) => manifest.name },
      { title: 'version', text: ({ manifest }) => manifest.version },
      { title: 'state', text: ({ state }) => state },
      { title: 'channels', text: ({ channels }) => channels.join(', ') },
      { title: 'installer', text: ({ manifest }) => manifest.installer.kind },
      {
        title: 'architectures',
        text: ({ manifest }) =>
          [...new Set(manifest.files.map((one) => one.architecture))].join(', '),
      },
    ],
    rows,
  );
}
