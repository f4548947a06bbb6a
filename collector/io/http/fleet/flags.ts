/** Feature flags. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ON_FAILURE, type OnFailure } from '../../../core/fleet/flag-plan.ts';
import type { FlagRule } from '../../../core/fleet/flags.ts';
import { FLAG_TYPES } from '../../../core/fleet/flags.ts';
import type { FlagDraft, FleetView, Signed } from '../../../ports/fleet-desk.ts';
import { API } from '../deps.ts';
import {
  answer,
  anyObject,
  asked,
  by,
  comment,
  gone,
  input,
  list,
  ms,
  object,
  selector,
  share,
  spanOf,
  text,
  whole,
} from './deps.ts';

/** Without a type: fastify would make a number of a text that looks like one. */
const value = { description: 'Of the type of the flag' };
const type = { type: 'string', enum: [...FLAG_TYPES] };
const rule = { ...object({ selector: text, value, share }) };
const shape = {
  ...{ name: text, version: whole, at: ms, by: text, comment: text, type, description: text },
  ...{ default: value, off: value, killed: { type: 'boolean' }, rules: list(rule) },
};
const flag = {
  ...object({ ...shape, plan: anyObject, deleted: { type: 'boolean' } }, Object.keys(shape)),
};

const tags = ['flags'];
const MONTH_MS = 30 * 86_400_000;

const planInput = input(
  {
    rule: { ...whole, minimum: 0, default: 0, description: 'Position of the rule it moves' },
    steps: {
      type: 'array',
      items: input({ share, for: { ...text, description: 'e.g. 1h, until the next' } }, ['share']),
    },
    maxUnhealthy: { type: 'number', minimum: 0, maximum: 100, default: 5 },
    onFailure: {
      ...{ type: 'string', enum: [...ON_FAILURE], default: 'pause' },
      description: 'pause: who has the value keeps it; off: the share goes to 0',
    },
  },
  ['steps'],
);

const schemas = {
  list: { tags, summary: 'All flags', response: answer('Flags', object({ flags: list(flag) })) },
  get: { tags, summary: 'One flag', response: answer('The flag', flag) },
  put: {
    tags,
    summary: 'Sets a flag',
    description: 'A plan moves the share of one rule step by step, from the moment it is set.',
    body: input(
      {
        type,
        description: { ...text, default: '' },
        default: { ...value, description: 'For devices that no rule takes' },
        off: { ...value, description: 'For all while it is killed; absent: the default' },
        rules: {
          type: 'array',
          default: [],
          items: input({ selector, value, share }, ['selector', 'value']),
        },
        plan: planInput,
        by,
        comment,
      },
      ['type', 'default', 'by'],
    ),
    response: answer('The new version', flag),
  },
  delete: {
    tags,
    summary: 'Takes a flag away; its history stays',
    querystring: input({ by: { ...by, default: 'api' }, comment }),
    response: gone,
  },
  history: {
    tags,
    summary: 'Versions of a flag, newest first, the last 200',
    response: answer('Versions', object({ versions: list(flag) })),
  },
  kill: {
    tags,
    summary: 'The off value for all devices at once, or the end of that',
    body: input({ killed: { type: 'boolean', default: true }, by, comment }, ['by']),
    response: answer('The new version', flag),
  },
  share: {
    tags,
    summary: 'Sets the share of one rule; a plan that moves it stops',
    body: input({ rule: { ...whole, minimum: 0, default: 0 }, share, by, comment }, [
      'share',
      'by',
    ]),
    response: answer('The new version', flag),
  },
  evaluate: {
    tags,
    summary: 'The value for one device and why, or how many devices have which value',
    querystring: input({ device: text }),
    response: answer('One device or all', anyObject),
  },
};

type ByName = FastifyRequest<{ Params: { name: string } }>;

interface Body extends Omit<FlagDraft, 'plan' | 'off' | 'rules'> {
  readonly off?: FlagDraft['off'];
  readonly rules: readonly FlagRule[];
  readonly plan?: {
    readonly rule: number;
    readonly steps: readonly { readonly share: number; readonly for?: string }[];
    readonly maxUnhealthy: number;
    readonly onFailure: OnFailure;
  };
}

export function flags(app: FastifyInstance, fleet: FleetView): void {
  const path = `${API}/flags`;
  const one = `${path}/:name`;

  app.get(path, { schema: schemas.list }, (_request, reply) =>
    reply.send({ flags: fleet.flags() }),
  );

  app.get(one, { schema: schemas.get }, async (request: ByName, reply) =>
    reply.send(await asked(() => fleet.flag(request.params.name))),
  );

  app.put(one, { schema: schemas.put }, async (request: ByName, reply) => {
    const draft = draftOf(request.body as Body);
    return reply.send(await asked(() => fleet.putFlag(request.params.name, draft)));
  });

  app.delete(one, { schema: schemas.delete }, async (request: ByName, reply) => {
    await asked(() => fleet.deleteFlag(request.params.name, request.query as Signed));
    return reply.code(204).send();
  });

  app.get(`${one}/history`, { schema: schemas.history }, async (request: ByName, reply) =>
    reply.send({ versions: await asked(() => fleet.flagHistory(request.params.name)) }),
  );

  app.post(`${one}/kill`, { schema: schemas.kill }, async (request: ByName, reply) => {
    const { killed, ...who } = request.body as Signed & { killed: boolean };
    return reply.send(await asked(() => fleet.killFlag(request.params.name, killed, who)));
  });

  app.post(`${one}/share`, { schema: schemas.share }, async (request: ByName, reply) => {
    const {
      rule,
      share: percent,
      ...who
    } = request.body as Signed & { rule: number; share: number };
    const { name } = request.params;
    return reply.send(await asked(() => fleet.shareFlag(name, rule, percent, who)));
  });

  app.get(`${one}/evaluate`, { schema: schemas.evaluate }, async (request: ByName, reply) => {
    const { device } = request.query as { device?: string };
    const { name } = request.params;
    if (device !== undefined)
      return reply.send(await asked(() => fleet.evaluateFlag(name, device)));
    return reply.send({ values: await asked(() => fleet.flagCounts(name)) });
  });
}

function draftOf({ plan, off, ...rest }: Body): FlagDraft {
  const draft = { ...rest, off: off ?? rest.default };
  if (plan === undefined) return draft;
  const steps = plan.steps.map(({ share: percent, for: length }, index) => ({
    share: percent,
    forMs: length === undefined ? 0 : spanOf(`plan.steps[${index}].for`, length, MONTH_MS),
  }));
  return { ...draft, plan: { ...plan, steps } };
}
