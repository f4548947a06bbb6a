/**
 * Brings a file of a release here: made by a delta where one leads to it, else fetched whole. What
 * passes by itself (no network, no space) is waited for with what has come; only a delta that is of
 * no use makes way for the next, so that together hardly more comes than the whole file has.
 */
import { EMPTY_SHA256 } from '../../../protocol/delta/format.ts';
import type { ReleaseDelta, ReleaseFile, ReleaseManifest } from '../../../protocol/release.ts';
import { asUpdateError, kindOfCode } from '../../core/updates/codes.ts';
import { deltaFor } from '../../core/updates/manifest.ts';
import type { Downloader, FetchPace, Staging } from '../../ports/updates.ts';
import type { Log } from '../../ports.ts';

export interface FetchingDeps {
  readonly staging: Staging;
  readonly downloader: Downloader;
  readonly log: Log;
  readonly pace: () => FetchPace;
}

/** Figures of the transfer, for the report. */
type Figures = Map<string, number>;

export class Fetching {
  readonly #deps: FetchingDeps;
  /** Deltas that were of no use: a file that must be tried again does not fetch them again. */
  readonly #useless = new Set<string>();

  constructor(deps: FetchingDeps) {
    this.#deps = deps;
  }

  async take(
    manifest: ReleaseManifest,
    file: ReleaseFile,
    signal: AbortSignal,
    figures: Figures,
  ): Promise<void> {
    const { staging } = this.#deps;
    const here = new Set(await staging.whole());
    if (here.has(file.sha256)) return;
    // What has come of the whole file already is worth more than a delta.
    const isBegun = (await staging.held(file.sha256)) > 0;
    while (!isBegun) {
      const delta = this.#next(manifest, file, here);
      if (delta === undefined) break;
      if (!(await this.#isGood(delta.from))) here.delete(delta.from);
      else if (await this.#made(delta, file, signal, figures)) return;
    }
    await this.#transfer(file, signal, figures);
  }

  #next(manifest: ReleaseManifest, file: ReleaseFile, here: ReadonlySet<string>) {
    const deltas = manifest.deltas.filter(({ sha256 }) => !this.#useless.has(sha256));
    return deltaFor({ ...manifest, deltas }, file, here);
  }

  /** Looked at before anything is fetched for it. */
  async #isGood(from: string): Promise<boolean> {
    if (from === EMPTY_SHA256) return true;
    const { staging } = this.#deps;
    return staging.verify({ sha256: from, length: await staging.held(from) });
  }

  async #made(
    delta: ReleaseDelta,
    file: ReleaseFile,
    signal: AbortSignal,
    figures: Figures,
  ): Promise<boolean> {
    const { staging, log } = this.#deps;
    try {
      await this.#transfer(delta, signal, figures);
      await staging.patch(delta.from, delta.sha256, file);
      await staging.remove(delta.sha256);
      return true;
    } catch (error) {
      const { code, message } = asUpdateError(error, 'bad-file');
      if (signal.aborted || kindOfCode(code) === 'waits') throw error;
      log.warn('a delta was of no use', { path: delta.path, why: message });
      this.#useless.add(delta.sha256);
      await staging.remove(delta.sha256);
      return false;
    }
  }

  async #transfer(
    { path, length, sha256 }: Pick<ReleaseFile, 'path' | 'length' | 'sha256'>,
    signal: AbortSignal,
    figures: Figures,
  ): Promise<void> {
    const { downloader, staging, pace } = this.#deps;
    const to = staging.pathOf(sha256);
    const { bytes } = await downloader.fetch({ path, length, sha256, to }, pace(), signal);
    figures.set('bytes_fetched', (figures.get('bytes_fetched') ?? 0) + bytes);
  }
}
