/** A whole test file: reads it, its rules, and runs the tests that are asked for. */
import { loadRules, type RuleText } from '../load.ts';
import { formatProblem, type RuleProblem } from '../problem.ts';
import type { TestFailure } from './model.ts';
import { parseTestFile } from './parse.ts';
import { runTest } from './run.ts';

export interface SuiteOptions {
  /** Only tests whose name matches one of these. */
  readonly run?: readonly RegExp[];
  readonly ignoreUnknown?: boolean;
}

export interface SuiteResult {
  readonly file: string;
  readonly passed: number;
  readonly failures: readonly TestFailure[];
  /** Patterns of rule files that match nothing. */
  readonly warnings: readonly string[];
}

/** What one pattern of `rule_files` yields; paths are relative to the test file. */
export type ReadRules = (pattern: string) => Promise<readonly RuleText[]>;

export async function runSuite(
  path: string,
  text: string,
  read: ReadRules,
  { run = [], ignoreUnknown = false }: SuiteOptions = {},
): Promise<SuiteResult> {
  const { file, problems } = parseTestFile(path, text, ignoreUnknown);
  if (problems.length > 0) return refused(path, problems, []);
  const warnings: string[] = [];
  const rules: RuleText[] = [];
  for (const pattern of file.ruleFiles) {
    const found = await read(pattern);
    if (found.length === 0) warnings.push(`no file matches ${pattern}`);
    rules.push(...found);
  }
  const loaded = loadRules(rules, { ignoreUnknown });
  const wanted = file.tests.filter(
    ({ name }) => run.length === 0 || run.some((pattern) => pattern.test(name)),
  );
  // Bad rules are said once, and by a file without tests not at all: as promtool does.
  if (loaded.problems.length > 0 && wanted.length > 0) {
    return refused(path, loaded.problems, warnings);
  }
  const failures: TestFailure[] = [];
  let passed = 0;
  for (const test of wanted) {
    const messages = await runTest(file, test, loaded.groups);
    if (messages.length === 0) passed++;
    failures.push(...messages.map((message) => ({ test: test.title, message })));
  }
  return { file: path, passed, failures, warnings };
}

function refused(
  file: string,
  problems: readonly RuleProblem[],
  warnings: readonly string[],
): SuiteResult {
  const failures = problems.map((one) => ({ test: '', message: formatProblem(one) }));
  return { file, passed: 0, failures, warnings };
}
