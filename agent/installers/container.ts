/** An image in a file, loaded into the engine of this device; compose or a unit runs it, where one is named. */
import { choice, object, text } from '../../protocol/config/schema.ts';
import { UpdateError } from '../core/updates/codes.ts';
import { type InstallContext, installer } from './installer.ts';
import { Engine, type EngineCode, type EngineName } from './kit/engine.ts';
import { root, unit } from './kit/options.ts';
import { restartUnit } from './kit/restart.ts';

interface Options {
  readonly image: string;
  readonly engine: 'auto' | EngineName;
  readonly compose: string;
  readonly project: string;
  readonly unit: string;
  readonly root: boolean;
}

export const container = installer<Options>({
  kind: 'container',
  summary: 'loads an image into docker or podman and starts it with compose or a unit',
  schema: object('An image for docker or podman.', {
    image: text('Name of the image without a tag; in the file its tag is the version.', {
      pattern: '^[a-z0-9][a-z0-9._/-]{0,200}$',
      examples: ['acme/web'],
    }),
    engine: choice(
      'Whose image it is; auto: the first that answers.',
      ['auto', 'docker', 'podman'],
      {
        default: 'auto',
      },
    ),
    compose: text('Compose file on the device, which runs `<image>:current`; empty: only loaded.', {
      pattern: '^$|^/[A-Za-z0-9._+@/-]+$',
      minLength: 0,
      default: '',
    }),
    project: text('Name of the compose project.', {
      pattern: '^[a-z0-9][a-z0-9_-]{0,62}$',
      default: 'muster',
    }),
    ...{ unit, root },
  }),
  needsRoot: (options) => options.root,
  claims: ({ image, project, compose, unit: name }) => [
    `image:${image}`,
    ...(compose === '' ? [] : [`compose:${project}`]),
    ...(name === '' ? [] : [`unit:${name}`]),
  ],
  unit: ({ unit: name }) => name || undefined,
  folder: () => undefined,
  place: () => '/var/lib',

  async install({ to, options }, context) {
    const engine = await Engine.of(options.engine, context);
    await engine.load(to.path);
    const wanted = tagged(options, to.manifest.version);
    if ((await engine.idOf(wanted)) !== '') return;
    throw new UpdateError('bad-file', `the file has no image ${wanted}`);
  },

  switch: ({ to, options }, context) =>
    start(options, to.manifest.version, 'switch-failed', context),

  async undo({ from, options }, context) {
    if (from !== undefined) {
      return start(options, from.manifest.version, 'roll-back-failed', context);
    }
    const engine = await Engine.of(options.engine, context);
    if (options.compose !== '') await engine.down(options, 'roll-back-failed');
    await engine.remove(tagged(options, 'current'), true);
  },

  /** An image that is not there is gone already; one that runs is not removed. */
  async discard({ to, options }, context) {
    const engine = await Engine.of(options.engine, context).catch(() => undefined);
    await engine?.remove(tagged(options, to.manifest.version));
  },

  /** The one before stays: it is the way back. */
  async keep({ to, from, options }, context) {
    const engine = await Engine.of(options.engine, context);
    const stay = new Set([to, from].map((one) => one && tagged(options, one.manifest.version)));
    for (const tag of await engine.tags(options.image)) {
      const image = `${options.image}:${tag}`;
      if (!stay.has(image)) await engine.remove(image);
    }
  },

  async present({ to, options }, context) {
    const engine = await Engine.of(options.engine, context);
    const current = await engine.idOf(tagged(options, 'current'));
    const wanted = await engine.idOf(tagged(options, to.manifest.version));
    const isTagged = current !== '' && current === wanted;
    return {
      isRunning: isTagged && (await runs(wanted, options, engine)),
      slot: current.slice(0, 12),
    };
  },
});

function tagged({ image }: Pick<Options, 'image'>, version: string): string {
  return `${image}:${version.replaceAll('+', '_')}`;
}

async function start(
  options: Options,
  version: string,
  code: EngineCode,
  context: InstallContext,
): Promise<void> {
  const engine = await Engine.of(options.engine, context);
  const image = tagged(options, version);
  await engine.tag(image, tagged(options, 'current'), code);
  if (options.compose !== '') {
    await engine.up(options, code);
    // podman-compose ends with 0 whatever became of it.
    if (!(await runs(await engine.idOf(image), options, engine))) {
      throw new UpdateError(
        code,
        `compose is done, and no container of ${options.project} runs ${image}`,
      );
    }
  }
  await restartUnit(options.unit, context);
}

/** Without compose it is enough to be there: a probe says the rest. */
async function runs(id: string, options: Options, engine: Engine): Promise<boolean> {
  return options.compose === '' || (await engine.running(options)).includes(id);
}
