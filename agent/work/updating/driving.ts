/**
 * Takes one update through the table (core/updates/table.ts): every change of its state is durable
 * before anything is done for it.
 */
import type { UpdateCode } from '../../core/updates/codes.ts';
import { isOver, UPDATE_TABLE } from '../../core/updates/table.ts';
import {
  stepOf,
  type Update,
  type UpdateEvent,
  type UpdateStep,
} from '../../core/updates/update.ts';
import type { Log } from '../../ports.ts';
import type { Ledger } from './ledger.ts';
import type { Notes, Steps } from './steps.ts';
import type { Telling } from './telling.ts';

/** How driving ended; `update` is there when the update itself came to its end. */
export type Driven =
  | { readonly how: 'over'; readonly update: Update }
  /** The agent stops; it goes on at the next start. */
  | { readonly how: 'stopped' }
  /** Its last effect is not done; its fact stays, and it comes before anything else. */
  | { readonly how: 'untidy' };

export interface DrivingParts {
  readonly log: Log;
  readonly ledger: Ledger;
  readonly steps: Steps;
  readonly telling: Telling;
  /** The agent stops. */
  readonly stop: AbortSignal;
  /** Whether it is still to come; also of one that an earlier life began. */
  readonly isWanted: (update: Update) => boolean;
}

export class Driving {
  readonly #parts: DrivingParts;
  #cancel = new AbortController();
  #update: Update | undefined;

  /** The state that it is in. */
  #isTold = false;

  constructor(parts: DrivingParts) {
    this.#parts = parts;
  }

  get update(): Update | undefined {
    return this.#update;
  }

  /** Something else may be wanted: what may stop in the middle stops. */
  look(): void {
    if (this.#update !== undefined) this.#mayStop(this.#update);
  }

  #mayStop(update: Update): void {
    const [, effect] = UPDATE_TABLE[update.state].cancelled;
    if (effect !== 'none' && !this.#parts.isWanted(update)) this.#cancel.abort();
  }

  /** From a state that is durable to the end, or until the agent stops. */
  async run(first: UpdateStep, journalled: Update): Promise<Driven> {
    const { log, steps, stop } = this.#parts;
    let { update, effect } = first;
    let notes = emptyNotes();
    this.#cancel = new AbortController();
    const signal = AbortSignal.any([stop, this.#cancel.signal]);
    if (update !== journalled) await this.#journal(update, notes);
    else this.#follow(update, notes);
    while (effect !== 'none') {
      this.#mayStop(update);
      const event = await steps.take(effect, update, signal, notes);
      if (stop.aborted && event.kind === 'failed') return this.#ended({ how: 'stopped' });
      if (isOver(update.state)) {
        if (event.kind === 'done') {
          // An end that could not be written down is told when nothing can make another one of it.
          if ((await this.#settle()) && !this.#isTold) this.#parts.telling.step(update, notes);
          return this.#ended({ how: 'over', update });
        }
        log.warn('the end of an update is not done', { why: whyOf(event) });
        return this.#ended({ how: 'untidy' });
      }
      ({ update, effect } = stepOf(update, this.#heeded(update, event)));
      const written = await this.#journal(update, notes);
      if (written !== undefined && isForward(update)) {
        // Nothing is begun that is not written down; what was laid beside goes.
        const back = { ...update, state: 'installing' } as const;
        ({ update, effect } = stepOf(back, { kind: 'failed', ...written }));
        await this.#journal(update, notes);
      }
      notes = emptyNotes();
    }
    return this.#ended({ how: 'stopped' });
  }

  /** Where nothing was touched yet, what came to its end all the same goes no further. */
  #heeded({ state }: Update, event: UpdateEvent): UpdateEvent {
    const isEarly = UPDATE_TABLE[state].cancelled[0] === 'failed';
    const isUnwanted = this.#cancel.signal.aborted && (isEarly || event.kind === 'failed');
    const why = 'something else is wanted now';
    return isUnwanted ? { kind: 'cancelled', code: 'cancelled', why } : event;
  }

  #ended(driven: Driven): Driven {
    this.#follow(undefined, emptyNotes());
    return driven;
  }

  async #settle(): Promise<boolean> {
    const { ledger, log } = this.#parts;
    try {
      await ledger.settled();
      return true;
    } catch (error) {
      log.warn('the end of an update is not written down', { why: String(error) });
      return false;
    }
  }

  /** Why it was not written; `undefined` when it was. */
  async #journal(
    update: Update,
    notes: Notes,
  ): Promise<{ readonly code: UpdateCode; readonly why: string } | undefined> {
    try {
      await this.#parts.ledger.journal(update);
      this.#follow(update, notes);
      return undefined;
    } catch (error) {
      this.#update = update;
      this.#isTold = false;
      return { code: 'disk-error', why: (error as Error).message };
    }
  }

  #follow(update: Update | undefined, notes: Notes): void {
    this.#update = update;
    if (update === undefined) return;
    this.#isTold = true;
    this.#parts.telling.step(update, notes);
  }
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
