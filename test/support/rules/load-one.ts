/** Rules out of a text, for tests that need one quickly. */
import { loadRules } from '../../../collector/rules/load.ts';
import type { RuleGroup } from '../../../collector/rules/model.ts';
import { formatProblem } from '../../../collector/rules/problem.ts';

export function groupsOf(text: string, path = 'rules.yml'): readonly RuleGroup[] {
  const { groups, problems } = loadRules([{ path, text }]);
  if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'));
  return groups;
}

export function groupOf(text: string): RuleGroup {
  const [group] = groupsOf(text);
  if (group === undefined) throw new Error('the text holds no group');
  return group;
}

/** What is wrong with a text, as people read it. */
export function problemsOf(text: string): readonly string[] {
  return loadRules([{ path: 'r.yml', text }]).problems.map(formatProblem);
}
