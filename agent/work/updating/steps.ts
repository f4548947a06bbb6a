/** Carries out the effects of the table. Each may be repeated; each says how it ended and never rejects. */
import {
  asUpdateError,
  kindOfCode,
  type UpdateCode,
  UpdateError,
} from '../../core/updates/codes.ts';
import { heldBy } from '../../core/updates/lock.ts';
import { bytesFor, noRoom } from '../../core/updates/room.ts';
import type { UpdateEffect } from '../../core/updates/table.ts';
import {
  MOST_STARTS,
  type Update,
  type UpdateEvent,
  type UpdateItem,
} from '../../core/updates/update.ts';
import type { InstallStep } from '../../installers/installer.ts';
import type { Downloader, FetchPace, Locks } from '../../ports/updates.ts';
import type { Log } from '../../ports.ts';
import { Fetching } from './fetching.ts';
import { Hands, type HandsDeps } from './hands.ts';
import type { Ledger } from './ledger.ts';
import { Probing, type ProbingDeps } from './probing.ts';

export interface StepsDeps extends HandsDeps, ProbingDeps {
  readonly log: Log;
  readonly downloader: Downloader;
  readonly locks: Locks;
  readonly pace: () => FetchPace;
  /** Resolves when nothing else works on the device; nothing begins to from then on. */
  readonly calm?: (signal: AbortSignal) => Promise<void>;
}

/** `detail` comes out of programs, `figures` are of the transfer. */
export interface Notes {
  readonly output: string[];
  readonly figures: Map<string, number>;
}

const UNDO_TRIES = 3;
const UNDO_PAUSE_MS = 1_000;

const USUAL: Readonly<Record<UpdateEffect, UpdateCode>> = {
  check: 'unsupported',
  fetch: 'offline',
  verify: 'bad-file',
  install: 'install-failed',
  switch: 'switch-failed',
  probe: 'probe-failed',
  undo: 'roll-back-failed',
  discard: 'disk-error',
  keep: 'disk-error',
  none: 'install-failed',
};

export class Steps {
  readonly #deps: StepsDeps;
  readonly #ledger: Ledger;
  readonly #probing: Probing;
  readonly #fetching: Fetching;
  readonly hands: Hands;

  constructor(deps: StepsDeps, ledger: Ledger) {
    this.#deps = deps;
    this.#ledger = ledger;
    this.hands = new Hands(deps);
    this.#fetching = new Fetching(deps);
    this.#probing = new Probing(deps, this.hands);
  }

