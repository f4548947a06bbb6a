/**
 * The director's root on the disk, for the people who sign it: the collector made the first one by
 * itself, and with its key gone nobody who takes the collector can say who the director is.
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyPair, newKeyPair } from '../../../protocol/tuf/keys.ts';
import {
  type Draft,
  draftBytes,
  readDraft,
  sameContent,
  signedWith,
  unsigned,
} from '../../core/releases/envelope.ts';
import { rootOf } from '../../core/releases/publication.ts';
import { renewedRoot } from '../../core/releases/root-changes.ts';
import type { DirectorRoot, KeptRoot } from '../../ports/releases.ts';
import { absent, checkNewestRoot, readKey, signingKey } from './director-keys.ts';
import { syncFolder } from './sync-folder.ts';
import { writeSecret } from './write-secret.ts';

/** Long before devices refuse it, should the collector be off for some weeks. */
const RENEW_BEFORE_MS = 30 * 86_400_000;

export class DirectorRoots implements DirectorRoot {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The last of the chain; rejects where there is none. */
  async newest(): Promise<Draft> {
    for (let version = 1, last: Draft | undefined; ; version++) {
      const next = await this.#root(version);
      if (next !== undefined) last = next;
      else if (last !== undefined) return last;
      else throw new Error(`${this.#folder} has no metadata/1.root.json: is it the director's?`);
    }
  }

  /** That the collector made; none once people hold the root. */
  async ownRootKey(): Promise<KeyPair | undefined> {
    return this.#key('root-key.json');
  }

  /** Throws too while the key below it cannot be used: this is looked at again and again, and told. */
  async keep(now: number): Promise<KeptRoot> {
    await signingKey(this.#folder, now);
    await checkNewestRoot(this.#folder);
    const root = rootOf(await this.newest());
    if (root === undefined) throw new Error(`${this.#folder}: the newest root is malformed`);
    const key = await this.ownRootKey();
    const { keyids, threshold } = root.roles.root;
    const own = key !== undefined && threshold === 1 && keyids.includes(key.keyid);
    const { version, expires } = root;
    if (!own || expires - now >= RENEW_BEFORE_MS) return { version, expires, own, renewed: false };
    const next = renewedRoot(root, now);
    if (!next.ok) throw new Error(next.problem);
    await this.install(version + 1, signedWith(unsigned(next.document), key), []);
    return { ...(await this.keep(now)), renewed: true };
  }

  /** A key that the collector signs with from the installation of the next root on. */
  async nextKey(): Promise<KeyPair> {
    const key = newKeyPair();
    await writeSecret(join(this.#folder, 'next-key.json'), JSON.stringify(key));
    return key;
  }

  async forgetNextKey(): Promise<void> {
    await rm(join(this.#folder, 'next-key.json'), { force: true });
  }

  /** Ids of keys that the collector signs with, or could. */
  async onlineKeys(): Promise<readonly string[]> {
    const keys = [await this.#key('key.json'), await this.#key('next-key.json')];
    return keys.flatMap((key) => key?.keyid ?? []);
  }

  /** May be repeated after a cut. Says whether the collector must start again. */
  async install(version: number, draft: Draft, online: readonly string[]): Promise<boolean> {
    const there = await this.#root(version);
    if (there === undefined || !sameContent(there, draft)) {
      await mkdir(join(this.#folder, 'metadata'), { recursive: true, mode: 0o700 });
      const text = Buffer.from(draftBytes(draft)).toString('utf8');
      await writeSecret(join(this.#folder, 'metadata', `${version}.root.json`), text);
    }
    const next = await this.#key('next-key.json');
    if (next === undefined || !online.includes(next.keyid)) return false;
    await rename(join(this.#folder, 'next-key.json'), join(this.#folder, 'key.json'));
    await syncFolder(this.#folder);
    return true;
  }

  async removeOwnRootKey(): Promise<void> {
    await rm(join(this.#folder, 'root-key.json'), { force: true });
    await syncFolder(this.#folder);
  }

  async #root(version: number): Promise<Draft | undefined> {
    const path = join(this.#folder, 'metadata', `${version}.root.json`);
    const bytes = await readFile(path).catch(absent);
    if (bytes === undefined) return undefined;
    const draft = readDraft(bytes);
    if ('problem' in draft) throw new Error(`${path}: ${draft.problem}`);
    return draft;
  }

  async #key(name: string): Promise<KeyPair | undefined> {
    return readKey(join(this.#folder, name));
  }
}
