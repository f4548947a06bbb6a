/** `muster release sign`, `export`, `import`: signatures, also from machines that never meet. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { KeyPair } from '../../../../protocol/tuf/keys.ts';
import { type Root, type Signers, TOP_ROLES } from '../../../../protocol/tuf/metadata.ts';
import { signersOf } from '../../../../protocol/tuf/verify.ts';
import { delegatedSigners, delegationsOf } from '../../../core/releases/delegations.ts';
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
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { folderOf, newFile, secretKeys, several, workingTop } from './world.ts';

export function exchange(group: Command, io: CliIo): void {
  group
    .command('sign <role-or-file>')
    .description('signs staged metadata of the repository, or an exported file on another machine')
    .requiredOption('--key <file>', 'a key; may be given again', several)
    .action(
      async (what: string, { key }: { readonly key: readonly string[] }, command: Command) => {
        const { answer } = contextOf(io, command);
        const keys = await secretKeys(io, key);
        if (what.endsWith('.json')) {
          const draft = signAll(await readFileDraft(what), keys);
          await writeFile(what, draftBytes(draft));
          const signatures = draft.signatures.length;
          answer({ file: what, signatures }, () => `${what}: ${signatures} signatures\n`);
          return;
        }
        const role = what;
        const folder = folderOf(io, command);
        const state = await folder.load();
        const draft = stagedOf(state, role);
        const allowed = mayOf(state, role);
        const stranger = keys.find(({ keyid }) => !allowed.keyids.includes(keyid));
        if (stranger !== undefined)
          throw new CliError(
            `key ${stranger.keyid} may not sign ${role}; of ${role} are ${allowed.keyids.join(', ')}`,
          );
        await folder.stage(role, signAll(draft, keys));
        answer(
          { role, version: versionOf(draft), keys: keys.map(({ keyid }) => keyid) },
          () => `${role} ${versionOf(draft)} is signed with ${keys.length} keys\n`,
        );
      },
    );

  group
    .command('export <role>')
    .description('writes staged metadata to a file, to be signed elsewhere')
    .requiredOption('--out <file>', 'ends in .json')
    .action(async (role: string, { out }: { readonly out: string }, command: Command) => {
      const { answer } = contextOf(io, command);
      if (!out.endsWith('.json')) throw new CliError('--out is a file that ends in .json');
      const draft = stagedOf(await folderOf(io, command).load(), role);
      await newFile(out, Buffer.from(draftBytes(draft)).toString('utf8'), 0o644);
      answer(
        { file: out, role, version: versionOf(draft) },
        () =>
          `${out}: ${role} ${versionOf(draft)}; sign it with muster release sign ${out} --key FILE\n`,
      );
    });

  group
    .command('import <file>')
    .description('takes over the signatures of an exported file')
    .action(async (file: string, _options: object, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const state = await folder.load();
      const brought = await readFileDraft(file);
      const roles = sameAs(state, brought);
      if (roles.length === 0) {
        const type = textMember(brought, '_type');
        throw new CliError(`${file} is not the ${type} that is staged: export it again`);
      }
      const rows: { readonly role: string; readonly version: number; signatures: number }[] = [];
      for (const role of roles) {
        const draft = stagedOf(state, role);
        const next = merged(draft, brought.signatures, mayOf(state, role));
        await folder.stage(role, next);
        rows.push({ role, version: versionOf(draft), signatures: next.signatures.length });
      }
      answer(rows, () =>
        rows
          .map(({ role, version, signatures }) => `${role} ${version}: ${signatures} signatures\n`)
          .join(''),
      );
    });
}

function stagedOf({ staged, delegates }: RepositoryState, role: string): Draft {
  const top = TOP_ROLES.find((one) => one === role);
  const draft = top === undefined ? delegates.staged.get(role) : staged[top];
  if (draft === undefined) {
    throw new CliError(`no ${role} is staged; muster release status shows what is`);
  }
  return draft;
}

/** Every staged one that says the very same: an exported file does not tell a delegated role's name. */
function sameAs({ staged, delegates }: RepositoryState, brought: Draft): readonly string[] {
  const all = [...TOP_ROLES.map((role) => [role, staged[role]] as const), ...delegates.staged];
  return all.flatMap(([role, draft]) =>
    draft !== undefined && sameContent(draft, brought) ? [role] : [],
  );
}

/** Keys of the role: for a root those of the one before it too, for the rest those of the staged root. */
function mayOf(state: RepositoryState, name: string): Signers {
  const { root, staged } = state;
  const role = TOP_ROLES.find((one) => one === name);
  if (role === undefined) {
    const signers = delegatedSigners(delegationsOf(workingTop(state)), name);
    if (signers === undefined) throw new CliError(`${name} is no role that is delegated to`);
    return signers;
  }
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
