/** Commands for selected devices, and tasks, which are run by one. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { TARGET_STATES, type TargetState } from '../../../core/fleet/command.ts';
import type { FleetView, Signed } from '../../../ports/fleet-desk.ts';
import { API } from '../deps.ts';
import {
  answer,
  anyObject,
  asked,
  by,
  comment,
  input,
  limit,
  list,
  ms,
  object,
  selector,
  spanOf,
  text,
  whole,
} from './deps.ts';

const LONGEST_MS = 30 * 86_400_000;

const counts = object(Object.fromEntries(TARGET_STATES.map((state) => [state, whole])));
const fields = {
  ...{ id: text, selector: text, name: text, args: anyObject, by: text, comment: text },
  ...{ issuedAt: ms, deadline: ms, endedAt: ms, cancelledBy: text, total: whole, counts },
};
const target = object({
  ...{ device: text, state: { enum: [...TARGET_STATES] }, attempts: whole, sentAt: ms },
  ...{ endedAt: ms, text, part: whole },
});
const command = object({ ...fields, successRate: { type: 'number' }, target }, Object.keys(fields));

const deadline = { ...text, description: 'How long it holds, e.g. 10m; up to 30d' };
const tags = ['commands'];

const schemas = {
  preview: {
    tags,
    summary: 'Which devices a selector means',
    querystring: input({ selector, limit: { ...limit, default: 100 } }, ['selector']),
    response: answer('Devices, in order of id', object({ total: whole, devices: list(text) })),
  },
  post: {
    tags,
    summary: 'Sends one command to all devices that a selector means now',
    description:
      'It is durable for each device when this answers, and reaches those that are away.',
    body: input(
      {
        selector,
        name: { ...text, minLength: 1, description: 'e.g. ping, run-check, run-task, reboot' },
        args: { type: 'object', default: {}, additionalProperties: text },
        deadline: { ...deadline, default: '10m' },
        by,
        comment,
      },
      ['selector', 'name', 'by'],
    ),
    response: answer('What was made', command),
  },
  list: {
    tags,
    summary: 'Commands, newest first; those that are over are kept for 30 days',
    querystring: input({
      limit: { ...limit, default: 100 },
      device: { ...text, description: 'Only those that went to this device, with its `target`' },
    }),
    response: answer('Commands', object({ commands: list(command) })),
  },
  get: {
    tags,
    summary: 'One command: how many devices are how far',
    response: answer('The command', command),
  },
  devices: {
    tags,
    summary: 'How far each device is, in order of id',
    querystring: input({
      state: { ...text, enum: [...TARGET_STATES] },
      after: { ...text, default: '', description: 'Only ids after this one' },
      limit: { ...limit, default: 1000 },
    }),
    response: answer('Devices', object({ devices: list(target) })),
  },
  output: {
    tags,
    summary: 'What a command put out on one device, so far',
    response: answer('Output', object({ output: text })),
  },
  cancel: {
    tags,
    summary: 'Takes it back from devices that have not begun',
    body: input({ by }, ['by']),
    response: answer('The command', command),
  },
};

const run = object({ device: text, run: text, state: text, startedAt: ms, text }, []);
const taskSchemas = {
  list: {
    tags: ['tasks'],
    summary: 'Tasks that devices declare, and their runs of the last 7 days',
    response: answer('Tasks', object({ tasks: list(object({ task: text, devices: whole })) })),
  },
  history: {
    tags: ['tasks'],
    summary: 'Runs of one task, newest first',
    querystring: input({ device: text, limit: { ...limit, maximum: 1000, default: 100 } }),
    response: answer('Runs', object({ runs: list(run) })),
  },
  run: {
    tags: ['tasks'],
    summary:
      'Runs a declared task on selected devices; those that are away run it when they return',
    body: input(
      {
        selector,
        task: { ...text, minLength: 1 },
        dryRun: { type: 'boolean', default: false },
        deadline: { ...deadline, default: '1d' },
        by,
        comment,
      },
      ['selector', 'task', 'by'],
    ),
    response: answer('The command that does it', command),
  },
};

type ById = FastifyRequest<{ Params: { id: string } }>;
type Ordered = Signed & { readonly selector: string; readonly deadline: string };

export function commands(app: FastifyInstance, fleet: FleetView): void {
  const path = `${API}/commands`;
  const one = `${path}/:id`;

  app.get(`${API}/selectors/preview`, { schema: schemas.preview }, async (request, reply) => {
    const { selector: wanted, limit: most } = request.query as { selector: string; limit: number };
    return reply.send(await asked(() => fleet.preview(wanted, most)));
  });

  app.post(path, { schema: schemas.post }, async (request, reply) => {
    type Body = Ordered & {
      readonly name: string;
      readonly args: Readonly<Record<string, string>>;
    };
    const { deadline: length, ...rest } = request.body as Body;
    const forMs = spanOf('deadline', length, LONGEST_MS);
    return reply.send(await asked(() => fleet.send({ ...rest, forMs })));
  });

  app.get(path, { schema: schemas.list }, async (request, reply) => {
    const { limit: most, device } = request.query as { limit: number; device?: string };
    const found = device === undefined ? fleet.commands(most) : fleet.commandsOf(device, most);
    return reply.send({ commands: await found });
  });

  app.get(one, { schema: schemas.get }, async (request: ById, reply) =>
    reply.send(await asked(() => fleet.command(request.params.id))),
  );

  app.get(`${one}/devices`, { schema: schemas.devices }, async (request: ById, reply) => {
    const query = request.query as { state?: TargetState; after: string; limit: number };
    return reply.send({ devices: await asked(() => fleet.targets(request.params.id, query)) });
  });

  type OfDevice = FastifyRequest<{ Params: { id: string; device: string } }>;
  const output = `${one}/devices/:device/output`;
  app.get(output, { schema: schemas.output }, async (request: OfDevice, reply) => {
    const { id, device } = request.params;
    return reply.send({ output: await asked(() => fleet.output(id, device)) });
  });

  app.post(`${one}/cancel`, { schema: schemas.cancel }, async (request: ById, reply) => {
    const { by: who } = request.body as { by: string };
    return reply.send(await asked(() => fleet.cancelCommand(request.params.id, who)));
  });
}

export function tasks(app: FastifyInstance, fleet: FleetView): void {
  const path = `${API}/tasks`;

  app.get(path, { schema: taskSchemas.list }, async (_request, reply) =>
    reply.send({ tasks: await fleet.tasks() }),
  );

  type ByTask = FastifyRequest<{ Params: { task: string } }>;
  app.get(`${path}/:task`, { schema: taskSchemas.history }, async (request: ByTask, reply) => {
    const { device, limit: most } = request.query as { device?: string; limit: number };
    return reply.send({ runs: await fleet.taskRuns(request.params.task, device, most) });
  });

  app.post(`${path}/run`, { schema: taskSchemas.run }, async (request, reply) => {
    type Body = Ordered & { readonly task: string; readonly dryRun: boolean };
    const { deadline: length, task, dryRun, ...rest } = request.body as Body;
    const forMs = spanOf('deadline', length, LONGEST_MS);
    const args = { task, ...(dryRun ? { dryRun: 'true' } : {}) };
    return reply.send(await asked(() => fleet.send({ ...rest, name: 'run-task', args, forMs })));
  });
}
