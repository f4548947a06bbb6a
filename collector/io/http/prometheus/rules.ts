/** `rules` and `alerts`: what is evaluated and what fires, in Prometheus' form. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { successBody } from '../../../core/query/format.ts';
import type { Matcher } from '../../../core/query/types.ts';
import { compileMatcher } from '../../../core/store/matcher.ts';
import { compareText } from '../../../core/text.ts';
import type { Expressions } from '../../../ports/http.ts';
import type { RuleDirectory, RuleGroupView, RuleView } from '../../../ports/rules.ts';
import { PROMETHEUS } from '../deps.ts';
import { Params } from './params.ts';
import { alertJson, groupJson } from './rules-json.ts';

interface Filter {
  readonly type: string;
  readonly names: readonly string[];
  readonly groups: readonly string[];
  readonly files: readonly string[];
  readonly matchers: readonly (readonly Matcher[])[];
}

interface Page {
  readonly skipped: number;
  readonly limit: number;
}

const ITEM = { type: 'array', items: { type: 'string' } } as const;
const TEXT = { type: 'string' } as const;

const rulesSchema = {
  tags: ['prometheus'],
  summary: 'Rules and the alerts that they raise',
  querystring: {
    type: 'object',
    properties: {
      type: { ...TEXT, description: 'alert or record' },
      'rule_name[]': ITEM,
      'rule_group[]': ITEM,
      'file[]': ITEM,
      'match[]': { ...ITEM, description: 'Selectors on the labels that a rule is written with' },
      exclude_alerts: { ...TEXT, description: 'true leaves the alerts out' },
      group_limit: { ...TEXT, description: 'At most so many groups; groupNextToken leads on' },
      group_next_token: TEXT,
    },
  },
};

const alertsSchema = { tags: ['prometheus'], summary: 'Alerts that are pending or firing' };

export function rules(
  app: FastifyInstance,
  directory: RuleDirectory,
  expressions: Expressions,
): void {
  app.get(`${PROMETHEUS}/rules`, { schema: rulesSchema }, (request, reply) => {
    const params = new Params(request);
    const filter = readFilter(params, expressions);
    const withAlerts = !readFlag(params, 'exclude_alerts');
    const all = inOrder(directory.groups());
    const { skipped, limit } = readPage(all, params);
    const kept = all
      .slice(skipped)
      .filter(({ name, file }) => named(filter.groups, name) && named(filter.files, file))
      .map((group) => ({ ...group, rules: group.rules.filter((rule) => passes(rule, filter)) }))
      .filter((group) => group.rules.length > 0);
    const groups = kept.slice(0, limit).map((group) => groupJson(group, withAlerts));
    const after = kept[limit];
    const next = after === undefined ? {} : { groupNextToken: tokenOf(after) };
    return send(reply, { groups, ...next });
  });

  app.get(`${PROMETHEUS}/alerts`, { schema: alertsSchema }, (_request, reply) => {
    const alerts = inOrder(directory.groups())
      .flatMap((group) => group.rules)
      .flatMap((rule) => (rule.type === 'alerting' ? rule.alerts : []));
    return send(reply, { alerts: alerts.map(alertJson) });
  });
}

function inOrder(groups: readonly RuleGroupView[]): readonly RuleGroupView[] {
  return [...groups].sort((a, b) => compareText(a.file, b.file) || compareText(a.name, b.name));
}

function readFilter(params: Params, expressions: Expressions): Filter {
  const type = params.text('type').toLowerCase();
  if (type !== '' && type !== 'alert' && type !== 'record') {
    params.refuse('type', `not supported value ${JSON.stringify(type)}`);
  }
  return {
    type,
    names: params.all('rule_name[]'),
    groups: params.all('rule_group[]'),
    files: params.all('file[]'),
    matchers: params.matchers(expressions),
  };
}

/** What Go's ParseBool takes. */
function readFlag(params: Params, name: string): boolean {
  const text = params.text(name);
  if (/^(|0|f|F|false|FALSE|False)$/.test(text)) return false;
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return params.refuse(name, `error converting ${JSON.stringify(text)} to a boolean`);
}

function passes(rule: RuleView, { type, names, matchers }: Filter): boolean {
  if (type !== '' && (type === 'alert') !== (rule.type === 'alerting')) return false;
  if (!named(names, rule.name)) return false;
  return matchers.length === 0 || matchers.some((set) => matches(rule, set));
}

function named(wanted: readonly string[], name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

function matches({ labels }: RuleView, set: readonly Matcher[]): boolean {
  return set.map(compileMatcher).every(({ name, test }) => test(labels[name] ?? ''));
}

/** Groups that earlier pages showed, and how many this one may show. */
function readPage(groups: readonly RuleGroupView[], params: Params): Page {
  const limit = params.limit('group_limit');
  const token = params.text('group_next_token');
  if (Number.isFinite(limit)) {
    const skipped = token === '' ? 0 : groups.findIndex((group) => tokenOf(group) === token);
    if (skipped >= 0) return { skipped, limit };
    params.refuse('group_next_token', 'invalid group_next_token. Were rule groups changed?');
  }
  if (token !== '') {
    params.refuse(
      'group_limit',
      'group_limit needs to be specified in order to paginate over the groups',
    );
  }
  if (params.text('group_limit') !== '') {
    params.refuse('group_limit', 'group_limit needs to be greater than 0');
  }
  return { skipped: 0, limit };
}

function tokenOf({ file, name }: RuleGroupView): string {
  return createHash('sha1').update(`${file};${name}`).digest('hex');
}

function send(reply: FastifyReply, data: unknown): FastifyReply {
  return reply.type('application/json').header('cache-control', 'no-store').send(successBody(data));
}
