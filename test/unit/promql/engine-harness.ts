/** Series in Prometheus' notation in, answers as lines of text out, for tests of the engine. */
import type { Evaluated, EvaluationOptions, Value } from '../../../collector/core/query/engine.ts';
import { formatValue } from '../../../collector/core/query/number.ts';
import { labelsText } from '../../../collector/promql/engine/binary/signature.ts';
import { type EngineDefaults, PromqlEngine } from '../../../collector/promql/engine/engine.ts';
import { MemorySource } from '../../../collector/promql/memory-source.ts';
import { parseSeries } from '../../../collector/promql/notation/series.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;

/** One sample every `step` milliseconds from 0 on. */
export function sourceOf(step: number, ...lines: string[]): MemorySource {
  const source = new MemorySource();
  for (const line of lines) {
    const { labels, values } = parseSeries(line);
    values.forEach((value, index) => {
      if (value === undefined) return;
      const sample = typeof value === 'object' ? value.histogram : value;
      source.append(labels, index * step, sample);
    });
  }
  return source;
}

export class Rig {
  readonly engine: PromqlEngine;

  constructor(source: MemorySource, defaults: EngineDefaults = {}) {
    this.engine = new PromqlEngine(source, defaults);
  }

  static of(step: number, ...lines: string[]): Rig {
    return new Rig(sourceOf(step, ...lines));
  }

  evaluate(expression: string, at: number, options?: EvaluationOptions): Promise<Evaluated> {
    return this.engine.instant(expression, at, options);
  }

  async at(expression: string, at: number, options?: EvaluationOptions): Promise<string[]> {
    return linesOf((await this.engine.instant(expression, at, options)).value);
  }

  async over(expression: string, start: number, end: number, step: number): Promise<string[]> {
    return linesOf((await this.engine.range(expression, { start, end, step })).value);
  }
}

/** `up{host="a"} 1`; of a matrix `up{host="a"} 1@0 2@60`, times in seconds. */
export function linesOf(value: Value): string[] {
  switch (value.type) {
    case 'scalar':
      return [formatValue(value.value)];
    case 'string':
      return [JSON.stringify(value.value)];
    case 'vector':
      return value.samples.map(
        (one) => `${labelsText(one.labels)} ${one.histogram?.toString() ?? formatValue(one.value)}`,
      );
    case 'matrix':
      return value.series.map(({ labels, times, values, histograms }) => {
        const points = Array.from(times, (time, i) => {
          const sample = histograms?.[i]?.toString() ?? formatValue(values[i] as number);
          return `${sample}@${time / SECOND}`;
        });
        return [labelsText(labels), ...points].join(' ');
      });
  }
}
