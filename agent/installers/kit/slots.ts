/**
 * Slots under one root: `<root>/slots/<version>-<hash>` is there only when it is whole, and
 * `<root>/current` leads to the one that runs. What is there depends on that link alone.
 */
import { posix } from 'node:path';
import { asUpdateError } from '../../core/updates/codes.ts';
import type { Disk, UnpackLimits } from '../../ports/updates.ts';
import type { Version } from '../installer.ts';

const LIMITS: UnpackLimits = { bytes: 4 * 1024 ** 3, entries: 100_000 };

export function slotName({ manifest, file }: Pick<Version, 'manifest' | 'file'>): string {
  return `${manifest.version.replaceAll('+', '_')}-${file.sha256.slice(0, 16)}`;
}

export function slotFolder(root: string, version: Pick<Version, 'manifest' | 'file'>): string {
  return posix.join(root, 'slots', slotName(version));
}

export class Slots {
  readonly #root: string;
  readonly #disk: Disk;

  constructor(root: string, disk: Disk) {
    this.#root = root;
    this.#disk = disk;
  }

  folder(version: Version): string {
    return slotFolder(this.#root, version);
  }

  async unpack(version: Version): Promise<void> {
    try {
      // Its name depends on the hash of the archive, so one that is there is the right one.
      await this.#disk.unpack(version.path, this.folder(version), LIMITS);
    } catch (error) {
      throw asUpdateError(error, 'install-failed');
    }
  }

  async current(): Promise<string | undefined> {
    const target = await this.#disk.link(this.#link());
    return target === undefined ? undefined : posix.basename(target);
  }

  async isCurrent(version: Version): Promise<boolean> {
    return (await this.current()) === slotName(version);
  }

  /** Whether it was another one before. */
  async lead(version: Version): Promise<boolean> {
    const isSame = await this.isCurrent(version);
    // The same once more: what an earlier life left may not be durable yet.
    await this.leadTo(slotName(version));
    return !isSame;
  }

  /** Also to a slot that no release of ours laid out. */
  async leadTo(name: string): Promise<void> {
    await this.#disk.relink(this.#link(), posix.join('slots', name));
  }

  /** To nowhere: there was nothing before. */
  async unlink(): Promise<void> {
    await this.#disk.remove(this.#link());
  }

  async remove(version: Version): Promise<void> {
    if (!(await this.isCurrent(version))) await this.#disk.remove(this.folder(version));
  }

  /** The newest so many stay, and those that are named. */
  async prune(keep: number, named: readonly (Version | undefined)[]): Promise<void> {
    const folder = posix.join(this.#root, 'slots');
    const names = await this.#disk.names(folder);
    const safe = new Set([await this.current(), ...named.map((one) => one && slotName(one))]);
    const drafts = names.filter((name) => name.startsWith('.'));
    const old = names.filter((name) => !drafts.includes(name) && !safe.has(name));
    const held = names.length - drafts.length - old.length;
    const rest = old.slice(0, Math.max(0, old.length - Math.max(0, keep - held)));
    for (const name of [...drafts, ...rest]) await this.#disk.remove(posix.join(folder, name));
    // Also what an earlier life removed, and was cut off before its sync.
    const [any] = names;
    if (any !== undefined) await this.#disk.settle(posix.join(folder, any));
  }

  #link(): string {
    return posix.join(this.#root, 'current');
  }
}
