/** `muster release build` and `add`: a reproducible archive, and a release of one or more of them. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { load } from 'js-yaml';
import { ARCHITECTURES, type ReleaseFile } from '../../../../protocol/release.ts';
import { PACKAGE_NAME } from '../../../../protocol/tuf/manifest.ts';
import { isTargetPath } from '../../../../protocol/tuf/paths.ts';
import { buildArchive, digestOf } from '../../../app/releases.ts';
import {
  keyOf,
  listed,
  targetsOf,
  unmetDependencies,
  withRelease,
} from '../../../core/releases/catalog.ts';
import { manifestOf } from '../../../core/releases/spec.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { folderOf, several, stageTargets, textOf, workingTargets } from './world.ts';

interface AddOptions {
  readonly file?: readonly string[];
  readonly spec?: string;
  readonly channel?: readonly string[];
}

export function files(group: Command, io: CliIo): void {
  group
    .command('build <source>')
    .description('a tar.gz of a folder or file: the same content gives the same bytes')
    .requiredOption('--out <file>', 'where it goes')
    .action(async (source: string, { out }: { readonly out: string }, command: Command) => {
      const { answer } = contextOf(io, command);
      await buildArchive(source, out).catch((error: unknown) => {
        throw new CliError(`${source}: ${(error as Error).message}`);
      });
      const { length, sha256 } = await digestOf(out);
      answer(
        { file: out, bytes: length, sha256 },
        () => `${out}: ${length} bytes, sha256 ${sha256}\n`,
      );
    });

  group
    .command('add <name> <version>')
    .description('puts a release into the repository as a draft, to be signed and published')
    .option(
      '--file <[architecture=]path>',
      `one of its files, for ${ARCHITECTURES.join(', ')}`,
      several,
    )
    .option('--spec <file>', 'YAML: installer, dependencies, hooks, probe, notes')
    .option('--channel <name>', 'a channel that it is in', several)
    .action(async (name: string, version: string, options: AddOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const state = await folder.load();
      const spec = options.spec === undefined ? {} : load(await textOf(options.spec));
      const given = (options.file ?? []).map((one) => placed(one, name, version));
      if (given.length === 0) throw new CliError('a release has at least one --file');
      // Everything is looked at before anything is copied.
      const draft = given.map((one) => ({ ...one, length: 0, sha256: '0'.repeat(64) }));
      ensure(manifestOf({ name, version, files: draft.map(listedFile) }, spec));
      if (
        listed(targetsOf(state.published.targets?.signed)).some(
          (one) => keyOf(one.manifest) === `${name}/${version}`,
        )
      ) {
        throw new CliError(`${name} ${version} is published already: a change is a new version`);
      }
      const stored: ReleaseFile[] = [];
      for (const { path, architecture, source } of given) {
        stored.push({ path, architecture, ...(await folder.addTarget(path, source)) });
      }
      const manifest = ensure(manifestOf({ name, version, files: stored }, spec));
      const channels = channelNames(options.channel ?? []);
      const targets = withRelease(workingTargets(state), {
        manifest,
        lifecycle: 'published',
        channels,
      });
      await stageTargets(io, folder, state, targets);
      for (const problem of unmetDependencies(listed(targets))) io.err(`warning: ${problem}\n`);
      answer(manifest, () => `${name} ${version}: ${stored.length} files\n`);
    });
}

export function channelNames(names: readonly string[]): readonly string[] {
  const bad = names.find((name) => !PACKAGE_NAME.test(name));
  if (bad !== undefined) throw new CliError(`${bad} is no name of a channel`);
  return [...new Set(names)].sort();
}

function placed(text: string, name: string, version: string) {
  const found = ARCHITECTURES.find((one) => text.startsWith(`${one}=`));
  const architecture = found ?? 'all';
  const source = found === undefined ? text : text.slice(found.length + 1);
  const path = `${name}/${version}/${basename(source)}`;
  if (!isTargetPath(path)) throw new CliError(`${path} is no name that a file here may have`);
  return { path, architecture, source };
}

function listedFile({ path, architecture, length, sha256 }: ReleaseFile): ReleaseFile {
  return { path, architecture, length, sha256 };
}

function ensure<T extends object>(manifest: T | { readonly problem: string }): T {
  if ('problem' in manifest) throw new CliError(manifest.problem);
  return manifest;
}
