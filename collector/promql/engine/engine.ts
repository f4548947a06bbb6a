/** The PromQL engine: text and times in, a value out. Pure: samples come from its source. */
import type { Engine, Evaluated, EvaluationOptions, Value } from '../../core/query/engine.ts';
import { QueryError, type RangeSteps } from '../../core/query/types.ts';
import { Annotations } from '../annotations.ts';
import type { Expr } from '../ast.ts';
import { parseExpr } from '../parse/index.ts';
import { lineColumn } from '../parse/position.ts';
import { typeOf } from '../parse/type-of.ts';
import type { SampleSource } from '../source.ts';
import { Budget } from './budget.ts';
import { TreeEvaluator } from './evaluate.ts';
import { instantValue, rangeValue } from './result.ts';
import { Steps } from './steps.ts';

const DEFAULT_LOOKBACK_MS = 300_000;
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export interface EngineDefaults extends Pick<EvaluationOptions, 'lookbackMs' | 'maxSamples'> {
  /** Resolution of a subquery that names none, milliseconds; default one minute. */
  readonly subqueryStepMs?: number;
}

export class PromqlEngine implements Engine {
  private readonly source: SampleSource;
  private readonly defaults: EngineDefaults;

  constructor(source: SampleSource, defaults: EngineDefaults = {}) {
    this.source = source;
    this.defaults = defaults;
  }

  instant(expression: string, at: number, options: EvaluationOptions = {}): Promise<Evaluated> {
    return this.run(expression, { start: at, end: at, step: 0 }, options, instantValue);
  }

  async range(
    expression: string,
    steps: RangeSteps,
    options: EvaluationOptions = {},
  ): Promise<Evaluated> {
    return this.run(expression, steps, options, (ev, expr, at) => {
      const type = typeOf(expr);
      if (type === 'vector' || type === 'scalar') return rangeValue(ev, expr, at);
      const given = type === 'matrix' ? 'range vector' : type;
      throw new QueryError(
        'bad_data',
        `invalid expression type "${given}" for range query, must be Scalar or instant Vector`,
      );
    });
  }

  private async run(
    text: string,
    range: RangeSteps,
    options: EvaluationOptions,
    evaluate: (ev: TreeEvaluator, expr: Expr, steps: Steps) => Promise<Value>,
  ): Promise<Evaluated> {
    const expr = parseExpr(text);
    const notes = new Annotations(({ start }) => {
      const { line, column } = lineColumn(text, start);
      return `${line}:${column}`;
    });
    const settings = { ...this.defaults, ...options };
    const budget = new Budget(settings);
    const ev = new TreeEvaluator({
      text,
      source: this.source,
      notes,
      budget,
      lookbackMs: settings.lookbackMs ?? DEFAULT_LOOKBACK_MS,
      subqueryStepMs: this.defaults.subqueryStepMs ?? DEFAULT_SUBQUERY_STEP_MS,
      start: range.start,
      end: range.end,
      stepMs: range.step,
    });
    const value = await evaluate(ev, expr, stepsOf(budget, range));
    return { value, warnings: notes.warnings, infos: notes.infos, stats: budget.stats };
  }
}

function stepsOf(budget: Budget, { start, end, step }: RangeSteps): Steps {
  const count = step > 0 ? Math.max(0, Math.floor((end - start) / step) + 1) : 1;
  budget.hold(count);
  budget.release(count);
  return new Steps(budget, start, step, count);
}
