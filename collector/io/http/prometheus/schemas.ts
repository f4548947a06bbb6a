/** What /docs says of Prometheus' endpoints; nothing here checks (see routes.ts). */

const text = { type: 'string' } as const;
const match = { type: 'array', items: text, description: 'A plain series selector' };
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

const query = {
  ...text,
  description: 'A plain selector: name{label="value"}, with offset and @; PromQL follows',
};
const common = { timeout: duration, limit, lookback_delta: duration };

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
export const metadataSchema = schema('Types and units of metrics', { metric: text, limit });
export const buildinfoSchema = schema('Which API is spoken, and by what');
export const rulesSchema = schema('Rules: none yet');
export const alertsSchema = schema('Alerts: none yet');
