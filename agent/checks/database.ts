/**
 * A database that must let us in and answer: PostgreSQL with a query, Redis with a PING. Their
 * drivers are loaded by the first check of each (`io/probing`).
 */
import { choice, count, type Infer, object, optional, text } from '../../protocol/config/schema.ts';
import type { DatabaseAnswer, DatabaseProbe, Probed } from '../ports/probing.ts';
import { type CheckContext, type CheckFinding, check } from './check.ts';
import { budgetSchema, failed, secondsFigure, withinBudget } from './kit/budget.ts';
import { loginShape, readLogin } from './kit/login.ts';
import { endpoint, oneLine, shownSeconds } from './kit/text.ts';
import { probeTls, tlsSchema } from './kit/tls.ts';
import { alerts, parseRange } from './parse/range.ts';

const PORTS = { postgresql: 5432, redis: 6379 } as const;
const HOST = '127.0.0.1';

const threshold = (of: string) =>
  optional(
    text(
      `Range outside of which the query’s value is ${of}, as plug-ins write it: 10:20, 10:, ~:20.`,
      {
        remote: true,
        examples: ['~:100'],
      },
    ),
  );

const schema = object('Asks a database.', {
  type: choice('What it is.', ['postgresql', 'redis']),
  host: text('Name or address.', { default: HOST }),
  port: optional(count('Port; the usual one unless given.', { min: 1, max: 65_535 })),
  socket: optional(
    text('Instead of host and port: Unix socket (Redis) or the folder of it (PostgreSQL).', {
      pattern: '^/',
      examples: ['/run/postgresql'],
    }),
  ),
  ...loginShape,
  database: optional(text('Name of the database (PostgreSQL) or its number (Redis).')),
  query: optional(
    text('Query instead of SELECT 1; it runs in a transaction that can only read.', {
      examples: ['SELECT count(*) FROM jobs WHERE failed'],
    }),
  ),
  warning: threshold('a warning'),
  critical: threshold('critical'),
  tls: optional(tlsSchema),
  budget: budgetSchema,
});

type Options = Infer<typeof schema>;

export const databaseCheck = check<Options>({
  kind: 'database',
  summary: 'PostgreSQL or Redis: login, answer, value of a query',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 10,
  problems: problemsOf,

  async run(options, context) {
    const { type, host, socket, port = PORTS[type], budget } = options;
    const place = `${type} at ${socket ?? endpoint(host, port)}`;
    const answer = await ask(options, context);
    if (!answer.ok) return failed(`${place}: ${oneLine(answer.why)}`, budget);
    return judged(place, answer, options);
  },
});

async function ask(options: Options, context: CheckContext): Promise<Probed<DatabaseAnswer>> {
  const { type, host, socket, port = PORTS[type], database, query = 'SELECT 1' } = options;
  const probe: DatabaseProbe = {
    host,
    port,
    ...(socket === undefined ? {} : { socket }),
    ...(database === undefined ? {} : { database }),
    ...(options.tls === undefined ? {} : { tls: await probeTls(options.tls, context) }),
    ...(await readLogin(options, context)),
  };
  const { prober, ending, timeoutMs } = context;
  if (type === 'redis') return prober.redis(probe, ending);
  return prober.postgres({ ...probe, query, timeoutMs }, ending);
}

function judged(place: string, answer: DatabaseAnswer, options: Options): CheckFinding {
  const { connectSeconds, seconds, value } = answer;
  const { type, query, warning, critical, budget } = options;
  const took = `${place}: answered in ${shownSeconds(seconds)}`;
  const times = [secondsFigure('connect', connectSeconds), secondsFigure('response', seconds)];
  if (type === 'redis' && value !== 'PONG') {
    return failed(`${took}, but not with PONG: ${oneLine(value ?? '')}`, budget);
  }
  if (query === undefined) return withinBudget({ text: took, figures: times }, seconds, budget);
  const figure = value === undefined || value.trim() === '' ? Number.NaN : Number(value);
  const isNumber = Number.isFinite(figure);
  const figures = isNumber ? [...times, { name: 'value', unit: '', value: figure }] : times;
  const said = `${took}: ${value === undefined ? 'no value' : oneLine(value, 80)}`;
  if (!isNumber && (warning ?? critical) !== undefined) {
    return { ...failed(`${said}, which is no number`, budget), figures };
  }
  if (isOutside(critical, figure))
    return { state: 'critical', text: `${said}, not ${critical}`, figures };
  const good = withinBudget({ text: said, figures }, seconds, budget);
  if (!isOutside(warning, figure)) return good;
  return { ...good, state: 'warning', text: `${good.text}, not ${warning}` };
}

function isOutside(threshold: string | undefined, value: number): boolean {
  const range = threshold === undefined ? undefined : parseRange(threshold);
  return range !== undefined && alerts(range, value);
}

function problemsOf(options: Options) {
  const { type, database, query, warning, critical, username, passwordFile } = options;
  const found: { key: string; message: string }[] = [];
  const refuse = (key: string, message: string) => void found.push({ key, message });
  for (const [key, text] of Object.entries({ warning, critical })) {
    if (text === undefined) continue;
    if (parseRange(text) === undefined) refuse(key, 'is not a range such as 10:20, 10: or ~:20');
    if (query === undefined) refuse(key, 'needs a query whose value it judges');
  }
  if (type === 'redis') {
    if (query !== undefined) refuse('query', 'is for PostgreSQL only: Redis is sent a PING');
    if (database !== undefined && !/^\d{1,5}$/.test(database)) {
      refuse('database', 'must be a number for Redis');
    }
    if (username !== undefined && passwordFile === undefined) {
      refuse('passwordFile', 'is needed with username');
    }
  } else if (passwordFile !== undefined && username === undefined) {
    refuse('username', 'is needed with passwordFile');
  }
  return found;
}
