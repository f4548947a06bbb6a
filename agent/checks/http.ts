/** A web server: status, body, time, and its certificate's end. */
import {
  choice,
  count,
  dictionary,
  type Infer,
  list,
  object,
  optional,
  size,
  text,
} from '../../protocol/config/schema.ts';
import { HEADER_VALUE } from '../core/http-field.ts';
import type { HttpProbe } from '../ports/probing.ts';
import { type CheckContext, type CheckFinding, check } from './check.ts';
import { budgetSchema, failed, secondsFigure, withinBudget } from './kit/budget.ts';
import { readSecret } from './kit/files.ts';
import { loginShape, readLogin } from './kit/login.ts';
import { missingIn, patternSchema } from './kit/patterns.ts';
import { follow, type Journey } from './kit/redirects.ts';
import { shownSeconds } from './kit/text.ts';
import { certificateEnd, probeTls, tlsSchema } from './kit/tls.ts';

const TOKEN = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$";

const schema = object('Asks a web server.', {
  url: text('Where to ask.', {
    pattern: '^https?://[^\\s]+$',
    examples: ['http://127.0.0.1:8080/health'],
  }),
  method: choice('Method of the request.', ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'], {
    default: 'GET',
  }),
  headers: dictionary(
    'Headers of the request; secrets belong in tokenFile.',
    TOKEN,
    text('Value.'),
  ),
  send: optional(text('Body of the request.')),
  ...loginShape,
  tokenFile: optional(text('File whose first line is sent as a bearer token.')),
  status: list(
    'Statuses that are good; none named: 200 to 299.',
    count('Status.', { min: 100, max: 599 }),
  ),
  body: optional(text('Text that the body must contain.')),
  bodyPattern: patternSchema('Regular expression that the body must match.'),
  maxBytes: size('How much of the body is read.', { default: '64KiB', min: '0B', max: '1MiB' }),
  redirects: count('How many redirects are followed.', { default: 0, min: 0, max: 10 }),
  tls: tlsSchema,
  budget: budgetSchema,
});

type Options = Infer<typeof schema>;

const MEMORY = 'probe';

export const httpCheck = check<Options>({
  kind: 'http',
  summary: 'a web server: status, body, time, certificate',
  schema,
  intervalSeconds: 30,
  timeoutSeconds: 5,

  problems: (options) => {
    const { url, username, passwordFile, tokenFile, headers } = options;
    if (!URL.canParse(url)) return [{ key: 'url', message: 'is not a URL' }];
    const { username: user, password } = new URL(url);
    const found = [];
    if (user !== '' || password !== '') {
      const message = 'must not hold a user or password: use username and passwordFile';
      found.push({ key: 'url', message });
    }
    if (passwordFile !== undefined && username === undefined) {
      found.push({ key: 'username', message: 'is needed with passwordFile' });
    }
    if (username !== undefined && tokenFile !== undefined) {
      found.push({ key: 'tokenFile', message: 'cannot stand beside username: choose one' });
    }
    for (const [name, value] of Object.entries(headers)) {
      if (!HEADER_VALUE.test(value)) {
        found.push({ key: `headers.${name}`, message: 'may only hold printable characters' });
      }
    }
    return found;
  },

  async run(options, context) {
    const probe = await probeOf(options, context);
    const journey = await follow(context.prober, probe, options.redirects, context.ending);
    return { ...judged(options, journey), ...certificateEnd(journey.answer) };
  },
});

async function probeOf(options: Options, context: CheckContext): Promise<HttpProbe> {
  const { memory } = context;
  const before = memory.get(MEMORY) as HttpProbe | undefined;
  if (before !== undefined) return before;
  const probe = await freshProbe(options, context);
  const { tokenFile, passwordFile, tls } = options;
  const files = [tokenFile, passwordFile, tls.caFile];
  // What a file says may be another thing the next time.
  if (files.every((file) => file === undefined)) memory.set(MEMORY, probe);
  return probe;
}

async function freshProbe(options: Options, context: CheckContext): Promise<HttpProbe> {
  const { url, method, headers, send, maxBytes } = options;
  const authorization = await authorizationOf(options, context);
  return {
    url,
    method,
    headers: {
      'user-agent': 'muster-agent',
      accept: '*/*',
      ...headers,
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(send === undefined ? {} : { body: send }),
    maxBytes,
    tls: await probeTls(options.tls, context),
  };
}

async function authorizationOf(
  options: Options,
  context: CheckContext,
): Promise<string | undefined> {
  const token = await readSecret(options.tokenFile, 'tokenFile', context);
  if (token !== undefined) return `Bearer ${token}`;
  const { username, password = '' } = await readLogin(options, context);
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function judged(options: Options, { answer, redirects, seconds }: Journey): CheckFinding {
  const { body, bodyPattern, budget } = options;
  const place = placeOf(options.url);
  if (!answer.ok) return failed(`${place}: ${answer.why}`, budget);
  const figures = [
    secondsFigure('response', seconds),
    { name: 'status', unit: '', value: answer.status },
    { name: 'redirects', unit: '', value: redirects },
  ];
  const took = `${place}: status ${answer.status} in ${shownSeconds(seconds)}`;
  const wrong = isExpected(answer.status, options.status)
    ? missingIn(answer.body, {
        ...(body === undefined ? {} : { text: body }),
        ...(bodyPattern === undefined ? {} : { pattern: bodyPattern }),
      })
    : undefined;
  if (!isExpected(answer.status, options.status)) {
    const wanted = options.status.length === 0 ? '200 to 299' : options.status.join(', ');
    return { ...failed(`${took}, expected ${wanted}`, budget), figures };
  }
  if (wrong !== undefined) return { ...failed(`${took}, but the body ${wrong}`, budget), figures };
  return withinBudget({ text: took, figures }, seconds, budget);
}

function isExpected(status: number, expected: readonly number[]): boolean {
  return expected.length === 0 ? status >= 200 && status <= 299 : expected.includes(status);
}

/** Without what is behind the `?`, where keys may stand. */
function placeOf(url: string): string {
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}
