/**
 * The real `Facts`: one small file each, `<folder>/<group>/<key>`.
 *
 * A put writes a file beside, syncs it, renames it over the old one and syncs the folder, so that
 * after a kill or a power cut the old text or the new one is there, whole. The first line of a file
 * is the checksum of the rest: flash that has forgotten something does not become a wrong fact.
 * What cannot be used at the opening is set aside and counts as never written, so that the agent
 * starts all the same.
 */
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts } from '../ports/caretaking.ts';
import { SerialQueue } from './buffer/serial-queue.ts';
import { FACT_NAME, MOST_BYTES, NEW, type SetAside, sealed } from './facts/format.ts';
import { readFacts } from './facts/opening.ts';
import { syncPath } from './updates/durable.ts';

export type { SetAside } from './facts/format.ts';

/** `setAside` hears of every file that was not a fact; nothing has been deleted but leftovers. */
export async function openFacts(
  folder: string,
  setAside: (what: SetAside) => void = () => undefined,
): Promise<Facts> {
  return new FileFacts(folder, await readFacts(folder, setAside));
}

class FileFacts implements Facts {
  readonly #folder: string;
  readonly #texts: Map<string, string>;
  /** By name; gone when nothing waits. */
  readonly #queues = new Map<string, { readonly queue: SerialQueue; waiting: number }>();

  constructor(folder: string, texts: Map<string, string>) {
    this.#folder = folder;
    this.#texts = texts;
  }

  get(name: string): string | undefined {
    return this.#texts.get(name);
  }

  names(group: string): readonly string[] {
    return [...this.#texts.keys()].filter((name) => name.startsWith(`${group}/`)).sort();
  }

  async put(name: string, text: string): Promise<void> {
    const [group, key] = partsOf(name);
    const bytes = sealed(text);
    if (bytes.length > MOST_BYTES) {
      throw new Error(`fact ${name} has ${bytes.length} bytes; at most ${MOST_BYTES} are kept`);
    }
    await this.#inTurn(name, 'written', async () => {
      await this.#write(group, key, bytes);
      this.#texts.set(name, text);
    });
  }

  async remove(name: string): Promise<void> {
    const [group, key] = partsOf(name);
    await this.#inTurn(name, 'removed', async () => {
      if (!this.#texts.has(name)) return;
      const folder = join(this.#folder, group);
      await unlink(join(folder, key)).catch(unlessMissing);
      this.#texts.delete(name);
      await syncPath(folder).catch(unlessMissing);
    });
  }

  async #write(group: string, key: string, bytes: Uint8Array): Promise<void> {
    const folder = join(this.#folder, group);
    if ((await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined) {
      await syncPath(this.#folder);
    }
    const fresh = join(folder, `.${key}${NEW}`);
    try {
      const file = await open(fresh, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(fresh, join(folder, key));
    } catch (error) {
      await unlink(fresh).catch(() => undefined);
      throw error;
    }
    await syncPath(folder);
  }

  /** One write of a name after the other, in the order of asking. */
  async #inTurn(name: string, verb: string, job: () => Promise<void>): Promise<void> {
    const own = this.#queues.get(name) ?? { queue: new SerialQueue(), waiting: 0 };
    this.#queues.set(name, own);
    own.waiting++;
    try {
      await own.queue.run(job);
    } catch (error) {
      throw new Error(`fact ${name} could not be ${verb}: ${reason(error)}`, { cause: error });
    } finally {
      own.waiting--;
      if (own.waiting === 0) this.#queues.delete(name);
    }
  }
}

function partsOf(name: string): readonly [group: string, key: string] {
  const [group = '', key = '', ...rest] = name.split('/');
  if (rest.length > 0 || !FACT_NAME.test(group) || !FACT_NAME.test(key)) {
    throw new Error(`${JSON.stringify(name)} is no name of a fact: write <group>/<key>`);
  }
  return [group, key];
}

function unlessMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk is full (${code})`;
  if (code === 'EROFS') return 'the file system is read-only (EROFS)';
  if (code === 'EACCES' || code === 'EPERM') return `this user may not write there (${code})`;
  return message;
}
