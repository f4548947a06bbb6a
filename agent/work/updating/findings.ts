/** What was found about the packages that are wanted: for whoever asks, and so that nothing is told twice. */
import type { Update } from '../../core/updates/update.ts';

interface Package {
  readonly name: string;
  readonly version: string;
}

export interface Found {
  readonly ok: boolean;
  readonly text: string;
}

export class Findings {
  readonly #told = new Set<string>();
  readonly #why = new Map<string, string>();
  #held: string | undefined;
  /** Wait for what the next pass finds. */
  #asking = new Set<(found: Found) => void>();

  /** Something else is wanted. */
  forget(): void {
    this.#told.clear();
    this.#why.clear();
  }

  isNews(what: string): boolean {
    if (this.#told.has(what)) return false;
    this.#told.add(what);
    return true;
  }

  /** Why a package is not there. */
  note(name: string, why: string): void {
    this.#why.set(name, why);
  }

  held(why: string | undefined): void {
    this.#held = why;
  }

  whyNot(name: string): string | undefined {
    return this.#held ?? this.#why.get(name);
  }

  begun(packages: readonly Package[]): void {
    for (const { name } of packages) this.#why.delete(name);
    const names = packages.map(({ name, version }) => `${name} ${version}`).join(', ');
    this.#answer({ ok: true, text: `begun: ${names}` });
  }

  /** The answer comes with the beginning of an update, else at the end of the pass. */
  async asked(
    underWay: Update | undefined,
    wanted: readonly Package[],
    pass: () => Promise<void>,
  ): Promise<Found> {
    if (underWay !== undefined) {
      const names = underWay.items.map(({ manifest: { name, version } }) => `${name} ${version}`);
      return { ok: true, text: `under way: ${names.join(', ')}: ${underWay.state}` };
    }
    this.#why.clear();
    const answer = new Promise<Found>((resolve) => {
      this.#asking.add(resolve);
    });
    void pass().then(() => this.#answer(this.#summary(wanted)));
    return answer;
  }

  #summary(wanted: readonly Package[]): Found {
    if (this.#held !== undefined) return { ok: false, text: this.#held };
    if (wanted.length === 0) return { ok: true, text: 'no packages are wanted' };
    const open = wanted.flatMap(({ name, version }) => {
      const why = this.#why.get(name);
      return why === undefined ? [] : [`${name} ${version}: ${why}`];
    });
    if (open.length > 0) return { ok: false, text: open.join('; ') };
    return { ok: true, text: `nothing to do: ${wanted.length} packages are as wanted` };
  }

  #answer(found: Found): void {
    for (const resolve of this.#asking) resolve(found);
    this.#asking.clear();
  }
}
