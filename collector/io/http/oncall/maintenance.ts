/** Maintenance: begin, look, end. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../../../core/api-errors.ts';
import type { Maintenance, Scope } from '../../../core/oncall/maintenance.ts';
import { isOn } from '../../../core/oncall/maintenance.ts';
import { parseDuration } from '../../../core/query/duration.ts';
import { API } from '../deps.ts';
import { answer, asked, comment, type OnCallHttp, text, timeOf, who } from './deps.ts';

interface Body {
  readonly device?: string;
  readonly site?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly for?: string;
  readonly by: string;
  readonly comment: string;
}

const listSchema = {
  tags: ['alerts'],
  summary: 'Maintenances: those on, planned, and over for less than a day',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { device: { ...text, description: 'Those that name this device' } },
  },
  response: answer('Maintenances', { type: 'object' }),
};

const beginSchema = {
  tags: ['alerts'],
  summary: 'Begin or plan one: alerts are kept and shown, and nobody is told',
  body: {
    type: 'object',
    required: ['by'],
    additionalProperties: false,
    properties: {
      device: { ...text, minLength: 1, description: 'One of device, site and labels' },
      site: { ...text, minLength: 1 },
      labels: { type: 'object', minProperties: 1, additionalProperties: text },
      startsAt: { ...text, description: 'RFC 3339 or Unix seconds; absent: now' },
      endsAt: { ...text, description: 'This or for' },
      for: { ...text, description: 'e.g. 2h' },
      by: who,
      comment,
    },
  },
  response: answer('What was made', { type: 'object' }),
};

const endSchema = {
  tags: ['alerts'],
  summary: 'End one',
  querystring: {
    type: 'object',
    additionalProperties: false,
    properties: { by: { ...who, default: 'api' } },
  },
};

type ById = FastifyRequest<{ Params: { id: string }; Querystring: { by: string } }>;

export function maintenance(app: FastifyInstance, { oncall, clock }: OnCallHttp): void {
  const path = `${API}/maintenance`;
  const shown = (one: Maintenance) => ({ ...one, state: stateOf(one, clock.wall()) });

  app.get(path, { schema: listSchema }, (request, reply) => {
    const { device } = request.query as { device?: string };
    const all = oncall.maintenances();
    const found = all.filter(
      ({ scope }) => device === undefined || (scope.kind === 'device' && scope.device === device),
    );
    return reply.send({ maintenances: found.map(shown) });
  });

  app.post(path, { schema: beginSchema }, async (request, reply) => {
    const body = request.body as Body;
    const startsAt = body.startsAt === undefined ? undefined : timeOf('startsAt', body.startsAt);
    const endsAt = endOf(body, startsAt ?? clock.wall());
    const { by, comment: why } = body;
    const draft = { scope: scopeOf(body), endsAt, by, comment: why };
    const made = await asked(
      oncall.beginMaintenance(startsAt === undefined ? draft : { ...draft, startsAt }),
    );
    return reply.send(shown(made));
  });

  app.delete(`${path}/:id`, { schema: endSchema }, async (request: ById, reply) => {
    await asked(oncall.endMaintenance(request.params.id, request.query.by));
    return reply.code(204).send();
  });
}

function stateOf(one: Maintenance, now: number): 'on' | 'planned' | 'over' {
  if (isOn(one, now)) return 'on';
  return one.startsAt > now ? 'planned' : 'over';
}

function scopeOf({ device, site, labels }: Body): Scope {
  const scopes: Scope[] = [];
  if (device !== undefined) scopes.push({ kind: 'device', device });
  if (site !== undefined) scopes.push({ kind: 'site', site });
  if (labels !== undefined) scopes.push({ kind: 'selector', labels });
  const [scope, ...others] = scopes;
  if (scope === undefined || others.length > 0) {
    throw new ApiError('bad-request', 'say what is maintained by one of device, site or labels');
  }
  return scope;
}

function endOf({ endsAt, for: length }: Body, from: number): number {
  if ((endsAt === undefined) === (length === undefined)) {
    throw new ApiError('bad-request', 'say how long by one of for (e.g. 2h) or endsAt');
  }
  if (endsAt !== undefined) return timeOf('endsAt', endsAt);
  const ms = parseDuration(length ?? '');
  if (ms === undefined || ms === 0) {
    const detail = `for: ${JSON.stringify(length)} is not a duration, e.g. 2h`;
    throw new ApiError('bad-request', detail);
  }
  return from + ms;
}
