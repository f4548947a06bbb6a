/** What the routes of the fleet's wishes share: parts of schemas, and how refusals become the API's. */
import { ApiError } from '../../../core/api-errors.ts';
import { parseDuration } from '../../../core/query/duration.ts';
import { FleetError } from '../../../ports/fleet-desk.ts';

/** Resolves as `work` does; a refusal is told as one of the API. */
export async function asked<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FleetError)) throw error;
    throw new ApiError(error.code === 'unknown' ? 'not-found' : 'bad-request', error.message);
  }
}

export const text = { type: 'string' } as const;
export const whole = { type: 'integer' } as const;
export const ms = { type: 'number', description: 'UTC milliseconds' } as const;
export const by = { type: 'string', minLength: 1, maxLength: 128, description: 'Who' } as const;
export const comment = {
  type: 'string',
  maxLength: 2000,
  default: '',
  description: 'Why',
} as const;
export const selector = {
  type: 'string',
  minLength: 1,
  description: 'e.g. site=berlin,ring in (canary,early),!legacy; all; or one device',
} as const;
export const share = {
  type: 'number',
  minimum: 0,
  maximum: 100,
  default: 100,
  description: 'Percent of the devices; who is in stays in as it grows',
} as const;
export const limit = { type: 'integer', minimum: 1, maximum: 100_000 } as const;

export function object(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = Object.keys(properties),
): object {
  return { type: 'object', properties, required };
}

/** What comes in: keys that are not listed are refused. */
export function input(
  properties: Readonly<Record<string, object>>,
  required: readonly string[] = [],
): object {
  return { type: 'object', additionalProperties: false, properties, required };
}

export function list(items: object): object {
  return { type: 'array', items };
}

const problem = {
  description: 'Refused (RFC 9457); `code` is stable',
  content: {
    'application/problem+json': {
      schema: object({ type: text, title: text, status: whole, detail: text, code: text }),
    },
  },
};

export const problems = { 400: problem, 404: problem } as const;

export function answer(description: string, schema: object): object {
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...problems,
  };
}

export const gone = { 204: { type: 'null', description: 'Done' }, 404: problem };

/** e.g. `2h`, above nothing and up to `most`. */
export function spanOf(name: string, given: string, most: number): number {
  const length = parseDuration(given);
  if (length !== undefined && length > 0 && length <= most) return length;
  const detail = `${name}: ${JSON.stringify(given)} is not a duration up to ${most / 86_400_000}d, e.g. 2h`;
  throw new ApiError('bad-request', detail);
}

const difference = object(
  { path: text, change: { enum: ['added', 'removed', 'changed'] }, before: {}, after: {} },
  ['path', 'change'],
);
export const differences = list(difference);
export const anyObject = { type: 'object', additionalProperties: true } as const;
