/** Layers of configuration, and what they come to for one device. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FleetView, LayerDraft, Signed } from '../../../ports/fleet-desk.ts';
import { API } from '../deps.ts';
import {
  answer,
  anyObject,
  asked,
  by,
  comment,
  differences,
  gone,
  input,
  limit,
  list,
  ms,
  object,
  selector,
  share,
  text,
  whole,
} from './deps.ts';

const layer = object(
  {
    id: text,
    version: whole,
    at: ms,
    by: text,
    comment: text,
    config: anyObject,
    selector: text,
    priority: whole,
    share,
    before: { ...anyObject, description: 'What devices outside of the share have' },
    enabled: { type: 'boolean' },
    deleted: { type: 'boolean' },
  },
  ['id', 'version', 'at', 'by', 'comment', 'config', 'priority', 'share', 'before', 'enabled'],
);

const tags = ['configuration'];
const who = input({ by: { ...by, default: 'api' }, comment });

const schemas = {
  list: {
    tags,
    summary: 'All layers',
    response: answer('Layers', object({ layers: list(layer) })),
  },
  get: { tags, summary: 'One layer', response: answer('The layer', layer) },
  put: {
    tags,
    summary: 'Sets a layer: fleet, site:<site>, selector:<name> or device:<id>',
    body: input(
      {
        config: { ...anyObject, description: 'Keys as in the file of the agent' },
        selector,
        priority: { ...whole, description: 'Among selectors: higher lies over lower' },
        share,
        enabled: { type: 'boolean', default: true },
        by,
        comment,
      },
      ['config', 'by'],
    ),
    response: answer('The new version', layer),
  },
  delete: {
    tags,
    summary: 'Takes a layer away; its history stays',
    querystring: who,
    response: gone,
  },
  history: {
    tags,
    summary: 'Versions of a layer, newest first, the last 200',
    response: answer('Versions', object({ versions: list(layer) })),
  },
  diff: {
    tags,
    summary: 'What differs between two versions of a layer',
    querystring: input({ from: whole, to: whole }, ['from', 'to']),
    response: answer('Differences', object({ differences })),
  },
  revert: {
    tags,
    summary: 'A new version with the content of an earlier one',
    body: input({ version: whole, by, comment }, ['version', 'by']),
    response: answer('The new version', layer),
  },
  desired: {
    tags,
    summary: 'What is wanted of a device, from which layers, and what the device says to it',
    response: answer('Desired and reported', {
      ...object({ device: text, state: text, version: whole, issuedAt: ms, config: anyObject }),
      additionalProperties: true,
    }),
  },
  summary: {
    tags,
    summary: 'How many devices have what is wanted of them, and which refused or took it back',
    querystring: input({ limit: { ...limit, default: 100 } }),
    response: answer(
      'Counts and troubled devices',
      object({ counts: anyObject, troubled: list({}) }),
    ),
  },
};

type ById = FastifyRequest<{ Params: { id: string } }>;
const query = <T>(request: FastifyRequest): T => request.query as T;

export function layers(app: FastifyInstance, fleet: FleetView): void {
  const path = `${API}/layers`;
  const one = `${path}/:id`;

  app.get(path, { schema: schemas.list }, (_request, reply) =>
    reply.send({ layers: fleet.layers() }),
  );

  app.get(one, { schema: schemas.get }, async (request: ById, reply) =>
    reply.send(await asked(() => fleet.layer(request.params.id))),
  );

  app.put(one, { schema: schemas.put }, async (request: ById, reply) => {
    const draft = request.body as LayerDraft;
    return reply.send(await asked(() => fleet.putLayer(request.params.id, draft)));
  });

  app.delete(one, { schema: schemas.delete }, async (request: ById, reply) => {
    await asked(() => fleet.deleteLayer(request.params.id, query<Signed>(request)));
    return reply.code(204).send();
  });

  app.get(`${one}/history`, { schema: schemas.history }, async (request: ById, reply) =>
    reply.send({ versions: await asked(() => fleet.layerHistory(request.params.id)) }),
  );

  app.get(`${one}/diff`, { schema: schemas.diff }, async (request: ById, reply) => {
    const { from, to } = query<{ from: number; to: number }>(request);
    return reply.send({
      differences: await asked(() => fleet.layerDiff(request.params.id, from, to)),
    });
  });

  app.post(`${one}/revert`, { schema: schemas.revert }, async (request: ById, reply) => {
    const { version, ...rest } = request.body as Signed & { version: number };
    return reply.send(await asked(() => fleet.revertLayer(request.params.id, version, rest)));
  });

  app.get(`${API}/devices/:id/desired`, { schema: schemas.desired }, async (request: ById, reply) =>
    reply.send(await asked(() => fleet.desired(request.params.id))),
  );

  app.get(`${API}/desired`, { schema: schemas.summary }, async (request, reply) =>
    reply.send(await fleet.desiredSummary(query<{ limit: number }>(request).limit)),
  );
}
