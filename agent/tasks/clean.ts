/** Deletes files by pattern, age, size and count; never outside its roots, never through a link. */
import type { Infer } from '../../protocol/config/schema.ts';
import {
  count,
  duration,
  flag,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import type { TreeEntry, TreeFolder } from '../ports/maintenance.ts';
import { type Cutoff, EVERYTHING, Tally } from './kit/cutoff.ts';
import { compileGlobs } from './kit/glob.ts';
import { globProblems, refuseOwnFolders, rootProblems } from './kit/roots.ts';
import { bytesText, Changes, counted, shown } from './kit/say.ts';
import { type TaskContext, task } from './task.ts';

const schema = object('Deletes files below the roots', {
  roots: list('Folders to clean, absolute and without links', text('A folder')),
  include: { ...list('Patterns from the root on, e.g. `**/*.tmp`; none: all', text('A pattern')) },
  exclude: list('Patterns of what stays; a folder stays with all in it', text('A pattern')),
  minAge: duration('Younger files are never deleted', { default: '1d', remote: true }),
  maxAge: optional(duration('Older files are deleted', { remote: true })),
  maxBytes: optional(
    size('What the matching files of a root may take of the disk; the oldest go first', {
      remote: true,
    }),
  ),
  maxFiles: optional(
    count('How many matching files a root may hold; the oldest go first', { min: 0, remote: true }),
  ),
  emptyFolders: flag('Deletes folders that are empty too, never a root', {
    default: false,
    remote: true,
  }),
  oneFileSystem: flag('Stays out of what is mounted below a root', { default: true }),
});

type Options = Infer<typeof schema>;

export const cleanTask = task<Options>({
  kind: 'clean',
  summary: 'deletes files by pattern, age, size and count',
  schema,
  timeoutSeconds: 600,
  root: false,

  problems: ({ roots, include, exclude, minAge, maxAge }) => [
    ...rootProblems(roots),
    ...globProblems('include', include),
    ...globProblems('exclude', exclude),
    ...(maxAge !== undefined && maxAge < minAge
      ? [{ key: 'maxAge', message: 'is below minAge, which would win' }]
      : []),
  ],

  async run(options, context) {
    refuseOwnFolders(options.roots, context);
    const cleaning = new Cleaning(options, context);
    for (const root of options.roots) await cleaning.clean(root);
    return cleaning.outcome();
  },
});

class Cleaning {
  readonly #options: Options;
  readonly #context: TaskContext;
  readonly #wanted: (path: string) => boolean;
  readonly #enters: (path: string) => boolean;
  readonly #now: number;
  readonly #changes = new Changes();
  #files = 0;
  #folders = 0;
  #bytes = 0;
  #failures = 0;

  constructor(options: Options, context: TaskContext) {
    const include = compileGlobs(options.include.length === 0 ? ['**'] : options.include);
    const exclude = compileGlobs(options.exclude);
    this.#options = options;
    this.#context = context;
    this.#wanted = (path) => include.matches(path) && !exclude.matches(path);
    this.#enters = (path) => !exclude.matches(path);
    this.#now = context.clock.wall();
  }

  async clean(root: string): Promise<void> {
    const cutoff = await this.#cutoff(root);
    await this.#context.upkeep.trees.walk(root, {
      ...this.#walking(),
      skipped: (path, why) => this.#context.print(`left alone: ${root}/${shown(path)}: ${why}`),
      visit: async (entry, folder) => {
        if (this.#isCandidate(entry) && this.#isDue(entry, cutoff)) {
          await this.#remove(root, entry, folder);
        }
      },
      leave: async (entry, _inside, folder) => {
        if (folder !== undefined) await this.#removeFolder(root, entry, folder);
      },
    });
  }

  outcome() {
    const done = this.#context.dryRun ? 'would delete' : 'deleted';
    const folders = this.#folders === 0 ? '' : ` and ${counted(this.#folders, 'folder')}`;
    const failures = this.#failures === 0 ? '' : `; ${this.#failures} could not be deleted`;
    return {
      ok: this.#failures === 0,
      text: `${done} ${counted(this.#files, 'file')}${folders}, ${bytesText(this.#bytes)}${failures}`,
      changes: this.#changes.lines,
      figures: {
        bytes_freed: this.#bytes,
        files_removed: this.#files,
        folders_removed: this.#folders,
        failures: this.#failures,
      },
    };
  }

  /** A first walk, where it takes the whole to know what is too old. */
  async #cutoff(root: string): Promise<Cutoff> {
    const { maxAge, maxBytes, maxFiles } = this.#options;
    const tooOld = maxAge === undefined ? Number.NEGATIVE_INFINITY : this.#now - maxAge;
    if (maxBytes === undefined && maxFiles === undefined) {
      return maxAge === undefined ? EVERYTHING : { before: tooOld, atIt: 0 };
    }
    const tally = new Tally();
    await this.#context.upkeep.trees.walk(root, {
      ...this.#walking(),
      visit: async (entry) => {
        if (this.#isCandidate(entry)) tally.add(entry.modifiedMs, entry.diskBytes);
      },
    });
    return tally.cutoff(maxBytes ?? Infinity, maxFiles ?? Infinity, tooOld);
  }

  #walking() {
    const { oneFileSystem } = this.#options;
    return { oneFileSystem, signal: this.#context.signal, enter: this.#enters };
  }

  #isCandidate({ kind, path }: TreeEntry): boolean {
    return (kind === 'file' || kind === 'link') && this.#wanted(path);
  }

  #isDue({ modifiedMs }: TreeEntry, cutoff: Cutoff): boolean {
    if (this.#now - modifiedMs < this.#options.minAge) return false;
    if (modifiedMs === cutoff.before && cutoff.atIt > 0) {
      cutoff.atIt -= 1;
      return true;
    }
    return modifiedMs < cutoff.before;
  }

  async #remove(root: string, entry: TreeEntry, folder: TreeFolder): Promise<void> {
    const path = `${root}/${entry.path}`;
    try {
      if (!this.#context.dryRun && !(await folder.remove(entry.name))) return;
    } catch (error) {
      this.#failures += 1;
      this.#context.print(`${shown(path)}: ${String(error)}`);
      return;
    }
    this.#files += 1;
    // A further name keeps the bytes where they are.
    if (entry.links <= 1) this.#bytes += entry.diskBytes;
    this.#changes.add(shown(path));
  }

  async #removeFolder(root: string, entry: TreeEntry, folder: TreeFolder): Promise<void> {
    const { emptyFolders, minAge } = this.#options;
    if (!emptyFolders || this.#context.dryRun || !this.#enters(entry.path)) return;
    if (this.#now - entry.modifiedMs < minAge) return;
    if (!(await folder.removeFolder(entry.name))) return;
    this.#folders += 1;
    this.#changes.add(`${shown(`${root}/${entry.path}`)}/`);
  }
}
