/**
 * Queries of people, within limits: so many at once, each for so long and over so many samples.
 * Rules ask the engine itself; a flood of queries must not keep them waiting.
 */
import type { Engine, Evaluated, EvaluationOptions } from '../../core/query/engine.ts';
import { QueryError, type RangeSteps } from '../../core/query/types.ts';
import type { Answered, DeskOptions, QueryDesk } from '../../ports/http.ts';
import type { Clock } from '../../ports.ts';
import { Slots } from './slots.ts';

export interface QueryLimits {
  /** Evaluated at once; others wait for as long as they have. */
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly maxSamples: number;
  readonly lookbackMs: number;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  concurrency: 20,
  timeoutMs: 120_000,
  maxSamples: 50_000_000,
  lookbackMs: 300_000,
};

export interface QueryDeskDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly limits: QueryLimits;
  /** Lets whatever else waits have its turn. */
  readonly breathe: () => Promise<void>;
}

type Evaluate = (options: EvaluationOptions) => Promise<Evaluated>;

export class LimitedQueries implements QueryDesk {
  private readonly deps: QueryDeskDeps;
  private readonly slots: Slots;

  constructor(deps: QueryDeskDeps) {
    this.deps = deps;
    this.slots = new Slots(deps.limits.concurrency);
  }

  get running(): number {
    return this.slots.taken;
  }

  get waiting(): number {
    return this.slots.waiting;
  }

  instant(expression: string, at: number, options: DeskOptions): Promise<Answered> {
    const { engine } = this.deps;
    return this.answer(options, (limits) => engine.instant(expression, at, limits));
  }

  range(expression: string, steps: RangeSteps, options: DeskOptions): Promise<Answered> {
    const { engine } = this.deps;
    return this.answer(options, (limits) => engine.range(expression, steps, limits));
  }

  private async answer(options: DeskOptions, evaluate: Evaluate): Promise<Answered> {
    const { clock, limits } = this.deps;
    const timeoutMs = Math.min(options.timeoutMs ?? limits.timeoutMs, limits.timeoutMs);
    const ending = new Ending(options.signal);
    const cancel = clock.after(Math.max(0, timeoutMs), () => ending.end('timeout'));
    try {
      const asked = clock.mono();
      const leave = await this.slots.enter(ending.signal);
      ending.stage = 'expression evaluation';
      const began = clock.mono();
      // Whoever left meanwhile is told by `orFail`; the place is given back when the work ends.
      const work = this.evaluate(options, ending.signal, evaluate).finally(leave);
      const evaluated = await ending.orFail(work);
      return { ...evaluated, queuedMs: began - asked, evaluationMs: clock.mono() - began };
    } finally {
      cancel();
      ending.release();
    }
  }

  private async evaluate(
    { lookbackMs }: DeskOptions,
    signal: AbortSignal,
    evaluate: Evaluate,
  ): Promise<Evaluated> {
    const { limits, breathe } = this.deps;
    signal.throwIfAborted();
    return evaluate({
      lookbackMs: lookbackMs ?? limits.lookbackMs,
      maxSamples: limits.maxSamples,
      signal,
      breathe,
    });
  }
}

/** Why a query ends early, said as Prometheus says it: by the stage that it was in. */
class Ending {
  stage = 'query queue';
  private readonly controller = new AbortController();
  private readonly client: AbortSignal | undefined;
  private readonly left = (): void => this.end('canceled');

  constructor(client: AbortSignal | undefined) {
    this.client = client;
    if (client?.aborted === true) this.left();
    client?.addEventListener('abort', this.left, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(type: 'timeout' | 'canceled'): void {
    const what = type === 'timeout' ? 'timed out' : 'was canceled';
    this.controller.abort(new QueryError(type, `query ${what} in ${this.stage}`));
  }

  /** The work's result, or the reason of the end, also while the work does not look at the signal. */
  orFail<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    if (signal.aborted) {
      work.catch(() => undefined);
      return Promise.reject(signal.reason as QueryError);
    }
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as QueryError), { once: true });
      work.then(resolve, reject);
    });
  }

  release(): void {
    this.client?.removeEventListener('abort', this.left);
  }
}
