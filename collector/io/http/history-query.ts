/** What questions about history have in common: a stretch of time, a page, a device. */
import { ApiError } from '../../core/api-errors.ts';
import { parseTime } from '../../core/query/duration.ts';
import type { HistoryQuery } from '../../ports/fleet.ts';

/** As the address has it: times are texts. */
export interface StretchParams {
  readonly device?: string;
  readonly since?: string;
  readonly until?: string;
  readonly cursor?: string;
  readonly limit: number;
}

const text = { type: 'string' } as const;
const CURSOR = '^\\d{14}/[a-z0-9-]{1,63}/[a-z0-9-]{1,63}$';

export const stretchProperties = {
  device: { ...text, description: 'Only of this device' },
  since: { ...text, description: 'RFC 3339 or Unix seconds' },
  until: { ...text, description: 'RFC 3339 or Unix seconds' },
  limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
} as const;

export const cursorProperty = {
  cursor: { ...text, pattern: CURSOR, description: '`next` of the page before' },
} as const;

export function readStretch(params: StretchParams): HistoryQuery {
  const { device, since, until, cursor, limit } = params;
  return {
    limit,
    ...(device !== undefined && { device }),
    ...(since !== undefined && { since: readTime('since', since) }),
    ...(until !== undefined && { until: readTime('until', until) }),
    ...(cursor !== undefined && { cursor }),
  };
}

function readTime(name: string, written: string): number {
  const time = parseTime(written);
  if (time !== undefined) return time;
  const detail = `${name}: ${JSON.stringify(written)} is not a time: give RFC 3339 or Unix seconds`;
  throw new ApiError('bad-request', detail);
}

/** An answer's schema: so many entries, and where the next page begins. */
export function pageSchema(name: string, entry: object): object {
  return {
    type: 'object',
    required: [name],
    properties: {
      [name]: { type: 'array', items: entry },
      next: { ...text, description: 'Absent on the last page' },
    },
    additionalProperties: false,
  };
}

export function answers(description: string, schema: object): object {
  const problem = {
    description: 'Refused (RFC 9457)',
    content: { 'application/problem+json': { schema: { type: 'object' } } },
  };
  return {
    200: { description, content: { 'application/json': { schema } } },
    400: problem,
  };
}