  async take(
    effect: UpdateEffect,
    update: Update,
    signal: AbortSignal,
    notes: Notes,
  ): Promise<UpdateEvent> {
    try {
      return await this.#take(effect, update, signal, notes).catch((error: unknown) => {
        // What only tidies up is worth a second try at once.
        if (effect !== 'keep' && effect !== 'discard') throw error;
        return this.#take(effect, update, signal, notes);
      });
    } catch (error) {
      const { code, message } = asUpdateError(error, USUAL[effect]);
      return { kind: 'failed', code, why: message };
    }
  }

  async #take(
    effect: UpdateEffect,
    update: Update,
    signal: AbortSignal,
    notes: Notes,
  ): Promise<UpdateEvent> {
    const { items } = update;
    switch (effect) {
      case 'check':
        await this.#check(items);
        break;
      case 'fetch':
        for (const item of items) await this.#fetch(item, signal, notes);
        break;
      case 'verify':
        for (const item of items) await this.#verify(item);
        break;
      case 'install':
        await this.#deps.calm?.(signal);
        await this.#each('install', items, signal, notes);
        return { kind: 'done', evidence: await this.#probing.evidence(items) };
      case 'switch':
        await this.#each('switch', items, signal, notes);
        break;
      case 'probe':
        await this.#probing.watch(update, signal);
        break;
      case 'undo':
        await this.#undo(items.toReversed(), notes);
        break;
      case 'discard':
        await this.#discard(update, notes);
        break;
      case 'keep':
        await this.#keep(update, notes);
        break;
      case 'none':
        break;
    }
    return { kind: 'done' };
  }

  async #check(items: readonly UpdateItem[]): Promise<void> {
    const held = heldBy(await this.#deps.locks.held());
    if (held !== undefined) throw new UpdateError('locked', `held by ${held}`);
    await this.#claims(items);
    const needed = new Map<string, number>();
    for (const item of items) {
      const { of, job } = await this.hands.prepared(item);
      const { file } = job.to;
      const { unpackedBytes } = item.manifest.installer.options;
      const bytes = bytesFor({
        ...{ file, fetched: await this.#deps.staging.held(file.sha256) },
        unpackedBytes: typeof unpackedBytes === 'number' ? unpackedBytes : undefined,
        isCompressed: /\.(tgz|gz)$/.test(file.path),
      });
      const place = of.place(job.options);
      needed.set(place, (needed.get(place) ?? 0) + bytes);
    }
    for (const [place, bytes] of needed) {
      const missing = noRoom(bytes, await this.#deps.disk.free(place));
      if (missing !== undefined) throw new UpdateError('no-space', `at ${place} ${missing}`);
    }
  }

  /** Two packages in one place would undo each other. */
  async #claims(items: readonly UpdateItem[]): Promise<void> {
    const owners = new Map<string, string>();
    const names = new Set(items.map(({ name }) => name));
    const others = [...this.#ledger.manifests().values()].filter(({ name }) => !names.has(name));
    for (const manifest of [...others, ...items.map((item) => item.manifest)]) {
      const { of, job } = await this.hands.prepared({ manifest });
      for (const claim of of.claims(job.options)) {
        const owner = owners.get(claim);
        if (owner !== undefined && !claim.startsWith('unit:')) {
          throw new UpdateError('conflict', `${owner} and ${manifest.name} both have ${claim}`);
        }
        owners.set(claim, manifest.name);
      }
    }
  }

  async #fetch({ manifest }: UpdateItem, signal: AbortSignal, { figures }: Notes): Promise<void> {
    await this.#fetching.take(manifest, this.hands.version(manifest).file, signal, figures);
  }

  async #verify({ manifest }: UpdateItem): Promise<void> {
    const { file } = this.hands.version(manifest);
    if (await this.#deps.staging.verify(file)) return;
    await this.#deps.staging.remove(file.sha256);
    throw new UpdateError('bad-file', `${file.path} is not on the disk as it was fetched`);
  }

  async #each(
    step: InstallStep,
    items: readonly UpdateItem[],
    signal: AbortSignal,
    { output }: Notes,
  ): Promise<void> {
    for (const item of items) {
      await this.hands.take(step, item, signal, (line) => output.push(line));
    }
  }

  /** Nobody may stop it: in between there is no whole version. */
  async #undo(items: readonly UpdateItem[], notes: Notes): Promise<void> {
    const { signal } = new AbortController();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#each('undo', items, signal, notes);
      } catch (error) {
        if (attempt === UNDO_TRIES) throw error;
        this.#deps.log.warn('going back failed and is tried again', { why: String(error) });
        await new Promise<void>((resolve) => {
          this.#deps.clock.after(UNDO_PAUSE_MS * attempt, resolve);
        });
      }
    }
  }

  async #discard(update: Update, notes: Notes): Promise<void> {
    await this.#ledger.noteFailure(update, Math.round(this.#deps.clock.wall()));
    // After a way back that failed, what was laid beside may be what runs.
    if (update.code === 'roll-back-failed') return;
    const { signal } = new AbortController();
    for (const item of update.items) {
      await this.#each('discard', [item], signal, notes).catch((error: unknown) => {
        // A disk that does not take it now may later; after some starts the next update is worth more.
        if (ofTheDisk(error) && update.starts < MOST_STARTS) throw error;
        this.#deps.log.warn('leftovers of an update stay', { why: String(error) });
      });
    }
    const manifests = update.items.map(({ manifest }) => manifest);
    // What came of a delta is worth keeping while its update only waits.
    const waits = update.code !== undefined && kindOfCode(update.code) === 'waits';
    const deltas = waits ? manifests.flatMap((one) => one.deltas.map(({ sha256 }) => sha256)) : [];
    await this.#prune(manifests, deltas);
  }

  async #keep({ items }: Update, notes: Notes): Promise<void> {
    const { signal } = new AbortController();
    for (const { manifest, file } of items) {
      const { slot } = await this.hands.present(manifest, signal);
      await this.#ledger.noteInstalled({ manifest, file, slot, isThere: true });
    }
    await this.#each('keep', items, signal, notes);
    await this.#prune(items.flatMap(({ from }) => from ?? []));
  }

  /** Files of what is installed stay: for the way back, and for deltas to start from. */
  async #prune(
    more: Parameters<Hands['version']>[0][],
    deltas: readonly string[] = [],
  ): Promise<void> {
    const all = [...this.#ledger.manifests().values(), ...more];
    const sums = all.flatMap(({ files }) => files.map(({ sha256 }) => sha256));
    await this.#deps.staging.prune(new Set([...sums, ...deltas]));
  }
}

function ofTheDisk(error: unknown): boolean {
  return ['disk-error', 'no-space'].includes(asUpdateError(error, 'install-failed').code);
}
