/**
 * Moves the device to the packages that are wanted. One update at a time; every change of its state
 * is durable before anything is done for it, so that what a crash interrupts goes on, or goes back,
 * at the next start (core/updates/table.ts says which).
 */
import type { ReportedPackage } from '../../protocol/messages/reported.ts';
import type { ReleaseManifest } from '../../protocol/release.ts';
import { asUpdateError, kindOfCode, type UpdateCode, UpdateError } from '../core/updates/codes.ts';
import { givenUp } from '../core/updates/guard.ts';
import { resolvePackages, type Versions } from '../core/updates/resolve.ts';
import { isOver } from '../core/updates/table.ts';
import { stepOf, type Update, type UpdateEvent, type UpdateStep } from '../core/updates/update.ts';
import type { Facts, Journal } from '../ports/caretaking.ts';
import type { Trusted } from '../ports/updates.ts';
import type { Cancel } from '../ports.ts';
import { Ledger } from './updating/ledger.ts';
import { type Notes, Steps, type StepsDeps } from './updating/steps.ts';
import { Telling } from './updating/telling.ts';

export interface UpdatingDeps extends StepsDeps {
  readonly facts: Facts;
  readonly journal: Journal;
  readonly trusted: Trusted;
  /** Loaded when an update comes. */
  readonly versions: () => Promise<Versions>;
  readonly random: () => number;
  /** `packages()` says something else now. */
  readonly changed: () => void;
}

export interface WantedPackage {
  readonly name: string;
  readonly version: string;
}

const AGAIN_MS = { min: 60_000, max: 3_600_000 };
/** A version that something else replaced is noticed within that time. */
const LOOK_MS = 300_000;

export class Updating {
  readonly #deps: UpdatingDeps;
  readonly #ledger: Ledger;
  readonly #steps: Steps;
  readonly #telling: Telling;
  readonly #stop = new AbortController();
  #cancel = new AbortController();
  #wanted: readonly WantedPackage[] = [];
  #update: Update | undefined;
  #passing: Promise<void> = Promise.resolve();
  #again: Cancel = () => undefined;
  #looking: Cancel = () => undefined;
  #waits = 0;
  #told = new Set<string>();

  constructor(deps: UpdatingDeps) {
    this.#deps = deps;
    this.#ledger = new Ledger(deps.facts);
    this.#steps = new Steps(deps, this.#ledger);
    this.#telling = new Telling(deps.journal);
  }

