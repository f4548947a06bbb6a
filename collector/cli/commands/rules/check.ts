/** `muster rules check`: each file's verdict. */
import { type Duplicate, duplicates } from '../../../rules/duplicates.ts';
import { loadRules } from '../../../rules/load.ts';
import { formatProblem, type RuleProblem } from '../../../rules/problem.ts';
import { readText } from './files.ts';

export interface CheckResult {
  readonly file: string;
  readonly ok: boolean;
  readonly rules: number;
  readonly problems: readonly RuleProblem[];
  readonly duplicates: readonly Duplicate[];
}

interface CheckTerms {
  readonly ignoreUnknown: boolean;
  readonly duplicates: boolean;
}

export function checkFiles(
  files: readonly string[],
  terms: CheckTerms,
): Promise<readonly CheckResult[]> {
  return Promise.all(files.map((file) => checkFile(file, terms)));
}

async function checkFile(file: string, terms: CheckTerms): Promise<CheckResult> {
  const read = await readText(file);
  if ('problem' in read) {
    const problems = [{ file, message: read.problem }];
    return { file, ok: false, rules: 0, problems, duplicates: [] };
  }
  const { ignoreUnknown } = terms;
  const { groups, problems } = loadRules([{ path: file, text: read.text }], { ignoreUnknown });
  return {
    file,
    ok: problems.length === 0,
    rules: groups.reduce((sum, group) => sum + group.rules.length, 0),
    problems,
    duplicates: terms.duplicates && problems.length === 0 ? duplicates(groups) : [],
  };
}

export function checkText(results: readonly CheckResult[]): string {
  return results.map(oneText).join('\n');
}

function oneText({ file, ok, rules, problems, duplicates: twice }: CheckResult): string {
  const head = `Checking ${file}\n`;
  if (!ok) {
    return `${head}  FAILED:\n${problems.map((one) => `  ${formatProblem(one)}\n`).join('')}`;
  }
  const lint = twice.map(({ name, labels, times }) => {
    const shown = Object.entries(labels).map(
      ([label, value]) => `${label}=${JSON.stringify(value)}`,
    );
    return `  duplicate: ${name}{${shown.join(', ')}} is made by ${times} rules; one may overwrite the other\n`;
  });
  return `${head}  SUCCESS: ${rules} rules found\n${lint.join('')}`;
}
