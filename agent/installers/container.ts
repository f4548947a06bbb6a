/** An image in a file, loaded into the engine of this device; compose runs it where there is a file for it. */
import { object, text } from '../../protocol/config/schema.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { type InstallContext, installer } from './installer.ts';
import { root } from './kit/options.ts';
import { runProgram } from './kit/run.ts';

interface Options {
  readonly image: string;
  readonly compose: string;
  readonly project: string;
  readonly root: boolean;
}

type Engine = 'docker' | 'podman';

const LOAD_MS = 30 * 60_000;
const UP_MS = 5 * 60_000;

export const container = installer<Options>({
  kind: 'container',
  summary: 'loads an image into docker or podman and starts it with compose',
  schema: object('An image for docker or podman.', {
    image: text('Name of the image without a tag; in the file its tag is the version.', {
      pattern: '^[a-z0-9][a-z0-9._/-]{0,200}$',
      examples: ['acme/web'],
    }),
    compose: text('Compose file on the device, which runs `<image>:current`; empty: only loaded.', {
      pattern: '^$|^/[A-Za-z0-9._+@/-]+$',
      minLength: 0,
      default: '',
    }),
    project: text('Name of the compose project.', {
      pattern: '^[a-z0-9][a-z0-9_-]{0,62}$',
      default: 'muster',
    }),
    root,
  }),
  needsRoot: (options) => options.root,
  claims: ({ image, project, compose }) => [
    `image:${image}`,
    ...(compose === '' ? [] : [`compose:${project}`]),
  ],
  unit: () => undefined,
  folder: () => undefined,
  place: () => '/var/lib',

  async install({ to, options }, context) {
    const engine = await engineOf(context);
    const run = programs(engine, context);
    await run(['load', '--input', to.path], 'install-failed', LOAD_MS);
    await run(['image', 'inspect', tagged(options, to.manifest.version)], 'bad-file', UP_MS);
  },

  switch: ({ to, options }, context) =>
    start(options, to.manifest.version, 'switch-failed', context),

  async undo({ from, options }, context) {
    if (from !== undefined) {
      return start(options, from.manifest.version, 'roll-back-failed', context);
    }
    const run = programs(await engineOf(context), context);
    if (options.compose !== '')
      await run(composeArguments(options, 'down'), 'roll-back-failed', UP_MS);
    await run(['image', 'rm', '--force', tagged(options, 'current')], 'roll-back-failed', UP_MS);
  },

  discard: ({ to, options }, context) => forget(options, to.manifest.version, context),

  // The one before stays: it is the way back.
  keep: () => Promise.resolve(),

  async present({ to, options }, context) {
    const engine = await engineOf(context);
    const [current, wanted] = await Promise.all([
      idOf(engine, tagged(options, 'current'), context),
      idOf(engine, tagged(options, to.manifest.version), context),
    ]);
    return { isRunning: current !== '' && current === wanted, slot: current.slice(0, 19) };
  },
});

export function tagged({ image }: Pick<Options, 'image'>, version: string): string {
  return `${image}:${version.replaceAll('+', '_')}`;
}

export function composeArguments(
  { compose, project }: Pick<Options, 'compose' | 'project'>,
  verb: 'up' | 'down',
): readonly string[] {
  const of = ['compose', '--file', compose, '--project-name', project];
  // Nothing is pulled: what runs is what was verified.
  return verb === 'up'
    ? [...of, 'up', '--detach', '--no-build', '--pull', 'never', '--remove-orphans']
    : [...of, 'down'];
}

async function start(
  options: Options,
  version: string,
  code: 'switch-failed' | 'roll-back-failed',
  context: InstallContext,
): Promise<void> {
  const run = programs(await engineOf(context), context);
  await run(['tag', tagged(options, version), tagged(options, 'current')], code, UP_MS);
  if (options.compose !== '') await run(composeArguments(options, 'up'), code, UP_MS);
}

function programs(engine: Engine, context: InstallContext) {
  return (
    args: readonly string[],
    code: 'install-failed' | 'bad-file' | 'switch-failed' | 'roll-back-failed',
    timeoutMs: number,
  ) => runProgram([engine, ...args], { code, timeoutMs }, context);
}

/** The first whose engine answers. */
async function engineOf({ runner, signal }: InstallContext): Promise<Engine> {
  for (const engine of ['docker', 'podman'] as const) {
    const { code } = await runner.run([engine, 'info'], { timeoutMs: 30_000, signal });
    if (code === 0) return engine;
  }
  const why = 'neither docker nor podman answers on this device, so it takes no container releases';
  throw new UpdateError('unsupported', why);
}

/** An image that is not there is gone already; one that runs is not removed. */
async function forget(options: Options, version: string, context: InstallContext): Promise<void> {
  const { runner, signal } = context;
  const engine = await engineOf(context).catch(() => undefined);
  if (engine === undefined) return;
  await runner.run([engine, 'image', 'rm', tagged(options, version)], { timeoutMs: UP_MS, signal });
}

async function idOf(
  engine: Engine,
  image: string,
  { runner, signal }: InstallContext,
): Promise<string> {
  const asked = [engine, 'image', 'inspect', '--format', '{{.Id}}', image] as const;
  const { code, stdout } = await runner.run([...asked], { timeoutMs: UP_MS, signal });
  return code === 0 ? stdout.trim() : '';
}
