/** What a query that cannot be read is refused with: Prometheus' words, and the place in the text. */
import { QueryError } from '../../core/query/types.ts';
import type { Span } from '../ast.ts';
import { lineColumn } from './position.ts';

export class ParseError extends QueryError {
  readonly span: Span;
  /** Without the place. */
  readonly reason: string;

  constructor(text: string, span: Span, reason: string) {
    super('bad_data', `${place(text, span.start)}: parse error: ${reason}`);
    this.name = 'ParseError';
    this.span = span;
    this.reason = reason;
  }
}

function place(text: string, offset: number): string {
  if (text === '') return 'unknown position';
  const { line, column } = lineColumn(text, offset);
  return `${line}:${column}`;
}
