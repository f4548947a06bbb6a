/**
 * Moves the device to the configuration that the collector wants, and says how far it came.
 *
 * Every step is one durable write of the whole state, made before the step is taken: after a crash
 * at any point the agent starts with the old configuration or the new one, and knows which. Steps
 * come one after the other.
 */
import { decodeDesired } from '../../../protocol/messages/desired.ts';
import {
  encodeReported,
  type RefusedPath,
  type Reported,
} from '../../../protocol/messages/reported.ts';
import type { FlagValue, Tree } from '../../../protocol/messages/tree.ts';
import { explain } from '../../../protocol/result.ts';
import { verdict } from '../../core/desired/judge.ts';
import {
  type DesiredState,
  type Flags,
  inForce,
  NOTHING_WANTED,
} from '../../core/desired/state.ts';
import { digestOf, readState, writeState } from '../../core/desired/text.ts';
import { type DesiredEvent, transition } from '../../core/desired/transition.ts';
import type { Facts, Journal } from '../../ports/caretaking.ts';
import type { Cancel, Log } from '../../ports.ts';
import { flagsEvent, outcomeEvent, refusedEvent } from './events.ts';
import { Watch, type WatchDeps } from './watch.ts';

/** What became of laying a tree over the device's own file: with problems nothing has changed. */
export type Applied =
  | { readonly problems: readonly RefusedPath[] }
  | { readonly restartNeeded: readonly string[] };

export interface ReconcilingDeps extends WatchDeps {
  readonly log: Log;
  readonly journal: Journal;
  readonly facts: Facts;
  /** Lays the tree over the device's own file, checks it, and takes it over: all or nothing. */
  readonly apply: (overlay: Tree) => Promise<Applied>;
  /** The effective configuration as plain values, without secrets. */
  readonly effective: () => object;
  readonly declared: () => Reported['declared'];
  readonly packages: () => Reported['packages'];
  /** Highest version of the director's metadata that was believed. */
  readonly directed: () => number | undefined;
  /** Where local applications find the flags. */
  readonly giveFlags: (flags: Flags) => Promise<void>;
  /** `reported` says something else now. */
  readonly changed: () => void;
}

const FACT = 'desired/current';
const NO_CONFIG: Tree = {};

export class Reconciling {
  readonly #deps: ReconcilingDeps;
  #state: DesiredState;
  /** What the running agent has over its file. */
  #applied: Tree = NO_CONFIG;
  /** Why what was kept does not fit the device's own file, which alone is in force then. */
  #misfit: readonly RefusedPath[] = [];
  /** A version that could not be made durable, and so was not begun. */
  #unstored: { readonly seen: number; readonly problems: readonly RefusedPath[] } | undefined;
  #restartNeeded: readonly string[] = [];
  #again = true;
  #unreadable = '';
  #digested: { readonly config: object; readonly digest: string } | undefined;
  #queue: Promise<void> = Promise.resolve();
  #cancelWatch: Cancel = () => undefined;

  constructor(deps: ReconcilingDeps) {
    this.#deps = deps;
    this.#state = storedState(deps);
  }

