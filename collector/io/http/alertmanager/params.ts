/** Parameters and bodies as Alertmanager reads them; refusals name the parameter or the place. */
import type { FastifyRequest } from 'fastify';
import { createMatcher, type LabelMatcher, MatcherError } from '../../../core/alerting/matcher.ts';
import { parseMatcher } from '../../../core/alerting/matcher-parse.ts';
import { parseTime } from '../../../core/query/duration.ts';

/** The request is not valid. */
export class ParameterError extends Error {
  override readonly name = 'ParameterError';
}

export class Params {
  private readonly address: URLSearchParams;

  constructor(request: FastifyRequest) {
    const cut = request.url.indexOf('?');
    this.address = new URLSearchParams(cut < 0 ? '' : request.url.slice(cut + 1));
  }

  /** True when absent, as all of Alertmanager's switches. */
  flag(name: string): boolean {
    const text = this.address.get(name);
    if (text === null || /^(true|1|t|yes|on|y)$/i.test(text)) return true;
    if (/^(false|0|f|no|off|n)$/i.test(text)) return false;
    throw new ParameterError(`${name} must be true or false, not ${JSON.stringify(text)}`);
  }

  /** Each `filter` is one matcher; all must hold. */
  filter(): readonly LabelMatcher[] {
    return this.address.getAll('filter').map(parseMatcher);
  }

  /** Whether a receiver's name passes the anchored expression `receiver`. */
  receiver(): (name: string) => boolean {
    const pattern = this.address.get('receiver') ?? '';
    if (pattern === '') return () => true;
    try {
      return createMatcher('receiver', '=~', pattern).matches;
    } catch (error) {
      const reason = error instanceof MatcherError ? error.message : String(error);
      throw new ParameterError(`failed to parse receiver param: ${reason}`);
    }
  }
}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new ParameterError(`${where} must be an object`);
}

export function items(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new ParameterError(`${where} must be a list`);
}

export function text(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new ParameterError(`${where} ${value === undefined ? 'is required' : 'must be a text'}`);
}

export function flagOf(value: unknown, absent: boolean, where: string): boolean {
  if (value === undefined || value === null) return absent;
  if (typeof value === 'boolean') return value;
  throw new ParameterError(`${where} must be true or false`);
}

/** Go's zero time and absent both mean "not given". */
export function timeOf(value: unknown, where: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const ms = typeof value === 'string' ? parseTime(shortened(value)) : undefined;
  if (ms === undefined) throw new ParameterError(`${where} must be a time as in RFC 3339`);
  return ms <= GO_ZERO ? undefined : ms;
}

/** 0001-01-01. */
const GO_ZERO = -62_135_596_800_000;

/** Nanoseconds, which Go sends, are more than a Date takes. */
function shortened(value: string): string {
  return value.replace(/(\.\d{3})\d+/, '$1');
}

export function texts(value: unknown, where: string): Readonly<Record<string, string>> {
  const entries = Object.entries(fields(value ?? {}, where));
  return Object.fromEntries(entries.map(([name, one]) => [name, text(one, `${where}.${name}`)]));
}
