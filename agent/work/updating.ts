/**
 * Moves the device to the packages that are wanted. One update at a time; what a crash interrupts
 * goes on, or goes back, at the next start (core/updates/table.ts says which).
 */
import type { ReportedPackage } from '../../protocol/messages/reported.ts';
import type { ReleaseManifest } from '../../protocol/release.ts';
import { asUpdateError, kindOfCode, type UpdateCode, UpdateError } from '../core/updates/codes.ts';
import { resolvePackages, type Versions } from '../core/updates/resolve.ts';
import { stepOf, type Update, type UpdateStep } from '../core/updates/update.ts';
import type { Facts, Journal } from '../ports/caretaking.ts';
import type { Trusted } from '../ports/updates.ts';
import type { Cancel } from '../ports.ts';
import { Again } from './updating/again.ts';
import { Driving } from './updating/driving.ts';
import { Findings } from './updating/findings.ts';
import { Ledger } from './updating/ledger.ts';
import { planned } from './updating/planning.ts';
import { lookAtInstalled } from './updating/standing.ts';
import { Steps, type StepsDeps } from './updating/steps.ts';
import { Telling } from './updating/telling.ts';

export interface UpdatingDeps extends StepsDeps {
  readonly facts: Facts;
  readonly journal: Journal;
  readonly trusted: Trusted;
  /** Loaded when an update comes. */
  readonly versions: () => Promise<Versions>;
  readonly random: () => number;
  /** `packages()` says something else now, or what is under way is over. */
  readonly changed: () => void;
  /** Why nothing may begin just now, in words; what is under way goes on. */
  readonly holds?: () => string | undefined;
}

export interface WantedPackage {
  readonly name: string;
  readonly version: string;
}

/** What holds updates back for so long is told. */
const HELD_TOLD_MS = 60_000;
/** A version that something else replaced is noticed within that time. */
const LOOK_MS = 300_000;

export class Updating {
  readonly #deps: UpdatingDeps;
  readonly #ledger: Ledger;
  readonly #steps: Steps;
  readonly #telling: Telling;
  readonly #driving: Driving;
  readonly #findings = new Findings();
  readonly #stop = new AbortController();
  readonly #again: Again;
  #wanted: readonly WantedPackage[] = [];
  #heldSince: number | undefined;
  /** Somebody asked just now: no pause after what failed. */
  #isAsked = false;
  /** Nobody has said yet what is wanted: what was begun goes on. */
  #isGiven = false;
  #passing: Promise<void> = Promise.resolve();
  /** The pass that has not begun: it will see whatever is wanted until then. */
  #coming: Promise<void> | undefined;
  #looking: Cancel = () => undefined;

  constructor(deps: UpdatingDeps) {
    this.#deps = deps;
    this.#ledger = new Ledger(deps.facts);
    this.#steps = new Steps(deps, this.#ledger);
    this.#telling = new Telling(deps.journal);
    const [steps, telling, ledger] = [this.#steps, this.#telling, this.#ledger];
    const { log } = deps;
    const stop = this.#stop.signal;
    this.#again = new Again(deps.clock, deps.random, () => void this.#passOnce());
    const isWanted = (update: Update) => !this.#isGiven || isAmong(update, this.#wanted);
    this.#driving = new Driving({ log, ledger, steps, telling, stop, isWanted });
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
      this.#findings.forget();
      this.#again.reset();
      this.#wanted = wanted;
    }
    this.#isGiven = true;
    this.#driving.look();
    return this.#passOnce();
  }

  /** At once what would be tried later; answers with what was found, or what is under way. */
  now(): Promise<{ readonly ok: boolean; readonly text: string }> {
    this.#again.reset();
    this.#isAsked = true;
    return this.#findings.asked(this.underWay, this.#wanted, () => this.#passOnce());
  }

  /** Stops what is under way within seconds; it goes on at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#again.stop();
    this.#looking();
    await this.#passing;
  }

  packages(): readonly ReportedPackage[] {
    const there = [...this.#ledger.installed().values()].filter(({ isThere }) => isThere);
    return there.map(({ manifest: { name, version }, slot }) => ({ name, version, slot }));
  }

  /** What is under way, also before it goes on after a start. */
  get underWay(): Update | undefined {
    return this.#driving.update ?? this.#ledger.current();
  }

