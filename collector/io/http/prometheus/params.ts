/**
 * Parameters as Prometheus reads them: from the address and from a form; the form comes first.
 * Refusals name the parameter, because that is what people grep for.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { MAX_TIME, parseSeconds, parseTime } from '../../../core/query/duration.ts';
import { type Matcher, QueryError } from '../../../core/query/types.ts';
import type { Expressions } from '../../../ports/http.ts';

export class Params {
  private readonly form: URLSearchParams | undefined;
  private readonly address: URLSearchParams;

  constructor(request: FastifyRequest) {
    this.form = request.body instanceof URLSearchParams ? request.body : undefined;
    const cut = request.url.indexOf('?');
    this.address = new URLSearchParams(cut < 0 ? '' : request.url.slice(cut + 1));
  }

  /** The first value, '' when there is none. */
  text(name: string): string {
    return this.form?.get(name) ?? this.address.get(name) ?? '';
  }

  all(name: string): string[] {
    return [...(this.form?.getAll(name) ?? []), ...this.address.getAll(name)];
  }

  time(name: string, absent?: number): number {
    const text = this.text(name);
    if (text === '' && absent !== undefined) return absent;
    // Where a time may be absent, Prometheus says the name once more.
    const prefix = absent === undefined ? '' : `Invalid time value for '${name}': `;
    return this.read(
      name,
      parseTime(text),
      `${prefix}cannot parse ${JSON.stringify(text)} to a valid timestamp`,
    );
  }

  /** Seconds or a duration, in milliseconds. */
  duration(name: string): number;
  duration(name: string, absent: undefined): number | undefined;
  duration(name: string, ...absent: readonly undefined[]): number | undefined {
    const text = this.text(name);
    if (text === '' && absent.length > 0) return undefined;
    return this.read(
      name,
      parseSeconds(text),
      `cannot parse ${JSON.stringify(text)} to a valid duration`,
    );
  }

  /** 0 and absent mean no limit. */
  limit(name = 'limit'): number {
    const text = this.text(name);
    if (text === '') return Number.POSITIVE_INFINITY;
    const limit = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
    return this.read(name, limit, `${name} must be non-negative`) || Number.POSITIVE_INFINITY;
  }

  /** Each `match[]`, which lists its own series. */
  matchers(expressions: Expressions): readonly (readonly Matcher[])[] {
    return this.all('match[]').map((text) =>
      this.guarded('match[]', () => expressions.matchers(text)),
    );
  }

  /** `start` and `end` of the series endpoints: all time when absent. */
  span(): { readonly from: number; readonly to: number } {
    const from = this.time('start', -MAX_TIME);
    const to = this.time('end', MAX_TIME);
    if (to < from) this.refuse('end', 'end timestamp must not be before start time');
    return { from, to };
  }

  /** Runs what may refuse the value of one parameter, and says which. */
  guarded<T>(name: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof QueryError && error.type === 'bad_data')
        this.refuse(name, error.message);
      throw error;
    }
  }

  refuse(name: string, reason: string): never {
    throw new QueryError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${reason}`);
  }

  private read(name: string, value: number | undefined, reason: string): number {
    return value ?? this.refuse(name, reason);
  }
}

/** Forms become `URLSearchParams`; nothing else of a body is read. */
export function acceptForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(body.toString())),
  );
}
