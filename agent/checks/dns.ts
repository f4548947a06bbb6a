/** A name server: answers, and with the expected records. */
import {
  choice,
  flag,
  type Infer,
  list,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import { DNS_TYPES } from '../ports/probing.ts';
import { check } from './check.ts';
import { budgetSchema, failed, secondsFigure, withinBudget } from './kit/budget.ts';
import { oneLine, shownSeconds } from './kit/text.ts';

const ADDRESS = String.raw`^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?|\[[0-9a-fA-F:.]+\](:\d{1,5})?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$`;

const schema = object('Looks a name up.', {
  name: text('Name to look up.', { examples: ['example.com'] }),
  type: choice('Type of the record.', DNS_TYPES, { default: 'A' }),
  server: optional(
    text('Address of the name server, with or without port; the system’s unless given.', {
      pattern: ADDRESS,
      examples: ['192.0.2.53'],
    }),
  ),
  expect: list(
    'Answers that must be there, written as in a zone file; none named: at least one of any kind.',
    text('Answer.', { examples: ['10 mail.example.com'] }),
  ),
  exact: flag('Whether other answers than the expected ones are a failure.', { default: false }),
  budget: budgetSchema,
});

type Options = Infer<typeof schema>;

export const dnsCheck = check<Options>({
  kind: 'dns',
  summary: 'a name server: answers, with the expected records',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 5,

  problems: ({ expect, exact }) =>
    exact && expect.length === 0
      ? [{ key: 'exact', message: 'needs the expected answers in expect' }]
      : [],

  async run(options, { prober, ending }) {
    const { name, type, server, budget } = options;
    const question = `${name} ${type}${server === undefined ? '' : ` at ${server}`}`;
    const answer = await prober.resolve(
      { name, type, ...(server === undefined ? {} : { server }) },
      ending,
    );
    if (!answer.ok) return failed(`${question}: ${answer.why}`, budget);
    const { values, seconds } = answer;
    const figures = [
      secondsFigure('response', seconds),
      { name: 'answers', unit: '', value: values.length },
    ];
    const found = oneLine([...values].sort().join(', ')) || 'no answer';
    const wrong = wrongWith(values, options);
    if (wrong !== undefined) {
      return { ...failed(`${question}: ${found}; ${wrong}`, budget), figures };
    }
    const good = `${question}: ${found} in ${shownSeconds(seconds)}`;
    return withinBudget({ text: good, figures }, seconds, budget);
  },
});

function wrongWith(values: readonly string[], { expect, exact }: Options): string | undefined {
  const found = new Set(values.map(plain));
  const expected = new Set(expect.map(plain));
  const missing = expect.filter((value) => !found.has(plain(value)));
  if (missing.length > 0) return `expected ${missing.join(', ')}`;
  const other = exact ? values.filter((value) => !expected.has(plain(value))) : [];
  if (other.length > 0) return `not expected: ${oneLine(other.join(', '))}`;
  return values.length === 0 ? 'expected an answer' : undefined;
}

/** Names know no case, and a dot at their end changes nothing. */
function plain(value: string): string {
  return value.toLowerCase().replace(/\.(?= |$)/g, '');
}