  /** Applies what is in force, and goes on with a trial that a crash or a restart left. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#give();
      await this.#take({ kind: 'started' });
    });
  }

  /** The device's own file is another: what is in force is laid over it anew. */
  reapply(): Promise<void> {
    return this.#inTurn(async () => {
      this.#again = true;
      await this.#apply(false, true);
      this.#deps.changed();
    });
  }

  /** Also of a version that was seen before: the answer is then what is in force. */
  received(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return Promise.resolve();
    const decoded = decodeDesired(bytes);
    if (!decoded.ok) return this.#refuseUnread(explain(decoded.error));
    const { version, config, graceMs, flags } = decoded.value;
    const { linkUp, overall } = this.#deps;
    return this.#inTurn(async () => {
      const standing = { linkUp: linkUp(), overall: overall() };
      const wanted = { version, config, graceMs, flags: Object.fromEntries(flags) };
      const again = this.#again;
      if (version === this.#state.seen) this.#again = false;
      const fits = this.#misfit.length === 0;
      await this.#take({ kind: 'wanted', wanted, standing, again, fits });
    });
  }

  stop(): void {
    this.#cancelWatch();
  }

  /** What is to lie over the device's own file. */
  overlay(): Tree {
    return inForce(this.#state).config;
  }

  flags(): Readonly<Record<string, FlagValue>> {
    return this.#state.flags.values;
  }

  reported(): Uint8Array {
    return encodeReported(this.#report());
  }

  /** The same as plain JSON, for the local door. */
  status() {
    const { wall: _, flags, ...rest } = this.#report();
    return { ...rest, flags: Object.fromEntries(flags) };
  }

  #report(): Reported {
    const deps = this.#deps;
    const state = this.#state;
    const isOwnFile = this.#misfit.length > 0 && state.trial === undefined;
    const directed = deps.directed();
    const isRefused = isOwnFile || this.#unstored !== undefined;
    return {
      wall: deps.journal.now(),
      version: isOwnFile ? 0 : inForce(state).version,
      seen: this.#unstored?.seen ?? state.seen,
      outcome: isRefused ? 'refused' : state.outcome,
      problems: this.#unstored?.problems ?? [...state.problems, ...this.#misfit],
      config: this.#digest(deps.effective()),
      restartNeeded: this.#restartNeeded,
      flags: new Map(Object.entries(state.flags.values)),
      packages: deps.packages(),
      ...(directed !== undefined && { directed }),
      declared: deps.declared(),
    };
  }

  /** A configuration is one object for as long as it is in force. */
  #digest(config: object): string {
    if (this.#digested?.config !== config) {
      this.#digested = { config, digest: digestOf(config) };
    }
    return this.#digested.digest;
  }

  /** One step: durable first, then done. */
  async #take(event: DesiredEvent): Promise<void> {
    const before = this.#state;
    const { state, actions } = transition(before, event);
    if (state !== before && !(await this.#stored(state, event))) return;
    this.#state = state;
    if (state.trial === undefined) this.#cancelWatch();
    if (state.flags !== before.flags) await this.#flagsChanged(before.flags);
    if (actions.includes('tell')) this.#tell(outcomeEvent(state));
    if (actions.includes('apply')) await this.#apply(actions.includes('watch'));
    this.#deps.changed();
  }

  /**
   * Nothing new is begun that a crash could leave unknown; but a trial ends as it must, even when
   * the disk does not take it: after a crash it would be tried once more.
   */
  async #stored(state: DesiredState, event: DesiredEvent): Promise<boolean> {
    try {
      await this.#deps.facts.put(FACT, writeState(state));
      this.#unstored = undefined;
      return true;
    } catch (error) {
      this.#deps.log.error('the state of desired cannot be stored', { error: String(error) });
      if (event.kind !== 'wanted') return true;
      const message = `it cannot be stored: ${String(error)}`;
      this.#unstored = { seen: state.seen, problems: [{ path: '', message }] };
      this.#deps.changed();
      return false;
    }
  }

  /** Lays what is in force over the file; what cannot be leaves what was kept, or the file alone. */
  async #apply(watch: boolean, force = false): Promise<void> {
    const { config, version } = inForce(this.#state);
    const watching = new Watch(this.#deps);
    const problems = await this.#lay(config, force);
    const { trial } = this.#state;
    if (problems.length === 0) {
      this.#misfit = [];
      if (watch && trial !== undefined) this.#watch(watching, trial.graceMs);
    } else if (trial === undefined) {
      this.#misfit = problems;
      this.#tell(refusedEvent(version, problems));
      await this.#lay(NO_CONFIG, force);
    } else await this.#take({ kind: 'unfit', problems });
  }

  async #lay(config: Tree, force: boolean): Promise<readonly RefusedPath[]> {
    const isThere = this.#applied === config || (isEmpty(this.#applied) && isEmpty(config));
    if (isThere && !force) return [];
    const answer = await this.#deps
      .apply(config)
      .catch((error: unknown): Applied => ({ problems: [{ path: '', message: String(error) }] }));
    if ('problems' in answer) return answer.problems;
    this.#applied = config;
    this.#restartNeeded = answer.restartNeeded;
    return [];
  }

  #watch(watching: Watch, graceMs: number): void {
    this.#cancelWatch();
    this.#cancelWatch = watching.start(graceMs, (watched) => {
      void this.#inTurn(async () => {
        const { trial } = this.#state;
        if (trial === undefined) return;
        const why = verdict(trial.before, watched);
        await this.#take(why === undefined ? { kind: 'good' } : { kind: 'bad', why });
      });
    });
  }

  /** Its version cannot be known, so nothing is reported; said once for the same bytes. */
  #refuseUnread(why: string): Promise<void> {
    if (this.#unreadable !== why) this.#tell(refusedEvent(0, [{ path: '', message: why }]));
    this.#unreadable = why;
    return Promise.resolve();
  }

  async #flagsChanged(before: Flags): Promise<void> {
    this.#tell(flagsEvent(before, this.#state.flags));
    await this.#give();
  }

  async #give(): Promise<void> {
    await this.#deps
      .giveFlags(this.#state.flags)
      .catch((error: unknown) =>
        this.#deps.log.warn('the file of flags cannot be written', { error: String(error) }),
      );
  }

  #tell(event: Parameters<Journal['event']>[0]): void {
    const { log, journal } = this.#deps;
    const line = { name: event.name, ...event.attributes };
    if (event.severity === 'info') log.info(event.text, line);
    else log.warn(event.text, line);
    // Not waited for: a disk that refuses the event must not hold up the configuration.
    journal.event(event).catch((error: unknown) => log.warn(String(error)));
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(job);
    this.#queue = done.catch((error: unknown) =>
      this.#deps.log.error('desired failed', { error: String(error) }),
    );
    return this.#queue;
  }
}

function isEmpty(config: Tree): boolean {
  return Object.keys(config).length === 0;
}

function storedState({ facts, log }: ReconcilingDeps): DesiredState {
  const text = facts.get(FACT);
  const state = text === undefined ? NOTHING_WANTED : readState(text);
  if (state === undefined)
    log.error('the stored state of desired cannot be read; it is fetched anew');
  return state ?? NOTHING_WANTED;
}
