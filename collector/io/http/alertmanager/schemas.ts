/** The branch as OpenAPI shows it. Requests are read by hand, in Alertmanager's words. */

const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const flag = { type: 'boolean', default: true } as const;
const texts = { type: 'array', items: text } as const;
const labels = { type: 'object', additionalProperties: text } as const;

function object(properties: Readonly<Record<string, object>>, required?: readonly string[]) {
  return { type: 'object', properties, required: required ?? Object.keys(properties) } as const;
}

const list = (items: object) => ({ type: 'array', items }) as const;

function ok(description: string, schema: object): object {
  return { description, content: { 'application/json': { schema } } };
}

const refused = ok('Refused: why, as a JSON text', text);
const nothing = { description: 'Done', type: 'null' } as const;
const named = object({ name: text });

const alert = object(
  {
    labels,
    annotations: labels,
    startsAt: time,
    endsAt: time,
    updatedAt: time,
    fingerprint: text,
    receivers: list(named),
    generatorURL: text,
    status: object({
      state: { type: 'string', enum: ['unprocessed', 'active', 'suppressed'] },
      silencedBy: texts,
      inhibitedBy: texts,
      mutedBy: texts,
    }),
  },
  [
    'labels',
    'annotations',
    'startsAt',
    'endsAt',
    'updatedAt',
    'fingerprint',
    'receivers',
    'status',
  ],
);

const postable = object(
  { labels, annotations: labels, startsAt: time, endsAt: time, generatorURL: text },
  ['labels'],
);

const matcher = object({ name: text, value: text, isRegex: { type: 'boolean' }, isEqual: flag }, [
  'name',
  'value',
  'isRegex',
]);

const silenceFields = {
  matchers: list(matcher),
  startsAt: time,
  endsAt: time,
  createdBy: text,
  comment: text,
};

const silence = object({
  id: text,
  status: object({ state: { type: 'string', enum: ['expired', 'active', 'pending'] } }),
  updatedAt: time,
  ...silenceFields,
});

const filter = { ...texts, description: 'Matchers such as severity="page"; all must hold' };
const receiver = { ...text, description: 'Anchored regular expression' };
const switches = { active: flag, silenced: flag, inhibited: flag };
const byId = object({ id: text });

const schema = (summary: string, rest: object): object => ({
  tags: ['alertmanager'],
  summary,
  ...rest,
});

export const statusSchema = schema('Version, configuration without secrets, time of start', {
  response: { 200: ok('Status', { type: 'object' }) },
});

export const receiversSchema = schema('Names of all receivers', {
  response: { 200: ok('Receivers', list(named)) },
});

export const alertsSchema = schema('Firing alerts', {
  querystring: object({ ...switches, unprocessed: flag, filter, receiver }, []),
  response: { 200: ok('Alerts', list(alert)), 400: refused },
});

export const alertsPostSchema = schema('Takes alerts from outside; answers when they are durable', {
  body: list(postable),
  response: { 200: nothing, 400: refused },
});

export const alertGroupsSchema = schema('Firing alerts in the groups in which they are told', {
  querystring: object({ ...switches, filter, receiver }, []),
  response: {
    200: ok('Groups', list(object({ labels, receiver: named, alerts: list(alert) }))),
    400: refused,
  },
});

export const silencesSchema = schema('Silences: active, pending, expired', {
  querystring: object({ filter }, []),
  response: { 200: ok('Silences', list(silence)), 400: refused },
});

export const silencesPostSchema = schema('Makes a silence, or changes the one with this id', {
  body: object({ id: text, ...silenceFields }, Object.keys(silenceFields)),
  response: { 200: ok('Its id', object({ silenceID: text })), 400: refused, 404: refused },
});

export const silenceGetSchema = schema('One silence', {
  params: byId,
  response: { 200: ok('The silence', silence), 404: refused },
});

export const silenceDeleteSchema = schema('Ends a silence', {
  params: byId,
  response: { 200: nothing, 404: refused, 500: refused },
});
