/** `muster release add`: a release of one or more files, and the deltas that lead to them. */
import { basename } from 'node:path';
import type { Command } from 'commander';
import { load } from 'js-yaml';
import { ARCHITECTURES, type ReleaseFile } from '../../../../protocol/release.ts';
import { PACKAGE_NAME } from '../../../../protocol/tuf/manifest.ts';
import { isTargetPath } from '../../../../protocol/tuf/paths.ts';
import {
  keyOf,
  type Listed,
  listed,
  unmetDependencies,
  withRelease,
} from '../../../core/releases/catalog.ts';
import { delegationsOf, strays } from '../../../core/releases/delegations.ts';
import { type DeltaPlan, deltaPlans } from '../../../core/releases/deltas.ts';
import type { RepositoryState } from '../../../core/releases/publication.ts';
import { manifestOf } from '../../../core/releases/spec.ts';
import { contextOf } from '../../context.ts';
import { CliError, type CliIo } from '../../io.ts';
import { deltasOf } from './deltas.ts';
import {
  folderOf,
  publishedAll,
  several,
  stageTargets,
  textOf,
  workingAll,
  workingTargets,
  workingTop,
} from './world.ts';

interface AddOptions {
  readonly file?: readonly string[];
  readonly spec?: string;
  readonly channel?: readonly string[];
  readonly deltas: string;
  readonly role: string;
  readonly deltaFrom?: readonly string[];
}

/** What devices take; names of deltas are longer by a version. */
const FILE_NAME = /^[A-Za-z0-9_+~@-][A-Za-z0-9._+~@-]{0,99}$/;

interface Placed {
  readonly path: string;
  readonly architecture: ReleaseFile['architecture'];
  readonly source: string;
}

export function add(group: Command, io: CliIo): void {
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
    .option(
      '--role <name>',
      'the role that signs it: targets, or one that it delegates to',
      'targets',
    )
    .option('--deltas <n>', 'deltas from so many of the newest older versions', '3')
    .option('--delta-from <version>', 'a delta from this published version too', several)
    .action(async (name: string, version: string, options: AddOptions, command: Command) => {
      const { answer } = contextOf(io, command);
      const folder = folderOf(io, command);
      const state = await folder.load();
      const spec = options.spec === undefined ? {} : yaml(options.spec, await textOf(options.spec));
      const given = placedFiles(options.file ?? [], name, version);
      const channels = channelNames(options.channel ?? []);
      // Everything is looked at before anything is copied.
      const draft = given.map((one) => stored(one, { length: 0, sha256: '0'.repeat(64) }));
      ensure(manifestOf({ name, version, files: draft }, spec));
      ensureRole(state, options.role, draft);
      const published = listed(publishedAll(state));
      plansOf(draft, published, name, version, options);
      if (published.some(({ manifest }) => keyOf(manifest) === `${name}/${version}`)) {
        throw new CliError(`${name} ${version} is published already: a change is a new version`);
      }
      const files: ReleaseFile[] = [];
      for (const one of given) {
        files.push(stored(one, await folder.addTarget(one.path, one.source)));
      }
      const plans = plansOf(files, published, name, version, options);
      const deltas = await deltasOf(io, folder, plans);
      const manifest = ensure(manifestOf({ name, version, files, deltas }, spec));
      const one: Listed = { manifest, lifecycle: 'published', channels };
      const targets = withRelease(workingTargets(state, options.role), one);
      await stageTargets(io, folder, state, targets, options.role);
      const all = listed({ ...workingAll(state), ...targets });
      for (const problem of unmetDependencies(all)) io.err(`warning: ${problem}\n`);
      answer(
        manifest,
        () => `${name} ${version}: ${files.length} files, ${deltas.length} deltas\n`,
      );
    });
}

export function channelNames(names: readonly string[]): readonly string[] {
  const bad = names.find((name) => !PACKAGE_NAME.test(name));
  if (bad !== undefined) {
    throw new CliError(`${bad} is no name of a channel: small letters, digits and -`);
  }
  return [...new Set(names)].sort();
}

function placedFiles(texts: readonly string[], name: string, version: string): readonly Placed[] {
  if (texts.length === 0) throw new CliError('a release has at least one --file');
  const all = texts.map((one) => placed(one, name, version));
  for (const [at, { architecture, path }] of all.entries()) {
    const others = all.slice(0, at);
    if (others.some((one) => one.architecture === architecture)) {
      throw new CliError(`there are two files for ${architecture}: each has one`);
    }
    if (others.some((one) => one.path === path)) {
      throw new CliError(`two files are called ${basename(path)}: rename one`);
    }
  }
  return all;
}

function placed(text: string, name: string, version: string): Placed {
  const found = ARCHITECTURES.find((one) => text.startsWith(`${one}=`));
  const architecture = found ?? 'all';
  const source = found === undefined ? text : text.slice(found.length + 1);
  const path = `${name}/${version}/${basename(source)}`;
  if (!isTargetPath(path) || !FILE_NAME.test(basename(source))) {
    throw new CliError(
      `${basename(source)} is no name for a file of a release: at most 100 letters, digits and ._+~@-`,
    );
  }
  return { path, architecture, source };
}

function stored(
  { path, architecture }: Placed,
  { length, sha256 }: { readonly length: number; readonly sha256: string },
): ReleaseFile {
  return { path, architecture, length, sha256 };
}

function ensureRole(state: RepositoryState, role: string, files: readonly ReleaseFile[]): void {
  if (role === 'targets') return;
  const delegations = delegationsOf(workingTop(state));
  const paths = files.map(({ path }) => path);
  const [stray] = strays(delegations, role, paths);
  if (stray !== undefined) {
    throw new CliError(
      `${role} may not speak for ${stray}: muster release delegate ${role} --help`,
    );
  }
}

function plansOf(
  files: readonly ReleaseFile[],
  published: readonly Listed[],
  name: string,
  version: string,
  { deltas, deltaFrom = [] }: AddOptions,
): readonly DeltaPlan[] {
  if (!/^\d{1,2}$/.test(deltas)) throw new CliError('--deltas is a number from 0 to 99');
  const terms = { name, version, newest: Number(deltas), also: deltaFrom };
  return ensure(deltaPlans(files, published, terms));
}

function yaml(file: string, text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    throw new CliError(`${file}: ${(error as Error).message}`);
  }
}

function ensure<T extends object>(made: T | { readonly problem: string }): T {
  if ('problem' in made) throw new CliError(made.problem);
  return made;
}
