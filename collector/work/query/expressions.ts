/** PromQL's parser and printer, as the HTTP side asks for them. */
import { matchesEmpty } from '../../core/query/labels.ts';
import { type Matcher, QueryError } from '../../core/query/types.ts';
import type { Expressions } from '../../ports/http.ts';
import { parseExpr, parseMetricSelector } from '../../promql/parse/index.ts';
import { prettify } from '../../promql/print.ts';
import { tree } from './tree.ts';

export const expressions: Expressions = {
  matchers(text) {
    const matchers = parseMetricSelector(text);
    if (matchers.every(matchesEmpty)) {
      throw new QueryError('bad_data', 'match[] must contain at least one non-empty matcher');
    }
    return matchers satisfies readonly Matcher[];
  },
  format: (text) => prettify(parseExpr(text)),
  tree: (text) => tree(parseExpr(text)),
};
