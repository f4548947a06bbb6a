/** Results as lines for a terminal. */
import type { FileResult } from './run-file.ts';
import type { CaseResult } from './run-script.ts';
import { type Tally, tally, tallyByClass } from './tally.ts';

export function fileReport({ file, results, problem }: FileResult, verbose: boolean): string[] {
  const lines = [`${file}: ${problem === undefined ? counts(tally(results)) : 'cannot be run'}`];
  if (problem !== undefined) lines.push(`  ${problem}`);
  for (const result of results) lines.push(...caseReport(file, result, verbose));
  return lines;
}

function caseReport(file: string, result: CaseResult, verbose: boolean): string[] {
  const { outcome, line, expression } = result;
  const place = `${file}:${line}: ${expression}`;
  if (outcome.status === 'passed') return verbose ? [`  passed ${place}`] : [];
  if (outcome.status === 'left-out')
    return verbose ? [`  left out (${outcome.cause}) ${place}`] : [];
  const { failure } = outcome;
  const expected = outcome.status === 'expected' ? ` (expected: ${outcome.reason})` : '';
  return [
    `  FAILED${expected} ${place}`,
    ...(failure.asked === undefined ? [] : [`    asked:    ${failure.asked}`]),
    `    reason:   ${failure.reason}`,
    `    expected: ${failure.expected}`,
    `    got:      ${failure.got}`,
  ];
}

export function sumReport(files: readonly FileResult[]): string[] {
  const results = files.flatMap((file) => file.results);
  const broken = files.filter(({ problem }) => problem !== undefined).length;
  const byClass = [...tallyByClass(results)].map(
    ([kind, { passed, cases }]) => `${kind} ${passed}/${cases}`,
  );
  return [
    `by class: ${byClass.join(', ')}`,
    `sum: ${files.length} files, ${counts(tally(results))}${broken > 0 ? `, ${broken} files cannot be run` : ''}`,
  ];
}

function counts({ cases, passed, failed, expected, leftOut }: Tally): string {
  const causes = Object.entries(leftOut).map(([cause, count]) => `${count} ${cause}`);
  const total = Object.values(leftOut).reduce((sum, count) => sum + count, 0);
  const why = causes.length === 0 ? '' : ` (${causes.join(', ')})`;
  return `${cases} cases, ${passed} passed, ${failed} failed, ${expected} failed as expected, ${total} left out${why}`;
}
