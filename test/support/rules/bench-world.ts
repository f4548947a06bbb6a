/** A world for rules under test: samples in memory, everything that they say written down. */
import type { Alert } from '../../../collector/core/alerting/alert.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { PromqlEngine } from '../../../collector/promql/engine/engine.ts';
import { MemorySource } from '../../../collector/promql/memory-source.ts';
import { asVector } from '../../../collector/rules/evaluation/vector.ts';
import type { RuleWorld } from '../../../collector/rules/evaluation/world.ts';

export interface TestWorld extends RuleWorld {
  readonly source: MemorySource;
  readonly sent: Alert[];
  readonly warnings: string[];
  /** Labels of alerts whose end nobody can know. */
  silent: (labels: LabelSet) => boolean;
  /** What the next call of each fails with. */
  readonly fails: { query?: Error; write?: Error; notify?: Error; remember?: Error };
  put(labels: Readonly<Record<string, string>>, time: number, value: number | 'stale'): void;
}

export function testWorld(): TestWorld {
  const source = new MemorySource();
  const engine = new PromqlEngine(source);
  const fails: TestWorld['fails'] = {};
  const failing = (error: Error | undefined) => {
    if (error !== undefined) throw error;
  };
  const world: TestWorld = {
    source,
    sent: [],
    warnings: [],
    fails,
    silent: () => false,
    put: (labels, time, value) => source.append(LabelSet.fromObject(labels), time, value),
    async query(expression, at) {
      failing(fails.query);
      return asVector((await engine.instant(expression, at)).value);
    },
    async write(samples, ended, time) {
      failing(fails.write);
      for (const one of samples) source.append(one.labels, one.time, one.value);
      for (const labels of ended) source.append(labels, time, 'stale');
    },
    async remember() {
      failing(fails.remember);
    },
    async notify(alerts) {
      failing(fails.notify);
      world.sent.push(...alerts);
    },
    isSilent: (_rule, labels) => world.silent(labels),
    breathe: () => Promise.resolve(),
    warn: (message) => world.warnings.push(message),
    externalLabels: { region: 'eu' },
    externalUrl: 'http://muster.example:8080/',
  };
  return world;
}
