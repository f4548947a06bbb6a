/** What /docs says of Prometheus' endpoints; nothing here checks (see routes.ts). */

const text = { type: 'string' } as const;
const match = { type: 'array', items: text, description: 'A series selector' };
const time = { ...text, description: 'Unix seconds or RFC 3339' };
const duration = { ...text, description: 'Seconds, or a duration such as 30s' };
const limit = { ...text, description: 'Largest number of series or items; 0 for no limit' };

const envelope = {
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['success', 'error'] },
    data: {},
    errorType: text,
    error: text,
    warnings: { type: 'array', items: text },
    infos: { type: 'array', items: text },
  },
  required: ['status'],
};

function schema(summary: string, querystring: Readonly<Record<string, object>> = {}): object {
  const answer = (description: string): object => ({
    description,
    content: { 'application/json': { schema: envelope } },
  });
  return {
    tags: ['prometheus'],
    summary,
    querystring: { type: 'object', properties: querystring },
    response: { 200: answer('Prometheus’ envelope'), '4xx': answer('Refused, with `errorType`') },
  };
}

const query = { ...text, description: 'A PromQL expression' };
const stats = { ...text, description: 'Any value: the answer says what it has cost' };
const common = { timeout: duration, limit, lookback_delta: duration, stats };

export const instantSchema = schema('Evaluates at one instant', { query, time, ...common });
export const rangeSchema = schema('Evaluates at the steps of a range', {
  query,
  start: time,
  end: time,
  step: duration,
  ...common,
});
export const seriesSchema = schema('Series that match', {
  'match[]': match,
  start: time,
  end: time,
  limit,
});
export const labelsSchema = schema('Names of labels', {
  'match[]': match,
  start: time,
  end: time,
  limit,
});
export const labelValuesSchema = schema('Values of one label', {
  'match[]': match,
  start: time,
  end: time,
  limit,
});
export const metadataSchema = schema('Types, units and help of metrics', {
  metric: text,
  limit,
  limit_per_metric: limit,
});
export const formatSchema = schema('The expression, laid out', { query });
export const parseSchema = schema('The expression’s tree', { query });
export const exemplarsSchema = schema('Exemplars: there are none', {
  query,
  start: time,
  end: time,
});
export const targetsSchema = schema('Devices, as targets', { state: text, scrapePool: text });
export const runtimeinfoSchema = schema('How the server runs');
export const flagsSchema = schema('Settings of queries and storage, by Prometheus’ names');
export const configSchema = schema('The running configuration, without secrets');
export const tsdbSchema = schema('Which metrics and labels have the most series', { limit });
export const alertmanagersSchema = schema('Alertmanagers: none, notifications are made here');
export const writeSchema = {
  tags: ['prometheus'],
  summary: 'Remote write 1.0: a snappy-compressed prometheus.WriteRequest',
  consumes: ['application/x-protobuf'],
  response: {
    204: { description: 'Stored, on disk' },
    '4xx': {
      description: 'Something was not stored, and must not be sent again',
      content: { 'application/json': { schema: envelope } },
    },
    '5xx': {
      description: 'Nothing was stored: send it again',
      content: { 'application/json': { schema: envelope } },
    },
  },
};
export const buildinfoSchema = schema('Which API is spoken, and by what');
