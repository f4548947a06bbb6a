/** A rule's result is a vector; a scalar is a vector of one sample without labels. */
import { LabelSet } from '../../core/label-set.ts';
import type { Value, VectorSample } from '../../core/query/engine.ts';
import { RuleError } from './errors.ts';

export function asVector(value: Value): readonly VectorSample[] {
  if (value.type === 'vector') return value.samples;
  if (value.type === 'scalar') {
    return [{ labels: LabelSet.EMPTY, time: value.time, value: value.value }];
  }
  throw new RuleError('rule result is not a vector or scalar');
}
