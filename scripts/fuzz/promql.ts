/** PromQL as a target: a text is refused with its place, or read and printed; nothing else may be thrown. */
import { ParseError } from '../../collector/promql/parse/errors.ts';
import { parseExpr } from '../../collector/promql/parse/index.ts';
import { prettify } from '../../collector/promql/print.ts';
import type { Result } from '../../protocol/result.ts';
import { BAD, GOOD } from '../../test/support/promql/expressions.ts';

export const promqlSeeds: readonly Uint8Array[] = [...GOOD, ...BAD].map((text) =>
  Buffer.from(text),
);

export function readPromql(bytes: Uint8Array): Result<unknown> {
  try {
    prettify(parseExpr(Buffer.from(bytes).toString('utf8')));
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
  }
  return { ok: true, value: undefined };
}
