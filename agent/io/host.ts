/**
 * The real `Host`: this machine's files, or a recorded tree of them under a root.
 *
 * What may hang goes through a `ThreadBudget`. A file or mount that hangs is never asked again
 * while it does: a second reader of the file waits for the first one's answer, and a mount answers
 * `'pending'`, also to the first call once it took too long.
 */
import { readdirSync } from 'node:fs';
import { readdir, readlink, stat, statfs } from 'node:fs/promises';
import type { Host, StatFs } from '../ports.ts';
import { fileText } from './file-text.ts';
import { KernelFiles } from './kernel-files.ts';
import { ThreadBudget } from './thread-budget.ts';

export interface HostOptions {
  /** Placed before every path; for recorded trees. */
  readonly root?: string;
  /** Descriptors kept open for `readNow`. */
  readonly mostOpen?: number;
  /** A statfs that takes longer than this many milliseconds counts as hanging. */
  readonly patienceMs?: number;
  /** The call that asks the kernel; tests bring one that hangs. */
  readonly statfs?: (path: string) => Promise<StatFs>;
}

export interface OpenHost extends Host {
  /** Gives back the descriptors. */
  close(): void;
}

const MOST_OPEN = 64;
const PATIENCE_MS = 1000;

export function openHost(options: HostOptions = {}): OpenHost {
  return new FileHost(options);
}

class FileHost implements OpenHost {
  readonly #root: string;
  readonly #patienceMs: number;
  readonly #askKernel: (path: string) => Promise<StatFs>;
  readonly #kernel: KernelFiles;
  readonly #threads = new ThreadBudget();
  readonly #reading = new Map<string, Promise<string | undefined>>();
  /** Until the kernel answers; what was told those who waited too long is told at once then. */
  readonly #asking = new Map<string, Promise<StatFs | 'pending'>>();

  constructor(options: HostOptions) {
    this.#root = options.root ?? '';
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS;
    this.#askKernel = options.statfs ?? statfsInBytes;
    this.#kernel = new KernelFiles(this.#root, options.mostOpen ?? MOST_OPEN);
  }

  readNow(path: string): string | undefined {
    return this.#kernel.read(path);
  }

  read(path: string): Promise<string | undefined> {
    const underWay = this.#reading.get(path);
    if (underWay !== undefined) return underWay;
    const answer = this.#threads
      .run('file', () => fileText(this.#root + path))
      .catch(() => undefined)
      .finally(() => this.#reading.delete(path));
    this.#reading.set(path, answer);
    return answer;
  }

  async list(path: string): Promise<readonly string[]> {
    const place = this.#root + path;
    try {
      // The kernel lists sysfs from memory; a thread would only cost more.
      const names = path.startsWith('/sys/')
        ? readdirSync(place)
        : await this.#threads.run('file', () => readdir(place));
      return names.sort();
    } catch {
      return [];
    }
  }

  link(path: string): Promise<string | undefined> {
    return this.#threads.run('file', () => readlink(this.#root + path)).catch(() => undefined);
  }

  async stat(path: string) {
    try {
      const found = await this.#threads.run('file', () => stat(this.#root + path));
      return { bytes: found.size, modifiedMs: found.mtimeMs };
    } catch {
      return undefined;
    }
  }

  statfs(path: string): Promise<StatFs | 'pending'> {
    const underWay = this.#asking.get(path);
    if (underWay !== undefined) return underWay;
    const answer = this.#threads
      .run('statfs', () => this.#askKernel(this.#root + path))
      .finally(() => this.#asking.delete(path));
    const inTime = orPending(answer, this.#patienceMs);
    this.#asking.set(path, inTime);
    return inTime;
  }

  close(): void {
    this.#kernel.close();
  }
}

/** The answer, or `'pending'` when it takes too long; a failure after that is nobody's concern. */
function orPending<T>(answer: Promise<T>, patienceMs: number): Promise<T | 'pending'> {
  return new Promise((resolve, reject) => {
    // Not `unref`: the call holds the process anyway, and Node wakes up for such a timer even when it was cleared.
    const timer = setTimeout(() => resolve('pending'), patienceMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function statfsInBytes(path: string): Promise<StatFs> {
  const { bsize, blocks, bfree, bavail, files, ffree } = await statfs(path);
  return {
    sizeBytes: blocks * bsize,
    freeBytes: bfree * bsize,
    availBytes: bavail * bsize,
    files,
    filesFree: ffree,
  };
}
