/**
 * Puts log files aside when they are large or old, packs them, and keeps the last of them.
 *
 * They get the time in their name (`app.log-20261121T030000Z`) instead of a number: nothing is ever
 * renamed twice, so a kill between two steps cannot mix them up or lose one.
 */
import type { Infer } from '../../protocol/config/schema.ts';
import {
  choice,
  count,
  duration,
  flag,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import type { TreeFolder } from '../ports/maintenance.ts';
import { compileGlobs, type Glob } from './kit/glob.ts';
import { due, type LogGroup, LogGroups, type Rotated, stampAfter } from './kit/log-groups.ts';
import { failureOf, runProgram } from './kit/program.ts';
import { globProblems, refuseOwnFolders, rootProblems } from './kit/roots.ts';
import { bytesText, Changes, counted, shown } from './kit/say.ts';
import { UNIT_PATTERN } from './kit/unit.ts';
import { type TaskContext, type TaskOutcome, task } from './task.ts';

const schema = object('Rotates log files below the roots', {
  roots: list('Folders with logs, absolute and without links', text('A folder')),
  include: list('Patterns from the root on, e.g. `**/*.log`', text('A pattern')),
  exclude: list('Patterns of what is left alone', text('A pattern')),
  maxBytes: size('A log of this size is rotated', { default: '10MiB', min: '1B', remote: true }),
  maxAge: optional(
    duration('A log is rotated when the last time was so long ago', { min: '1m', remote: true }),
  ),
  keep: count('Rotated files of each log that stay', { default: 7, min: 1, remote: true }),
  compress: flag('Packs them with gzip', { default: true, remote: true }),
  mode: choice(
    'rename: no line is lost, the program must open its log anew. copytruncate: for programs that ' +
      'never do; lines written in the instant between copying and emptying are lost',
    ['rename', 'copytruncate'],
    { default: 'rename' },
  ),
  unit: optional(
    text('With rename: the unit that is told to open its logs anew', { pattern: UNIT_PATTERN }),
  ),
  unitSignal: choice('How it is told', ['HUP', 'USR1', 'USR2'], { default: 'HUP' }),
  oneFileSystem: flag('Stays out of what is mounted below a root', { default: true }),
});

type Options = Infer<typeof schema>;

export const rotateLogsTask = task<Options>({
  kind: 'rotate-logs',
  summary: 'rotates and packs log files',
  schema,
  timeoutSeconds: 600,
  root: true,

  problems: ({ roots, include, exclude, mode, unit }) => [
    ...rootProblems(roots),
    ...(include.length === 0 ? [{ key: 'include', message: 'name at least one pattern' }] : []),
    ...globProblems('include', include),
    ...globProblems('exclude', exclude),
    ...(mode === 'copytruncate' && unit !== undefined
      ? [{ key: 'unit', message: 'is told nothing with mode: copytruncate' }]
      : []),
  ],

  async run(options, context) {
    refuseOwnFolders(options.roots, context);
    const rotation = new Rotation(options, context);
    for (const root of options.roots) await rotation.rotate(root);
    await rotation.tellUnit();
    return rotation.outcome();
  },
});

class Rotation {
  readonly #options: Options;
  readonly #context: TaskContext;
  readonly #include: Glob;
  readonly #exclude: Glob;
  readonly #changes = new Changes();
  readonly #failures: string[] = [];
  #rotated = 0;
  #packed = 0;
  #removed = 0;
  #bytes = 0;

  constructor(options: Options, context: TaskContext) {
    this.#options = options;
    this.#context = context;
    this.#include = compileGlobs(options.include);
    this.#exclude = compileGlobs(options.exclude);
  }

  async rotate(root: string): Promise<void> {
    const isLog = (path: string) => this.#include.matches(path) && !this.#exclude.matches(path);
    const groups = new LogGroups(isLog);
    await this.#context.upkeep.trees.walk(root, {
      oneFileSystem: this.#options.oneFileSystem,
      signal: this.#context.signal,
      enter: (path) => !this.#exclude.matches(path),
      visit: async (entry) => groups.add(entry),
      leave: async (entry, inside) => {
        for (const group of groups.take(entry.path)) {
          await this.#group(`${root}/${group.path}`, group, inside);
        }
      },
      skipped: (path, why) => this.#context.print(`left alone: ${root}/${shown(path)}: ${why}`),
    });
  }

  /** Once for all logs; a unit that is not told goes on writing to the renamed file. */
  async tellUnit(): Promise<void> {
    const { unit, unitSignal, mode } = this.#options;
    if (unit === undefined || mode !== 'rename' || this.#rotated === 0) return;
    if (this.#context.dryRun) return;
    const command = ['systemctl', 'kill', `--signal=${unitSignal}`, '--', unit] as const;
    const failure = failureOf(command, await runProgram(this.#context, command));
    if (failure !== undefined) this.#failures.push(`${unit} was not told: ${failure}`);
  }

  outcome(): TaskOutcome {
    const done = this.#context.dryRun ? 'would rotate' : 'rotated';
    const removed = `${this.#removed} old removed, ${bytesText(this.#bytes)}`;
    const failures = this.#failures.length === 0 ? '' : `; ${this.#failures.join('; ')}`;
    return {
      ok: this.#failures.length === 0,
      text: `${done} ${counted(this.#rotated, 'log')}, ${this.#packed} packed, ${removed}${failures}`,
      changes: this.#changes.lines,
      figures: {
        files_rotated: this.#rotated,
        files_compressed: this.#packed,
        files_removed: this.#removed,
        bytes_freed: this.#bytes,
      },
    };
  }

  async #group(path: string, group: LogGroup, folder: TreeFolder): Promise<void> {
    this.#context.signal.throwIfAborted();
    try {
      const rotated = [...group.rotated];
      const fresh = await this.#putAside(path, group, folder);
      if (fresh !== undefined) rotated.push(fresh);
      const kept = await this.#removeOld(path, rotated, folder);
      await this.#pack(path, kept, folder);
      for (const name of group.partials) if (!this.#context.dryRun) await folder.remove(name);
    } catch (error) {
      this.#context.signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      this.#failures.push(`${shown(path)}: ${why}`);
    }
  }

  async #putAside(path: string, group: LogGroup, folder: TreeFolder): Promise<Rotated | undefined> {
    const now = this.#context.clock.wall();
    const { log } = group;
    if (log === undefined || !due(log, group.rotated, this.#options, now)) return undefined;
    const stamp = stampAfter(group.rotated, now);
    const name = `${log.name}-${stamp}`;
    if (!this.#context.dryRun) {
      if (this.#options.mode === 'rename') await folder.rename(log.name, name);
      else await folder.copyAndEmpty(log.name, name, this.#context.signal);
    }
    this.#rotated += 1;
    this.#changes.add(`${shown(path)} -> -${stamp}`);
    return { name, stamp, isPacked: false, diskBytes: log.diskBytes };
  }

  async #removeOld(
    path: string,
    rotated: readonly Rotated[],
    folder: TreeFolder,
  ): Promise<readonly Rotated[]> {
    const stamps = [...new Set(rotated.map(({ stamp }) => stamp))].sort();
    const gone = new Set(stamps.slice(0, Math.max(0, stamps.length - this.#options.keep)));
    for (const each of rotated.filter(({ stamp }) => gone.has(stamp))) {
      if (!this.#context.dryRun && !(await folder.remove(each.name))) continue;
      this.#removed += 1;
      this.#bytes += each.diskBytes;
      this.#changes.add(`${shown(path)}-${each.stamp} removed`);
    }
    return rotated.filter(({ stamp }) => !gone.has(stamp));
  }

  async #pack(path: string, rotated: readonly Rotated[], folder: TreeFolder): Promise<void> {
    if (!this.#options.compress) return;
    const newest = rotated
      .map(({ stamp }) => stamp)
      .sort()
      .at(-1);
    for (const { name, stamp, isPacked } of rotated) {
      if (isPacked) continue;
      // Somebody may still write to the file that was renamed last.
      if (this.#options.mode === 'rename' && stamp === newest) continue;
      const { dryRun, signal } = this.#context;
      if (dryRun || (await folder.compress(name, `${name}.gz`, signal))) {
        this.#packed += 1;
        this.#changes.add(`${shown(path)}-${stamp} packed`);
      }
    }
  }
}
