/** Silences: listed, made, changed and ended. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  createMatcher,
  type LabelMatcher,
  type MatcherOp,
} from '../../../core/alerting/matcher.ts';
import {
  type Silence,
  type SilenceDraft,
  SilenceError,
  silenceState,
} from '../../../core/alerting/silence.ts';
import { ALERTMANAGER, type AlertmanagerDeps } from './deps.ts';
import { fields, flagOf, items, ParameterError, Params, text, timeOf } from './params.ts';
import {
  silenceDeleteSchema,
  silenceGetSchema,
  silencesPostSchema,
  silencesSchema,
} from './schemas.ts';

type ById = FastifyRequest<{ Params: { id: string } }>;

export function silences(app: FastifyInstance, { alerting, clock }: AlertmanagerDeps): void {
  const desk = alerting.silences;

  app.get(`${ALERTMANAGER}/silences`, { schema: silencesSchema }, (request, reply) => {
    const now = clock.wall();
    const filter = new Params(request).filter();
    return reply.send(desk.list(filter).map((one) => shown(one, now)));
  });

  app.post(`${ALERTMANAGER}/silences`, { schema: silencesPostSchema }, async (request, reply) => {
    const silenceID = await desk.set(readDraft(request.body));
    return reply.send({ silenceID });
  });

  const path = `${ALERTMANAGER}/silence/:id`;
  app.get(path, { schema: silenceGetSchema }, (request: ById, reply) => {
    const found = desk.get(request.params.id);
    if (found === undefined) {
      throw new SilenceError('unknown', `silence ${request.params.id} not found`);
    }
    return reply.send(shown(found, clock.wall()));
  });

  app.delete(path, { schema: silenceDeleteSchema }, async (request: ById, reply) => {
    await desk.expire(request.params.id);
    return reply.code(200).send();
  });
}

function shown(silence: Silence, now: number): object {
  const { id, comment, createdBy, startsAt, endsAt, updatedAt, matchers } = silence;
  return {
    id,
    status: { state: silenceState(silence, now) },
    updatedAt: new Date(updatedAt).toISOString(),
    comment,
    createdBy,
    endsAt: new Date(endsAt).toISOString(),
    startsAt: new Date(startsAt).toISOString(),
    matchers: matchers.map(({ name, op, value }) => ({
      isEqual: op === '=' || op === '=~',
      isRegex: op === '=~' || op === '!~',
      name,
      value,
    })),
  };
}

function readDraft(body: unknown): SilenceDraft {
  const given = fields(body, 'the body');
  const startsAt = timeOf(given['startsAt'], 'startsAt');
  const endsAt = timeOf(given['endsAt'], 'endsAt');
  if (startsAt === undefined) throw new ParameterError('startsAt is required');
  if (endsAt === undefined) throw new ParameterError('endsAt is required');
  const id = given['id'] ?? '';
  return {
    ...(id !== '' && { id: text(id, 'id') }),
    matchers: items(given['matchers'], 'matchers').map((one, i) =>
      readMatcher(one, `matchers[${i}]`),
    ),
    startsAt,
    endsAt,
    createdBy: text(given['createdBy'], 'createdBy'),
    comment: text(given['comment'], 'comment'),
  };
}

function readMatcher(value: unknown, where: string): LabelMatcher {
  const given = fields(value, where);
  const name = text(given['name'], `${where}.name`);
  if (name === '') throw new ParameterError(`${where}: invalid label name ""`);
  const equal = flagOf(given['isEqual'], true, `${where}.isEqual`);
  const regex = flagOf(given['isRegex'], false, `${where}.isRegex`);
  const op: MatcherOp = regex ? (equal ? '=~' : '!~') : equal ? '=' : '!=';
  return createMatcher(name, op, text(given['value'], `${where}.value`));
}