  /** What an earlier life left in the middle is gone on with, before anything else. */
  start(): Promise<void> {
    return this.#next(async () => {
      await this.#resume();
      await this.#look();
    });
  }

  /** Resolves when all that can be done about it at the moment is done. */
  want(wanted: readonly WantedPackage[]): Promise<void> {
    const isSame = JSON.stringify(wanted) === JSON.stringify(this.#wanted);
    if (!isSame) {
      this.#told = new Set();
      this.#waits = 0;
      if (this.#update !== undefined && !isAmong(this.#update, wanted)) this.#cancel.abort();
    }
    this.#wanted = wanted;
    return this.#next(() => this.#pass());
  }

  /** Stops what is under way within seconds; it goes on at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#again();
    this.#looking();
    await this.#passing;
  }

  packages(): readonly ReportedPackage[] {
    const there = [...this.#ledger.installed().values()].filter(({ isThere }) => isThere);
    return there.map(({ manifest: { name, version }, slot }) => ({ name, version, slot }));
  }

  /** For people: what is under way. */
  get underWay(): Update | undefined {
    return this.#update;
  }

  #next(job: () => Promise<void>): Promise<void> {
    const done = this.#passing.then(async () => {
      if (!this.#stop.signal.aborted) await job();
    });
    this.#passing = done.catch((error: unknown) => {
      this.#deps.log.error('updates went wrong', { error: String(error) });
      this.#later();
    });
    return this.#passing;
  }

  async #resume(): Promise<void> {
    const left = this.#ledger.current();
    if (left !== undefined) await this.#drive(stepOf(left, { kind: 'restarted' }), left);
  }

  async #pass(): Promise<void> {
    this.#again();
    await this.#resume();
    if (this.#ledger.current() !== undefined) return this.#later();
    if (this.#wanted.length === 0) return;
    const answers = await this.#deps.trusted
      .releases(this.#wanted, this.#stop.signal)
      .catch((error: unknown) => {
        this.#deps.log.warn('nobody says which releases are good', { why: String(error) });
        return undefined;
      });
    if (answers === undefined) return this.#later();
    const wanted: ReleaseManifest[] = [];
    for (const answer of answers) {
      if (answer.ok) wanted.push(answer.manifest);
      else this.#refuse(answer.name, answer.version, answer.code, answer.why);
      if (!answer.ok && kindOfCode(answer.code) === 'waits') this.#later();
    }
    const installed = this.#ledger.manifests();
    const resolved = resolvePackages({ wanted, installed }, await this.#deps.versions());
    if (!resolved.ok) {
      const why = resolved.conflicts.join('; ');
      for (const { name, version } of wanted) this.#refuse(name, version, 'conflict', why);
      return;
    }
    for (const group of resolved.groups) {
      if (this.#stop.signal.aborted) return;
      await this.#group(group, installed);
    }
  }

  async #group(
    group: readonly ReleaseManifest[],
    installed: ReadonlyMap<string, ReleaseManifest>,
  ): Promise<void> {
    const vain = group.map((one) => givenUp(one, this.#ledger.tried(one.name)));
    const [why] = vain.flatMap((one) => one ?? []);
    if (why !== undefined) {
      for (const { name, version } of group) this.#refuse(name, version, 'given-up', why);
      return;
    }
    const planned = this.#planned(group, installed);
    if (planned instanceof UpdateError) {
      const { code, message } = planned;
      for (const { name, version } of group) this.#refuse(name, version, code, message);
      return;
    }
    try {
      await this.#ledger.journal(planned);
    } catch (error) {
      this.#deps.log.warn('an update cannot begin', { why: String(error) });
      return this.#later();
    }
    await this.#drive({ update: planned, effect: 'check' }, planned);
  }

  #planned(
    group: readonly ReleaseManifest[],
    installed: ReadonlyMap<string, ReleaseManifest>,
  ): Update | UpdateError {
    try {
      const items = group.map((manifest) => {
        const from = installed.get(manifest.name);
        const file = this.#steps.hands.version(manifest).file.path;
        return { name: manifest.name, manifest, file, ...(from === undefined ? {} : { from }) };
      });
      const startedAt = this.#telling.now();
      const attempt = this.#ledger.attempt(group);
      const linkWasUp = this.#deps.linkUp();
      const begun = { startedAt, attempt, linkWasUp, starts: 0, evidence: {} };
      return { id: this.#id(), state: 'planned', items, ...begun };
    } catch (error) {
      return asUpdateError(error, 'unsupported');
    }
  }

  /** From a state that is durable to the end, or until the agent stops. */
  async #drive(first: UpdateStep, journalled: Update): Promise<void> {
    let { update, effect } = first;
    let notes = emptyNotes();
    this.#cancel = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, this.#cancel.signal]);
    if (update !== journalled) await this.#journal(update, notes);
    else this.#follow(update, notes);
    while (effect !== 'none') {
      const event = await this.#steps.take(effect, update, signal, notes);
      if (this.#stop.signal.aborted && event.kind === 'failed')
        return this.#follow(undefined, notes);
      if (isOver(update.state)) {
        if (event.kind === 'done') return this.#over(update);
        // Its fact stays: it is done again before anything else is begun, here or after a restart.
        this.#deps.log.warn('the end of an update is not done', { why: whyOf(event) });
        this.#follow(undefined, notes);
        return this.#later();
      }
      const isUnwanted = this.#cancel.signal.aborted && event.kind === 'failed';
      const why = 'something else is wanted now';
      ({ update, effect } = stepOf(
        update,
        isUnwanted ? { kind: 'cancelled', code: 'cancelled', why } : event,
      ));
      const written = await this.#journal(update, notes);
      if (written !== undefined && isForward(update)) {
        // Nothing is begun that is not written down; what was laid beside goes.
        ({ update, effect } = stepOf(
          { ...update, state: 'installing' },
          { kind: 'failed', ...written },
        ));
        await this.#journal(update, notes);
      }
      notes = emptyNotes();
    }
  }

  async #over(update: Update): Promise<void> {
    await this.#ledger.settled().catch((error: unknown) => {
      this.#deps.log.warn('the end of an update is not written down', { why: String(error) });
    });
    this.#follow(undefined, emptyNotes());
    const { code = 'install-failed', state, items } = update;
    const names = items.map(({ name, manifest }) => `${name} ${manifest.version}`).join(', ');
    const tell = state === 'committed' ? this.#deps.log.info : this.#deps.log.warn;
    tell('an update is over', { state, code, packages: names, why: update.why });
    this.#deps.changed();
    if (state === 'committed') this.#waits = 0;
    else if (kindOfCode(code) !== 'refused') this.#later();
  }

  /** Why it was not written; `undefined` when it was. */
  async #journal(
    update: Update,
    notes: Notes,
  ): Promise<{ readonly code: UpdateCode; readonly why: string } | undefined> {
    try {
      await this.#ledger.journal(update);
      this.#follow(update, notes);
      return undefined;
    } catch (error) {
      this.#update = update;
      return { code: 'disk-error', why: (error as Error).message };
    }
  }

  #follow(update: Update | undefined, notes: Notes): void {
    this.#update = update;
    if (update !== undefined) this.#telling.step(update, notes);
  }

  #refuse(name: string, version: string, code: UpdateCode, why: string): void {
    const key = `${name} ${version} ${code}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#deps.log.warn('a package is not installed', { package: name, version, code, why });
    this.#telling.refusal(this.#id(), name, version, `${code}: ${why}`);
  }

  /** Whether what was installed is still what runs. */
  async #look(): Promise<void> {
    this.#looking();
    for (const one of this.#ledger.installed().values()) {
      const { name, version, installer } = one.manifest;
      const now = await this.#steps.hands
        .present(one.manifest, this.#stop.signal)
        .catch(() => undefined);
      if (now === undefined || now.isRunning === one.isThere) continue;
      await this.#ledger.noteInstalled({ ...one, isThere: now.isRunning });
      this.#deps.changed();
      if (now.isRunning) continue;
      const text = `fell-back: ${name} ${version} was installed, what runs is ${now.slot || 'nothing'}`;
      this.#telling.refusal(this.#id(), name, installer.kind, text);
    }
    if (this.#stop.signal.aborted) return;
    this.#looking = this.#deps.clock.after(LOOK_MS, () => void this.#next(() => this.#look()));
  }

  #later(): void {
    if (this.#stop.signal.aborted) return;
    this.#again();
    const bound = Math.min(AGAIN_MS.max, AGAIN_MS.min * 2 ** Math.min(this.#waits++, 10));
    const ms = bound * (0.5 + this.#deps.random() / 2);
    this.#again = this.#deps.clock.after(ms, () => void this.#next(() => this.#pass()));
  }

  #id(): string {
    const part = Math.floor(this.#deps.random() * 36 ** 6).toString(36);
    return `u${Math.max(0, this.#telling.now()).toString(36)}-${part.padStart(6, '0')}`;
  }
}

function isAmong({ items }: Update, wanted: readonly WantedPackage[]): boolean {
  return items.every(({ manifest: { name, version } }) =>
    wanted.some((one) => one.name === name && one.version === version),
  );
}

function whyOf(event: UpdateEvent): string {
  return event.kind === 'failed' ? event.why : event.kind;
}

function isForward({ state }: Update): boolean {
  return ['fetching', 'verifying', 'installing', 'switching'].includes(state);
}

function emptyNotes(): Notes {
  return { output: [], figures: new Map() };
}
