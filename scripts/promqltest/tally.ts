/** Outcomes counted: by file, by class, by cause. */
import { CASE_CLASSES, type CaseClass } from './classify.ts';
import type { CaseResult } from './run-script.ts';

export interface Tally {
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  /** Failed, and listed as such. */
  readonly expected: number;
  /** By cause. */
  readonly leftOut: Readonly<Record<string, number>>;
}

export function tally(results: readonly CaseResult[]): Tally {
  const count = (status: string) =>
    results.filter(({ outcome }) => outcome.status === status).length;
  const leftOut: Record<string, number> = {};
  for (const { outcome } of results) {
    if (outcome.status !== 'left-out') continue;
    leftOut[outcome.cause] = (leftOut[outcome.cause] ?? 0) + 1;
  }
  return {
    cases: results.length,
    passed: count('passed'),
    failed: count('failed'),
    expected: count('expected'),
    leftOut,
  };
}

export function tallyByClass(results: readonly CaseResult[]): ReadonlyMap<CaseClass, Tally> {
  return new Map(
    CASE_CLASSES.map((kind) => [kind, tally(results.filter((result) => result.class === kind))]),
  );
}
