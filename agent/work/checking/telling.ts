/** What becomes known of the checks, told to whom it concerns: events, remedies, `health`. */

import type { Health, Overall } from '../../../protocol/messages/health.ts';
import { type ChangeEvent, changeOf, overallChange } from '../../core/checks/changes.ts';
import type { Judgement } from '../../core/checks/overall.ts';
import { shapeOf } from '../../core/checks/shape.ts';
import { isGood } from '../../core/checks/verdict.ts';
import type { Journal } from '../../ports/caretaking.ts';
import type { Cancel, Clock, Log } from '../../ports.ts';
import { textOf } from './health.ts';
import type { Watched } from './watched.ts';

/** What a check has for the remedy that it names. `unclear`: neither failed nor good any more. */
export interface RemedyRequest {
  readonly what: 'failed' | 'recovered' | 'unclear';
  readonly check: string;
  readonly remedy: string;
}

export interface TellingDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  /** `health()` is worth sending again. */
  readonly changed: () => void;
  readonly remedy: (request: RemedyRequest) => void;
  readonly health: () => Health;
}

/** Several checks often change together. */
const TOGETHER_MS = 1_000;
/** Only the words changed: no hurry. */
const WORDS_MS = 60_000;
/** Times and figures are sent again after so long. */
const AGAIN_MS = 600_000;

export class Telling {
  private readonly deps: TellingDeps;
  private overall: Overall | undefined;
  private states = '';
  private shape = '';
  private timer: Cancel = () => undefined;
  private due = Number.POSITIVE_INFINITY;

  constructor(deps: TellingDeps, before?: Telling) {
    this.deps = deps;
    this.overall = before?.overall;
  }

  start(): void {
    this.plan(AGAIN_MS);
  }

  stop(): void {
    this.timer();
  }

  /** Events for what changed, and what its remedy should know of the check that just ran. */
  check(watched: Watched): void {
    const { plan, standing, told, asked } = watched;
    // As nearly always.
    if (standing.state === told && isGood(told) && asked === undefined) return;
    const { name, config } = plan;
    const { kind, critical } = config;
    const text = textOf(watched);
    this.event(changeOf(told, { name, kind, critical, text, ...standing }));
    if (!standing.pending) watched.told = standing.state;
    this.remedy(watched);
  }

  all(judgement: Judgement): void {
    this.event(overallChange(this.overall, judgement));
    this.overall = judgement.overall;
    const health = this.deps.health();
    const states = health.checks.map(({ name, state }) => `${name} ${state}`).join();
    const shape = shapeOf(health);
    if (`${judgement.overall} ${states}` !== this.states) this.plan(TOGETHER_MS);
    else if (shape !== this.shape) this.plan(WORDS_MS);
    this.states = `${judgement.overall} ${states}`;
    this.shape = shape;
  }

  /** Says `changed` after so long, or earlier if that was planned. */
  private plan(delayMs: number): void {
    const { clock, changed } = this.deps;
    const due = clock.mono() + delayMs;
    if (due >= this.due) return;
    this.timer();
    this.due = due;
    this.timer = clock.after(delayMs, () => {
      this.due = Number.POSITIVE_INFINITY;
      this.plan(AGAIN_MS);
      changed();
    });
  }

  /** A check that stays failed says so with each run: the remedy decides what that means. */
  private remedy(watched: Watched): void {
    const { plan, standing, asked } = watched;
    const { name, config } = plan;
    const say = (what: RemedyRequest['what']) => {
      watched.asked = what === 'recovered' ? undefined : what;
      if (config.remedy !== undefined) {
        this.deps.remedy({ what, check: name, remedy: config.remedy });
      }
    };
    if (standing.state === 'critical') say('failed');
    else if (isGood(standing.state) && asked !== undefined) say('recovered');
    else if (standing.state === 'unknown' && asked === 'failed') say('unclear');
  }

  private event(event: ChangeEvent | undefined): void {
    if (event === undefined) return;
    this.deps.journal.event(event).catch((error: unknown) =>
      this.deps.log.warn('an event was not recorded', {
        event: event.name,
        error: String(error),
      }),
    );
  }
}
