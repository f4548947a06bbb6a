/** Installs what the security archives of Debian and Ubuntu have, and nothing else. */
import type { Infer } from '../../protocol/config/schema.ts';
import {
  choice,
  duration,
  flag,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import { PACKAGES } from '../core/remedies/claims.ts';
import { Apt } from './kit/apt.ts';
import { needsReboot, type Simulation, type Upgrade } from './kit/apt-output.ts';
import { wouldAsk } from './kit/conffiles.ts';
import { matchesText } from './kit/glob.ts';
import { bytesText, counted, failed } from './kit/say.ts';
import { type TaskContext, type TaskOutcome, task } from './task.ts';

/** `Label:Version/Archive`: Debian-Security:12/stable-security, Ubuntu:24.04/noble-security. */
const SECURITY_ORIGINS = ['Debian-Security:*', '*:*/*-security'];

const schema = object('Installs security updates by apt', {
  update: flag('Fetches the lists of packages first', { default: true, remote: true }),
  origins: list(
    'Patterns of `Label:Version/Archive` that count as security; none: those of Debian and Ubuntu',
    text('A pattern'),
  ),
  exclude: list('Patterns of packages that are left alone', text('A pattern')),
  newPackages: flag('Upgrades too what needs a package more (kernels do)', {
    default: true,
    remote: true,
  }),
  changedConffiles: choice(
    'A package that would ask about a configuration file which was changed here: is held, or ' +
      'upgraded with the file as it is here',
    ['hold', 'keep-mine'],
    { default: 'hold' },
  ),
  maxDownload: size('More is not downloaded', { default: '500MiB', remote: true }),
  lockTimeout: duration('So long it waits for another apt', { default: '2m', remote: true }),
  aptConfig: optional(text('An apt.conf of its own, absolute', { pattern: '^/' })),
});

type Options = Infer<typeof schema>;

export const securityUpdatesTask = task<Options>({
  kind: 'security-updates',
  summary: 'installs security updates by apt',
  schema,
  timeoutSeconds: 3600,
  root: true,

  claims: () => [PACKAGES],

  problems: ({ origins, exclude }) => [
    ...patternProblems('origins', origins),
    ...patternProblems('exclude', exclude),
  ],

  run: (options, context) => new Updating(options, context).run(),
});

interface Held {
  readonly upgrade: Upgrade;
  readonly why: string;
}

class Updating {
  readonly #options: Options;
  readonly #context: TaskContext;
  readonly #apt: Apt;
  readonly #held: Held[] = [];
  #bytes = 0;

  constructor(options: Options, context: TaskContext) {
    this.#options = options;
    this.#context = context;
    const { aptConfig, lockTimeout } = options;
    this.#apt = new Apt(context, { aptConfig, lockTimeoutMs: lockTimeout });
  }

  async run(): Promise<TaskOutcome> {
    const { dryRun } = this.#context;
    if (!dryRun) {
      if (await this.#apt.finishInterrupted()) this.#context.print('finished what was interrupted');
      if (this.#options.update) await this.#apt.update();
    }
    const wanted = await this.#allowed(await this.#candidates());
    if (wanted.length === 0) return this.#outcome([], []);
    const targets = wanted.map(targetOf);
    const downloads = await this.#apt.downloads(targets);
    this.#bytes = downloads.reduce((sum, { bytes }) => sum + bytes, 0);
    if (this.#bytes > this.#options.maxDownload) {
      const text = `${bytesText(this.#bytes)} are to be downloaded, maxDownload is ${bytesText(this.#options.maxDownload)}`;
      return failed(text, true);
    }
    if (dryRun) return this.#outcome(wanted, []);
    await this.#apt.download(targets);
    const silent = await this.#withoutQuestions(wanted);
    return this.#apply(await this.#allowed(silent));
  }

  /** Of all upgrades those that a security archive has and nobody excludes. */
  async #candidates(): Promise<readonly Upgrade[]> {
    const { newPackages, origins, exclude } = this.#options;
    const more = newPackages ? ['--with-new-pkgs'] : [];
    const { installs } = await this.#apt.simulate(...more, 'upgrade');
    const wanted = origins.length === 0 ? SECURITY_ORIGINS : origins;
    return installs.filter(({ name, from, origins: has }) => {
      if (from === undefined) return false;
      if (!has.some((origin) => wanted.some((pattern) => matchesText(pattern, origin))))
        return false;
      return !exclude.some((pattern) => matchesText(pattern, plain(name)));
    });
  }

  /** Without those that would remove a package, or take one along that is held or excluded. */
  async #allowed(upgrades: readonly Upgrade[]): Promise<readonly Upgrade[]> {
    if (upgrades.length === 0) return [];
    if ((await this.#harmOf(upgrades)) === undefined) return upgrades;
    const allowed: Upgrade[] = [];
    for (const upgrade of upgrades) {
      const harm = await this.#harmOf([...allowed, upgrade]);
      if (harm === undefined) allowed.push(upgrade);
      else this.#held.push({ upgrade, why: harm });
    }
    return allowed;
  }

  async #harmOf(upgrades: readonly Upgrade[]): Promise<string | undefined> {
    let simulation: Simulation;
    try {
      simulation = await this.#apt.simulateInstall(upgrades.map(targetOf));
    } catch (error) {
      this.#context.signal.throwIfAborted();
      return error instanceof Error ? error.message : String(error);
    }
    const [removed] = simulation.removals;
    if (removed !== undefined) return `it would remove ${removed}`;
    const names = new Set(upgrades.map(({ name }) => name));
    const taken = simulation.installs.find(
      ({ name, from }) => from !== undefined && !names.has(name) && this.#isLeftAlone(name),
    );
    return taken === undefined
      ? undefined
      : `it would take ${taken.name} along, which is left alone`;
  }

  #isLeftAlone(name: string): boolean {
    return (
      this.#held.some(({ upgrade }) => upgrade.name === name) ||
      this.#options.exclude.some((pattern) => matchesText(pattern, plain(name)))
    );
  }

  async #withoutQuestions(upgrades: readonly Upgrade[]): Promise<readonly Upgrade[]> {
    if (this.#options.changedConffiles === 'keep-mine') return upgrades;
    const silent: Upgrade[] = [];
    for (const upgrade of upgrades) {
      const files = await wouldAsk(upgrade, this.#apt, this.#context);
      if (files.length === 0) silent.push(upgrade);
      else this.#held.push({ upgrade, why: `it would ask about ${files.join(', ')}` });
    }
    return silent;
  }

  /** One after the other, so that an abort leaves whole packages. */
  async #apply(upgrades: readonly Upgrade[]): Promise<TaskOutcome> {
    const { signal } = this.#context;
    const failures: string[] = [];
    const done: Upgrade[] = [];
    for (const upgrade of upgrades) {
      if (signal.aborted) break;
      try {
        await this.#apt.install(targetOf(upgrade));
        done.push(upgrade);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        failures.push(`${upgrade.name}: ${why}`);
      }
    }
    if (signal.aborted) return this.#outcome(done, [...failures, 'it was aborted between two']);
    const installed = await this.#installed(done);
    const isThere = ({ name, to }: Upgrade) => installed.get(name) === to;
    const missing = done.filter((each) => !isThere(each));
    return this.#outcome(done.filter(isThere), [
      ...failures,
      ...missing.map(({ name, to }) => `${name} is not at ${to}`),
    ]);
  }

  async #installed(upgrades: readonly Upgrade[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    const fields = ['db:Status-Status', 'Version'].map((field) => `$\{${field}}`).join('\\t');
    for (const { name } of upgrades) {
      const { stdout } = await this.#apt.dpkg(
        'dpkg-query',
        '--show',
        `--showformat=${fields}`,
        name,
      );
      const [status, version] = stdout.split('\t');
      if (status === 'installed' && version !== undefined) found.set(name, version);
    }
    return found;
  }

  async #outcome(upgrades: readonly Upgrade[], failures: readonly string[]): Promise<TaskOutcome> {
    const { dryRun, host } = this.#context;
    const wanted = (await host.stat('/run/reboot-required')) !== undefined;
    const reboot = wanted || upgrades.some(({ name }) => needsReboot(name));
    const held = this.#held.map(({ upgrade, why }) => `held: ${lineOf(upgrade)}: ${why}`);
    const text = [
      `${dryRun ? 'would upgrade' : 'upgraded'} ${counted(upgrades.length, 'package')}`,
      ...(held.length === 0 ? [] : [`${held.length} held`]),
      ...(reboot ? [dryRun && !wanted ? 'a reboot would be needed' : 'a reboot is needed'] : []),
      ...failures,
    ];
    return {
      ok: failures.length === 0,
      text: text.join('; '),
      changes: [...upgrades.map(lineOf), ...held],
      figures: {
        packages_upgraded: upgrades.length,
        packages_held: held.length,
        bytes_downloaded: this.#bytes,
        reboot_needed: reboot ? 1 : 0,
      },
    };
  }
}

function targetOf({ name, to }: Upgrade): string {
  return `${name}=${to}`;
}

function lineOf({ name, from, to }: Upgrade): string {
  return `${name} ${from} -> ${to}`;
}

function plain(name: string): string {
  return name.replace(/:.*$/, '');
}

function patternProblems(key: string, patterns: readonly string[]) {
  return patterns.flatMap((pattern, index) => {
    try {
      matchesText(pattern, '');
      return [];
    } catch (error) {
      return [{ key: `${key}.${index}`, message: String(error) }];
    }
  });
}
