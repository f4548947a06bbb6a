/** `muster release sign`, `export`, `import`: signatures, also from machines that never meet. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { KeyPair } from '../../../../protocol/tuf/keys.ts';
import type { Root, Signers, TopRole } from '../../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../../protocol/tuf/verify.ts';
import {
  type Draft,
  draftBytes,
  merged,
  readDraft,
  sameContent,
  signedWith,
  textMember,
} from '../../../core/releases/envelope.ts';
import { type RepositoryState, rootOf, versionOf } from '../../../core/releases/publication.ts';
import { CliError, type CliIo } from '../../io.ts';
import { folderOf, newFile, roleNamed, secretKeys, several } from './world.ts';

export function exchange(group: Command, io: CliIo): void {
  group
    .command('sign <role-or-file>')
    .description('signs staged metadata of the repository, or an exported file on another machine')
    .requiredOption('--key <file>', 'a key; may be given again', several)
    .action(
      async (what: string, { key }: { readonly key: readonly string[] }, command: Command) => {
        const keys = await secretKeys(io, key);
        if (what.endsWith('.json')) {
          const draft = signAll(await readFileDraft(what), keys);
          await writeFile(what, draftBytes(draft));
          io.out(`${what}: ${draft.signatures.length} signatures\n`);
          return;
        }
        const role = roleNamed(what);
        const folder = folderOf(io, command);
        const state = await folder.load();
        const draft = stagedOf(state, role);
        const allowed = mayOf(state, role);
        const stranger = keys.find(({ keyid }) => !allowed.keyids.includes(keyid));
        if (stranger !== undefined)
          throw new CliError(`key ${stranger.keyid} may not sign ${role}`);
        await folder.stage(role, signAll(draft, keys));
        io.out(`${role} ${versionOf(draft)} is signed with ${keys.length} keys\n`);
      },
    );

  group
    .command('export <role>')
    .description('writes staged metadata to a file, to be signed elsewhere')
    .requiredOption('--out <file>', 'ends in .json')
    .action(async (name: string, { out }: { readonly out: string }, command: Command) => {
      const role = roleNamed(name);
      if (!out.endsWith('.json')) throw new CliError('--out is a file that ends in .json');
      const draft = stagedOf(await folderOf(io, command).load(), role);
      await newFile(out, Buffer.from(draftBytes(draft)).toString('utf8'), 0o644);
      io.out(
        `${out}: ${role} ${versionOf(draft)}; sign it with muster release sign ${out} --key FILE\n`,
      );
    });

  group
    .command('import <file>')
    .description('takes over the signatures of an exported file')
    .action(async (file: string, _options: object, command: Command) => {
      const folder = folderOf(io, command);
      const state = await folder.load();
      const brought = await readFileDraft(file);
      const role = roleNamed(textMember(brought, '_type'));
      const draft = stagedOf(state, role);
      if (!sameContent(draft, brought)) {
        throw new CliError(`${file} is not the ${role} that is staged: export it again`);
      }
      const next = merged(draft, brought.signatures, mayOf(state, role));
      await folder.stage(role, next);
      io.out(`${role} ${versionOf(draft)}: ${next.signatures.length} signatures\n`);
    });
}

function stagedOf({ staged }: RepositoryState, role: TopRole): Draft {
  const draft = staged[role];
  if (draft === undefined) throw new CliError(`no ${role} is staged`);
  return draft;
}

/** Keys of the role: for a root those of the one before it too, for the rest those of the staged root. */
function mayOf({ root, staged }: RepositoryState, role: TopRole): Signers {
  const next = staged.root === undefined ? undefined : rootOf(staged.root);
  const roots = [next, role === 'root' || next === undefined ? root : undefined];
  const all = roots
    .filter((one): one is Root => one !== undefined)
    .map((one) => signersOf(one, role));
  return {
    keyids: [...new Set(all.flatMap(({ keyids }) => keyids))],
    keys: new Map(all.flatMap(({ keys }) => [...keys])),
    threshold: 1,
  };
}

function signAll(draft: Draft, keys: readonly KeyPair[]): Draft {
  return keys.reduce(signedWith, draft);
}

async function readFileDraft(file: string): Promise<Draft> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new CliError(`${file} cannot be read: ${(error as Error).message}`);
  });
  const draft = readDraft(bytes);
  if ('problem' in draft) throw new CliError(`${file}: ${draft.problem}`);
  return draft;
}
