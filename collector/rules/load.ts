/** A set of rule files as one: all groups, or all that is wrong with them. */
import { type ParseOptions, parseRuleFile } from './file/parse.ts';
import type { Rule, RuleGroup } from './model.ts';
import type { RuleProblem } from './problem.ts';

export interface RuleText {
  readonly path: string;
  readonly text: string;
}

export interface LoadedRules {
  readonly groups: readonly RuleGroup[];
  /** Empty, or nothing of this may be used. */
  readonly problems: readonly RuleProblem[];
}

/** Groups in the order of their files. */
export function loadRules(files: readonly RuleText[], options: ParseOptions = {}): LoadedRules {
  const parsed = files.map(({ path, text }) => parseRuleFile(path, text, options));
  const groups = parsed.flatMap((one) => one.groups);
  return { groups: withUniqueKeys(groups), problems: parsed.flatMap((one) => one.problems) };
}

/** The same rule may stand twice, in one group or in two files: the second is another one. */
function withUniqueKeys(groups: readonly RuleGroup[]): readonly RuleGroup[] {
  const times = new Map<string, number>();
  const unique = (rule: Rule): Rule => {
    const nth = (times.get(rule.key) ?? 0) + 1;
    times.set(rule.key, nth);
    return nth === 1 ? rule : { ...rule, key: `${rule.key}\u0000${nth}` };
  };
  return groups.map((group) => ({ ...group, rules: group.rules.map(unique) }));
}
