/** Rollouts over HTTP. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ACTIONS, type Action, type Order } from '../../core/rollouts/actions.ts';
import { DEVICE_STATES } from '../../core/rollouts/device-table.ts';
import { REASON_NAMES } from '../../core/rollouts/reasons.ts';
import { ROLLOUT_STATES } from '../../core/rollouts/rollout-table.ts';
import type { DeviceQuery, RolloutDesk, RolloutQuery, Starting } from '../../ports/rollouts.ts';
import { API, type HttpPart } from './deps.ts';
import {
  answer,
  anyObject,
  asked,
  by,
  comment,
  input,
  limit,
  list,
  object,
  text,
} from './fleet/deps.ts';

const tags = ['rollouts'];
const file = { ...text, minLength: 1, maxLength: 65_536, description: 'A rollout file (YAML)' };
const to = list(input({ name: text, version: text }, ['name', 'version']));

const schemas = {
  list: {
    tags,
    summary: 'Rollouts, the newest first',
    querystring: input({
      state: { type: 'string', enum: [...ROLLOUT_STATES] },
      device: { ...text, description: 'Only those that have this device; `device` is its line' },
      before: { ...text, description: 'Only those after this one: the last of the page before' },
      limit: { ...limit, default: 100 },
    }),
    response: answer('Rollouts', object({ rollouts: list(anyObject) })),
  },
  start: {
    tags,
    summary: 'Starts a rollout',
    body: input({ file, by, comment }, ['file', 'by']),
    response: answer('The rollout', anyObject),
  },
  dryRun: {
    tags,
    summary: 'Who would get it, and who not, and why',
    body: input({ file, limit: { ...limit, default: 100 } }, ['file']),
    response: answer('Stages and hindrances', anyObject),
  },
  statistics: { tags, summary: 'Over all rollouts', response: answer('Counts', anyObject) },
  get: { tags, summary: 'One rollout', response: answer('The rollout', anyObject) },
  devices: {
    tags,
    summary: 'Its devices in order of id; each that is not updated has one reason',
    querystring: input({
      state: { type: 'string', enum: [...DEVICE_STATES] },
      reason: { type: 'string', enum: [...REASON_NAMES] },
      after: { ...text, default: '' },
      limit: { ...limit, default: 1000 },
    }),
    response: answer('Devices', object({ devices: list(anyObject) })),
  },
  act: {
    tags,
    summary: 'pause, resume, abort, approve, retry or rollback',
    body: input(
      {
        ...{ by, comment },
        stage: { ...text, description: 'Of approve: which stage' },
        to: { ...to, description: 'Of rollback: instead of what each device had' },
      },
      ['by'],
    ),
    response: answer('The rollout', anyObject),
  },
  report: {
    tags,
    summary: 'A report of it',
    querystring: input({ format: { type: 'string', enum: ['html', 'json'], default: 'html' } }),
    response: {
      200: {
        description: 'The report',
        content: { 'text/html': { schema: text }, 'application/json': { schema: anyObject } },
      },
    },
  },
};

type ById = FastifyRequest<{ Params: { id: string } }>;
/** All of them, in one answer. */
const EVERYTHING = { after: '', limit: Number.MAX_SAFE_INTEGER } as const;

export function rollouts(desk: RolloutDesk): HttpPart {
  return async (app: FastifyInstance) => {
    looking(app, desk);
    changing(app, desk);
  };
}

function looking(app: FastifyInstance, desk: RolloutDesk): void {
  const path = `${API}/rollouts`;
  app.get(path, { schema: schemas.list }, async (request, reply) => {
    const { device, ...query } = request.query as RolloutQuery & { readonly device?: string };
    const found = device === undefined ? desk.list(query) : desk.listOf(device, query);
    return reply.send({ rollouts: await found });
  });

  app.get(`${path}/statistics`, { schema: schemas.statistics }, (_request, reply) =>
    reply.send(desk.statistics()),
  );

  app.get(`${path}/:id`, { schema: schemas.get }, async (request: ById, reply) =>
    reply.send(await asked(() => desk.get(request.params.id))),
  );

  app.get(`${path}/:id/devices`, { schema: schemas.devices }, async (request: ById, reply) => {
    const query = request.query as DeviceQuery;
    return reply.send({ devices: await asked(() => desk.devices(request.params.id, query)) });
  });

  app.get(`${path}/:id/report`, { schema: schemas.report }, async (request: ById, reply) => {
    const { id } = request.params;
    const { format } = request.query as { format: 'html' | 'json' };
    if (format === 'html') {
      const page = await asked(() => desk.report(id));
      // It holds texts of devices: nothing in it may run.
      void reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'");
      return reply.type('text/html; charset=utf-8').serializer(String).send(page);
    }
    const rollout = await asked(() => desk.get(id));
    const devices = await asked(() => desk.devices(id, EVERYTHING));
    return reply.send({ ...rollout, devices });
  });
}

function changing(app: FastifyInstance, desk: RolloutDesk): void {
  const path = `${API}/rollouts`;
  app.post(path, { schema: schemas.start }, async (request, reply) =>
    reply.send(await asked(() => desk.start(request.body as Starting))),
  );

  app.post(`${path}/dry-run`, { schema: schemas.dryRun }, async (request, reply) => {
    const body = request.body as { file: string; limit: number };
    return reply.send(await asked(() => desk.dryRun(body.file, body.limit)));
  });

  for (const action of ACTIONS) {
    app.post(`${path}/:id/${action}`, { schema: schemas.act }, async (request: ById, reply) =>
      reply.send(await asked(() => desk.act(request.params.id, orderOf(action, request.body)))),
    );
  }
}

function orderOf(action: Action, body: unknown): Order {
  return { ...(body as Omit<Order, 'action'>), action };
}
