/** One evaluation of a recording rule: what its expression yields, under its own name. */
import { LabelSet, METRIC_NAME } from '../../core/label-set.ts';
import type { VectorSample } from '../../core/query/engine.ts';
import type { RecordingRule } from '../model.ts';
import { RuleError } from './errors.ts';

export function recorded(
  rule: RecordingRule,
  vector: readonly VectorSample[],
  limit: number,
  time: number,
): readonly VectorSample[] {
  const seen = new Set<string>();
  const samples = vector.map((sample) => {
    const labels = LabelSet.of([
      ...sample.labels.entries(),
      [METRIC_NAME, rule.name],
      ...Object.entries(rule.labels),
    ]);
    if (seen.has(labels.key)) {
      throw new RuleError(
        'vector contains metrics with the same labelset after applying rule labels',
      );
    }
    seen.add(labels.key);
    return { ...sample, labels, time };
  });
  if (limit > 0 && samples.length > limit) {
    throw new RuleError(`exceeded limit of ${limit} with ${samples.length} series`);
  }
  return samples;
}