  /** Of each package that is wanted: how far it is, or why not. */
  wants() {
    return this.#wanted.map(({ name, version }) => {
      const isThere = this.packages().some((one) => one.name === name && one.version === version);
      const why = isThere ? undefined : this.#findings.whyNot(name);
      return { name, version, state: isThere ? 'installed' : 'wanted', why };
    });
  }

  #next(job: () => Promise<void>): Promise<void> {
    const done = this.#passing.then(async () => {
      if (!this.#stop.signal.aborted) await job();
    });
    this.#passing = done.catch((error: unknown) => {
      this.#deps.log.error('updates went wrong', { error: String(error) });
      this.#again.later();
    });
    return this.#passing;
  }

  #passOnce(): Promise<void> {
    this.#coming ??= this.#next(() => {
      this.#coming = undefined;
      return this.#pass();
    });
    return this.#coming;
  }

  async #resume(): Promise<void> {
    const left = this.#ledger.current();
    if (left !== undefined) await this.#drive(stepOf(left, { kind: 'restarted' }), left);
  }

  async #pass(): Promise<void> {
    this.#again.cancel();
    await this.#resume();
    if (this.#ledger.current() !== undefined) return this.#again.later();
    const now = this.#wanted;
    const isAsked = this.#isAsked;
    this.#isAsked = false;
    if (this.#isGiven) await this.#ledger.forgetOthers(now);
    if (now.length === 0 || this.#isHeld()) return;
    const answers = await this.#deps.trusted
      .releases(now, this.#stop.signal)
      .catch((error: unknown) => {
        this.#deps.log.warn('nobody says which releases are good', { why: String(error) });
        return undefined;
      });
    if (answers === undefined) return this.#again.later();
    const wanted: ReleaseManifest[] = [];
    for (const answer of answers) {
      if (answer.ok) wanted.push(answer.manifest);
      else this.#refuse(answer, answer.code, answer.why);
    }
    // Also after a refusal: metadata that was held back, or a mirror that lied, may be well again.
    if (wanted.length < answers.length) this.#again.later();
    this.#noteFallen(wanted);
    const installed = this.#ledger.manifests();
    const resolved = resolvePackages({ wanted, installed }, await this.#deps.versions());
    if (!resolved.ok) {
      const why = resolved.conflicts.join('; ');
      for (const one of wanted) this.#refuse(one, 'conflict', why);
      return;
    }
    for (const group of resolved.groups) {
      // Something else is wanted: the pass that follows knows what.
      if (this.#stop.signal.aborted || this.#wanted !== now || this.#isHeld()) return;
      await this.#group(group, isAsked);
    }
  }

  /** It is looked at again soon. That a task runs is not worth telling, that a window is closed is. */
  #isHeld(): boolean {
    const why = this.#deps.holds?.();
    this.#findings.held(why);
    const now = this.#deps.clock.mono();
    this.#heldSince = why === undefined ? undefined : (this.#heldSince ?? now);
    if (why === undefined || this.#heldSince === undefined) return false;
    if (now - this.#heldSince >= HELD_TOLD_MS) {
      const open = this.wants().filter(({ state }) => state === 'wanted');
      for (const one of open) this.#refuse(one, 'held', why);
    }
    this.#again.soon();
    return true;
  }

  async #group(group: readonly ReleaseManifest[], isAsked: boolean): Promise<void> {
    const pause = this.#ledger.pause(group, Math.round(this.#deps.clock.wall()));
    if (pause > 0 && !isAsked) return this.#again.in(pause);
    const parts = { ledger: this.#ledger, hands: this.#steps.hands, linkUp: this.#deps.linkUp };
    const update = planned(group, this.#id(), this.#telling.now(), parts);
    if (update instanceof UpdateError) {
      for (const one of group) this.#refuse(one, update.code, update.message);
      return;
    }
    try {
      await this.#ledger.journal(update);
    } catch (error) {
      const { code } = asUpdateError((error as Error).cause ?? error, 'disk-error');
      for (const one of group) this.#refuse(one, code, (error as Error).message);
      return this.#again.later();
    }
    this.#findings.begun(group);
    await this.#drive({ update, effect: 'check' }, update);
  }

  async #drive(first: UpdateStep, journalled: Update): Promise<void> {
    const driven = await this.#driving.run(first, journalled);
    if (driven.how === 'untidy') return this.#again.later();
    if (driven.how === 'stopped') return;
    const { code = 'install-failed', state, items, why } = driven.update;
    const names = items.map(({ name, manifest }) => `${name} ${manifest.version}`).join(', ');
    const tell = state === 'committed' ? this.#deps.log.info : this.#deps.log.warn;
    tell('an update is over', { state, code, packages: names, why });
    this.#deps.changed();
    if (state === 'committed') this.#again.reset();
    else {
      for (const { name } of items) this.#findings.note(name, `${code}: ${why ?? ''}`);
      if (kindOfCode(code) !== 'refused') this.#again.later();
    }
  }

  #refuse(what: Refused, code: UpdateCode, why: string): void {
    const { name, version } = what;
    this.#findings.note(name, `${code}: ${why}`);
    if (!this.#findings.isNews(`${name} ${version} ${code}`)) return;
    this.#deps.log.warn('a package is not installed', { package: name, version, code, why });
    this.#telling.refusal(this.#id(), what, code, why);
  }

  async #look(): Promise<void> {
    this.#looking();
    const { signal } = this.#stop;
    const { isChanged, fallen } = await lookAtInstalled(this.#ledger, this.#steps.hands, signal);
    if (isChanged) this.#deps.changed();
    for (const { manifest, why } of fallen) {
      this.#telling.refusal(this.#id(), manifest, 'fell-back', why);
    }
    if (signal.aborted) return;
    this.#looking = this.#deps.clock.after(LOOK_MS, () => void this.#next(() => this.#look()));
  }

  /** Somebody put something else in its place, and has a reason to: it is not fought over. */
  #noteFallen(wanted: readonly ReleaseManifest[]): void {
    const installed = this.#ledger.installed();
    for (const { name, version } of wanted) {
      const there = installed.get(name);
      if (there === undefined || there.isThere || there.manifest.version !== version) continue;
      const what = `${name} ${version} was installed, and it is not what runs`;
      this.#findings.note(name, `fell-back: ${what}; left alone until another version is wanted`);
    }
  }

  #id(): string {
    const part = Math.floor(this.#deps.random() * 36 ** 6).toString(36);
    return `u${Math.max(0, this.#telling.now()).toString(36)}-${part.padStart(6, '0')}`;
  }
}

type Refused = WantedPackage & Partial<Pick<ReleaseManifest, 'installer'>>;

function isAmong({ items }: Update, wanted: readonly WantedPackage[]): boolean {
  return items.every(({ manifest: { name, version } }) =>
    wanted.some((one) => one.name === name && one.version === version),
  );
}
