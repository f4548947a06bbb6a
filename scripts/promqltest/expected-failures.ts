/** Cases that are known to fail, each with its reason. A failure that is not listed here is an error. */
import type { EvalCommand } from './script.ts';

export interface ExpectedFailure {
  /** Its name without folders. */
  readonly file: string;
  readonly expression: string;
  /** Where the expression occurs more than once in the file. */
  readonly line?: number;
  readonly reason: string;
}

export const EXPECTED_FAILURES: readonly ExpectedFailure[] = [];

export function expectedReason(
  list: readonly ExpectedFailure[],
  file: string,
  { expression, line }: EvalCommand,
): string | undefined {
  return list.find(
    (one) =>
      one.file === file &&
      one.expression === expression &&
      (one.line === undefined || one.line === line),
  )?.reason;
}
