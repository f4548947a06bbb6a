/** Where one test happens: its samples in memory, an engine on them, and what rules write back. */
import type { VectorSample } from '../../core/query/engine.ts';
import { PromqlEngine } from '../../promql/engine/engine.ts';
import { FloatHistogram } from '../../promql/histogram/float-histogram.ts';
import { MemorySource } from '../../promql/memory-source.ts';
import { asVector } from '../evaluation/vector.ts';
import type { RuleWorld } from '../evaluation/world.ts';
import { HorizonSource } from './horizon.ts';
import type { TestGroup } from './model.ts';

const LOOKBACK_MS = 300_000;

export class TestBench {
  private readonly memory = new MemorySource();
  private readonly source: HorizonSource;
  private readonly engine: PromqlEngine;

  constructor(group: TestGroup, evaluationMs: number) {
    for (const { labels, values } of group.input) {
      values.forEach((value, index) => {
        if (value === undefined) return;
        const sample = typeof value === 'object' ? value.histogram : value;
        this.memory.append(labels, group.start + index * group.intervalMs, sample);
      });
    }
    this.source = new HorizonSource(this.memory, group.start);
    this.engine = new PromqlEngine(this.source, { subqueryStepMs: evaluationMs });
  }

  /** Samples up to here can be seen. */
  advanceTo(time: number): void {
    this.source.horizon = time;
  }

  async query(expression: string, at: number): Promise<readonly VectorSample[]> {
    const { value } = await this.engine.instant(expression, at, { lookbackMs: LOOKBACK_MS });
    return asVector(value);
  }

  world(group: TestGroup): RuleWorld {
    return {
      query: (expression, at) => this.query(expression, at),
      write: (samples, ended, at) => {
        for (const { labels, time, value, histogram } of samples) {
          const sample = histogram instanceof FloatHistogram ? histogram : value;
          this.memory.append(labels, time, sample);
        }
        for (const labels of ended) this.memory.append(labels, at, 'stale');
        return Promise.resolve();
      },
      remember: () => Promise.resolve(),
      notify: () => Promise.resolve(),
      isSilent: () => false,
      breathe: () => Promise.resolve(),
      warn: () => {},
      externalLabels: group.externalLabels,
      externalUrl: group.externalUrl,
    };
  }
}
