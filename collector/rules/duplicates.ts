/** Rules that make the same series or alert twice: promtool's lint `duplicate-rules`. */
import { LabelSet } from '../core/label-set.ts';
import type { Rule, RuleGroup, Texts } from './model.ts';

export interface Duplicate {
  readonly name: string;
  readonly labels: Texts;
  readonly times: number;
}

export function duplicates(groups: readonly RuleGroup[]): readonly Duplicate[] {
  const seen = new Map<string, Rule[]>();
  for (const rule of groups.flatMap(({ rules }) => rules)) {
    const key = `${rule.name}\u0000${LabelSet.fromObject(rule.labels).key}`;
    seen.set(key, [...(seen.get(key) ?? []), rule]);
  }
  return [...seen.values()]
    .filter((rules) => rules.length > 1)
    .map((rules) => {
      const { name, labels } = rules[0] as Rule;
      return { name, labels, times: rules.length };
    });
}
