/** Asks the expressions of gates: of stages that are on, every quarter of a minute. */
import type { Engine, Value } from '../../core/query/engine.ts';
import type { Measure } from '../../core/rollouts/record.ts';
import type { Rollout } from '../../core/rollouts/rollout.ts';
import type { Cancel, Clock } from '../../ports.ts';

export interface GateQueriesDeps {
  readonly clock: Clock;
  readonly engine: Pick<Engine, 'instant'>;
  readonly rollouts: () => Iterable<Rollout>;
}

const ROUND_MS = 15_000;
const TIMEOUT_MS = 10_000;

export class GateQueries {
  private readonly deps: GateQueriesDeps;
  private cancel: Cancel = () => {};
  private asking: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(deps: GateQueriesDeps) {
    this.deps = deps;
  }

  start(): void {
    this.cancel = this.deps.clock.after(ROUND_MS, () => {
      this.asking = this.round().finally(() => {
        if (!this.stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.asking;
  }

  /** All that are due now; a gate whose expression fails holds the stage and says why. */
  async round(): Promise<void> {
    for (const rollout of [...this.deps.rollouts()]) {
      for (const [index, { gates }] of rollout.record.plan.stages.entries()) {
        const { state } = rollout.stage(index);
        if (state !== 'open' && state !== 'soaking' && state !== 'asking') continue;
        for (const [at, { expr }] of gates.expressions.entries()) {
          const measures = rollout.measures[index];
          if (measures !== undefined) measures[at] = await this.ask(rollout, expr);
        }
      }
    }
  }

  private async ask(rollout: Rollout, expr: string): Promise<Measure> {
    const at = Math.round(this.deps.clock.wall());
    try {
      const options = { signal: AbortSignal.timeout(TIMEOUT_MS) };
      const { value } = await this.deps.engine.instant(expr, at, options);
      return { at, ...namedBy(value, updatedBy(rollout)), problem: '' };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { at, bad: 0, of: 0, problem };
    }
  }
}

/** Devices that have, or try, the new version. */
function updatedBy({ book }: Rollout): ReadonlySet<string> {
  const updated = new Set<string>();
  for (const [id, { state }] of book.records) {
    if (state === 'succeeded' || state === 'updating') updated.add(id);
  }
  return updated;
}

/** Updated devices that an expression names; what names no device speaks of all of them. */
function namedBy(value: Value, updated: ReadonlySet<string>): { bad: number; of: number } {
  const of = updated.size;
  if (value.type === 'scalar') return { bad: value.value === 0 ? 0 : of, of };
  if (value.type !== 'vector') return { bad: 0, of };
  const bad = new Set<string>();
  for (const { labels } of value.samples) {
    const instance = labels.get('instance') ?? '';
    if (instance === '') return { bad: of, of };
    if (updated.has(instance)) bad.add(instance);
  }
  return { bad: bad.size, of };
}
