/** One piece of a query's text. */
import type { Span } from '../ast.ts';
import { quote } from '../quote.ts';
import { AGGREGATORS, isOperator, isWord, KEYWORDS } from './words.ts';

export interface Token extends Span {
  /**
   * `end of input`, `string`, `number`, `duration`, `identifier`, `metric identifier` (it has a colon), a word
   * of words.ts in lower case, or a sign as it is written.
   */
  readonly kind: string;
  readonly text: string;
}

/** Longer texts are cut in messages. */
const SHOWN = 10;

/** As Prometheus names it in "unexpected …". */
export function describe({ kind, text }: Token): string {
  if (kind === 'end of input') return kind;
  if (AGGREGATORS.has(kind)) return `<aggr:${text}>`;
  if (KEYWORDS.has(kind)) return `<${text}>`;
  if (isOperator(kind)) return `<op:${text}>`;
  if (isWord(kind)) return quote(text);
  if (kind === 'identifier' || kind === 'metric identifier') return `${kind} ${quote(text)}`;
  const shown = cut(text);
  return kind === 'string' || kind === 'number' || kind === 'duration' ? `${kind} ${shown}` : shown;
}

function cut(text: string): string {
  return text.length > SHOWN
    ? `${quote(
        Array.from(text.slice(0, 2 * SHOWN))
          .slice(0, SHOWN)
          .join(''),
      )}...`
    : quote(text);
}
