/** JSON Schemas of requests and answers: checked on the way in, shown at /docs. */
import { healthSchema as deviceHealth, reportedSchema } from './device-shapes.ts';
import { deviceSchema, deviceSummarySchema, gapSchema } from './shapes.ts';

const text = { type: 'string' } as const;
const texts = { type: 'array', items: text } as const;

function object(
  properties: Readonly<Record<string, object>>,
  required?: readonly string[],
): object {
  return { type: 'object', properties, required: required ?? Object.keys(properties) };
}

function ok(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema } } };
}

const problem = {
  description: 'Refused (RFC 9457); `code` is stable',
  content: {
    'application/problem+json': {
      schema: object({
        type: text,
        title: text,
        status: { type: 'integer' },
        detail: text,
        code: text,
      }),
    },
  },
};

/** Query parameters of the API's own branch: what is not listed is refused. */
function query(properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, additionalProperties: false };
}

const idParams = object({ id: { type: 'string', maxLength: 128 } });
const limit = { type: 'integer', minimum: 1, maximum: 100_000 };

export const devicesSchema = {
  tags: ['devices'],
  summary: 'Devices, in order of id',
  querystring: query({
    site: text,
    up: { type: 'string', enum: ['true', 'false', 'unknown'] },
    health: { type: 'string', enum: ['healthy', 'degraded', 'unhealthy', 'unknown'] },
    label: { ...texts, description: '`name=value`, or `name` for any value; all must hold' },
    after: { ...text, description: 'Only ids after this one: the last of the page before' },
    limit: { ...limit, default: 1000 },
  }),
  response: {
    200: ok(
      'One page',
      object({
        devices: { type: 'array', items: deviceSummarySchema },
        total: { type: 'integer' },
      }),
    ),
    400: problem,
  },
};

export const deviceGetSchema = {
  tags: ['devices'],
  summary: 'All that is known of one device',
  params: idParams,
  response: { 200: ok('The device', deviceSchema), 404: problem },
};

export const deviceForgetSchema = {
  tags: ['devices'],
  summary: 'Forgets a device: ends its series and clears its retained topics',
  params: idParams,
  response: { 204: { type: 'null', description: 'Forgotten' }, 404: problem },
};

export const gapsSchema = {
  tags: ['devices'],
  summary: 'Intervals of which samples are missing, oldest first, each with its cause',
  params: idParams,
  response: {
    200: ok('Gaps', object({ gaps: { type: 'array', items: gapSchema } })),
    404: problem,
  },
};

export const deviceHealthSchema = {
  tags: ['devices'],
  summary: 'What the device found when it last checked itself',
  params: idParams,
  response: { 200: ok('Its health', deviceHealth), 404: problem },
};

export const deviceReportedSchema = {
  tags: ['devices'],
  summary: 'What the device says that it runs',
  params: idParams,
  response: { 200: ok('What it reported', reportedSchema), 404: problem },
};

const entry = {
  id: text,
  topic: text,
  receivedAt: { type: 'number' },
  reason: text,
  bytes: { type: 'integer' },
};

export const quarantineListSchema = {
  tags: ['quarantine'],
  summary: 'Messages that could not be decoded, newest first',
  querystring: query({ limit: { ...limit, default: 100 } }),
  response: {
    200: ok('Entries', object({ entries: { type: 'array', items: object(entry) } })),
    400: problem,
  },
};

export const quarantineGetSchema = {
  tags: ['quarantine'],
  summary: 'One such message with its bytes, in hexadecimal',
  params: idParams,
  response: { 200: ok('The entry', object({ ...entry, payload: text })), 404: problem },
};

export const streamSchema = {
  tags: ['live'],
  summary: 'What happens, as it happens (Server-Sent Events)',
  description:
    'Events are named by their kind; `data` is {kind, device, site, at, data}. Numbers that JSON ' +
    'lacks are the texts NaN, +Inf and -Inf. Nothing is sent again: `Last-Event-ID` is ignored.',
  querystring: query({
    device: { ...texts, description: 'Only these devices' },
    kind: { type: 'array', items: { type: 'string', enum: ['state', 'sample', 'gap', 'event'] } },
    match: { ...texts, description: 'Samples of series that one of these selectors matches' },
  }),
  response: {
    200: { description: 'Events', content: { 'text/event-stream': { schema: text } } },
    400: problem,
    503: problem,
  },
};

const component = object({
  name: text,
  status: { type: 'string', enum: ['healthy', 'degraded', 'unhealthy'] },
  detail: text,
});
const health = object({
  status: { type: 'string', enum: ['healthy', 'degraded', 'unhealthy'] },
  ready: { type: 'boolean' },
  reasons: texts,
  components: { type: 'array', items: component },
  startedAt: { type: 'number' },
  version: text,
  revision: text,
});

export const healthSchema = {
  tags: ['health'],
  summary: 'How the collector and its parts do',
  response: { 200: ok('Healthy or degraded', health), 503: ok('Unhealthy', health) },
};

export function textSchema(summary: string): object {
  const answer = { description: summary, content: { 'text/plain': { schema: text } } };
  return { tags: ['health'], summary, response: { 200: answer } };
}
