/** What the routes of on-call are built from, and how their refusals become the API's. */
import { ApiError } from '../../../core/api-errors.ts';
import { parseTime } from '../../../core/query/duration.ts';
import { OnCallError, type OnCallView } from '../../../ports/oncall.ts';
import type { Clock } from '../../../ports.ts';

export interface OnCallHttp {
  readonly clock: Clock;
  readonly oncall: OnCallView;
}

/** Resolves as `work` does; a refusal of on-call is told as one of the API. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OnCallError)) throw error;
    throw new ApiError(error.code === 'unknown' ? 'not-found' : 'bad-request', error.message);
  }
}

export function timeOf(name: string, text: string): number {
  const time = parseTime(text);
  if (time !== undefined) return time;
  const detail = `${name}: ${JSON.stringify(text)} is not a time: give RFC 3339 or Unix seconds`;
  throw new ApiError('bad-request', detail);
}

export const text = { type: 'string' } as const;
export const texts = { type: 'array', items: text } as const;
export const who = { type: 'string', minLength: 1, maxLength: 200 } as const;
export const comment = { type: 'string', maxLength: 2000, default: '' } as const;

export function answer(description: string, schema: object) {
  return { 200: { description, content: { 'application/json': { schema } } } } as const;
}
