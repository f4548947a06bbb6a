/** A Debian package; the one before it stays among the verified files for the way back. */
import { flag, object, text } from '../../protocol/config/schema.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { type InstallContext, type InstallJob, installer, type Version } from './installer.ts';
import { unit } from './kit/options.ts';
import { restartUnit } from './kit/restart.ts';
import { runProgram } from './kit/run.ts';

interface Options {
  readonly package: string;
  readonly unit: string;
  readonly oneWay: boolean;
}

type Job = InstallJob<Options>;

const TIMEOUT_MS = 20 * 60_000;
/** Another program that installs packages ends within that, or is stuck. */
const LOCK = { tries: 300, pauseMs: 2_000 };
/** Nobody is there to answer: what a person changed stays, and nothing is asked. */
const ENVIRONMENT = {
  DEBIAN_FRONTEND: 'noninteractive',
  DEBCONF_NONINTERACTIVE_SEEN: 'true',
  APT_LISTCHANGES_FRONTEND: 'none',
  NEEDRESTART_MODE: 'l',
  LC_ALL: 'C.UTF-8',
};

export const deb = installer<Options>({
  kind: 'deb',
  summary: 'installs a Debian package with dpkg',
  schema: object('A Debian package.', {
    package: text('Its name for dpkg.', { pattern: '^[a-z0-9][a-z0-9+.-]{0,126}$' }),
    unit,
    oneWay: flag('Go on where the package is there and no file of that version is: no way back.', {
      default: false,
    }),
  }),
  needsRoot: () => true,
  claims: ({ package: name, unit }) => [`deb:${name}`, ...(unit === '' ? [] : [`unit:${unit}`])],
  unit: ({ unit }) => unit || undefined,
  folder: () => undefined,
  place: () => '/usr',

  async install(job, context) {
    const { to, from, options } = job;
    const fields = ['Package', 'Architecture'];
    const said = await dpkgDeb([...fieldArguments(to.path), ...fields], context);
    const [, name = ''] = /^Package: (\S+)$/m.exec(said) ?? [];
    if (name !== options.package) {
      throw new UpdateError('bad-file', `the file is package ${name}, not ${options.package}`);
    }
    const there = await installedVersion(options.package, context);
    const hasWayBack = from !== undefined && (await context.disk.exists(from.path));
    if (there === '' || hasWayBack || options.oneWay) return;
    const why = `${options.package} ${there} is installed and its file is not here, so there is no way back`;
    throw new UpdateError('unsupported', `${why}; set oneWay: true in the release to go on`);
  },

  async switch(job, context) {
    await settle(context);
    await dpkg(installArguments(job.to.path), 'switch-failed', context);
    await restartUnit(job.options.unit, context);
  },

  async undo({ from, options }: Job, context) {
    await settle(context);
    if (from === undefined) return takeAway(options, context);
    if (!(await context.disk.exists(from.path))) {
      throw new UpdateError('roll-back-failed', `the file of ${options.package} before is gone`);
    }
    const there = await installedVersion(options.package, context);
    if (there === '' || there !== (await fileVersion(from, context))) {
      await dpkg(installArguments(from.path), 'roll-back-failed', context);
    }
    await restartUnit(options.unit, context);
  },

  // Nothing is laid beside: dpkg unpacks in place, and the files are kept by their hashes.
  discard: () => Promise.resolve(),
  keep: () => Promise.resolve(),

  async present({ to, options }, context) {
    const there = await installedVersion(options.package, context);
    const wanted = await fileVersion(to, context);
    return { isRunning: there !== '' && there === wanted, slot: there };
  },
});

/** `--force-downgrade` is dpkg's default and written for who reads the log. */
export function installArguments(path: string): readonly string[] {
  return ['--force-confdef', '--force-confold', '--force-downgrade', '--install', path];
}

export function fieldArguments(path: string): readonly string[] {
  return ['--field', path];
}

/** A cut in the middle leaves packages unpacked and not configured. Its failure shows in what follows. */
async function settle(context: InstallContext): Promise<void> {
  await dpkg(
    ['--force-confdef', '--force-confold', '--configure', '--pending'],
    'switch-failed',
    context,
  ).catch(() => undefined);
}

/** There was none before, as `install` saw; with `oneWay` it did not look. */
async function takeAway(
  { package: name, oneWay }: Options,
  context: InstallContext,
): Promise<void> {
  if (oneWay) {
    const why = `${name} has oneWay: true, and nothing says what was there before: it stays as it is`;
    throw new UpdateError('roll-back-failed', why);
  }
  const remove = ['--force-remove-reinstreq', '--remove', '--', name];
  await dpkg(remove, 'roll-back-failed', context);
}

async function dpkg(
  args: readonly string[],
  code: 'switch-failed' | 'roll-back-failed',
  context: InstallContext,
): Promise<void> {
  const how = { code, timeoutMs: TIMEOUT_MS, env: ENVIRONMENT };
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runProgram(['dpkg', ...args], how, context);
      return;
    } catch (error) {
      const isHeld = /lock (was|is) locked by another process/.test((error as Error).message);
      if (!isHeld || attempt === LOCK.tries || context.signal.aborted) throw error;
      if (attempt === 1) context.print('another program holds the lock of dpkg; waiting for it');
      await new Promise((resolve) => setTimeout(resolve, LOCK.pauseMs));
    }
  }
}

function dpkgDeb(args: readonly string[], context: InstallContext): Promise<string> {
  return runProgram(['dpkg-deb', ...args], { code: 'bad-file', timeoutMs: 60_000 }, context);
}

/** Empty when it is not, or not wholly, installed. */
async function installedVersion(name: string, { runner, signal }: InstallContext): Promise<string> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own format
  const format = '${db:Status-Status} ${Version}\n';
  const asked = ['dpkg-query', '--show', `--showformat=${format}`, '--', name] as const;
  const { stdout } = await runner.run([...asked], { timeoutMs: 30_000, signal });
  return /^installed (\S+)$/m.exec(stdout)?.[1] ?? '';
}

/** The package's own version: ours is semantic, Debian's is not. */
async function fileVersion({ path, manifest }: Version, context: InstallContext): Promise<string> {
  if (!(await context.disk.exists(path))) return manifest.version;
  return (await dpkgDeb([...fieldArguments(path), 'Version'], context)).trim();
}
