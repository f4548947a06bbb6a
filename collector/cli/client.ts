/** Asks the collector, and says plainly what went wrong when it does not answer. */
import { CliError, type CliIo } from './io.ts';

export const DEFAULT_URL = 'http://127.0.0.1:8080';

/** Nobody answers at the address: he may come back. */
export class NoAnswer extends CliError {}

export class Client {
  private readonly io: CliIo;
  private readonly base: string;

  constructor(io: CliIo, url: string) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new CliError(`${JSON.stringify(url)} is not an address: give one like ${DEFAULT_URL}`);
    }
    this.io = io;
    this.base = url.replace(/\/+$/, '');
  }

  async json<T>(path: string, parameters: URLSearchParams = new URLSearchParams()): Promise<T> {
    const response = await this.request('GET', path, parameters);
    if (!response.ok) throw await refusal(response);
    return (await response.json()) as T;
  }

  /** The answer whatever its status. */
  async any<T>(path: string): Promise<T> {
    return (await (await this.request('GET', path)).json()) as T;
  }

  async delete(path: string): Promise<void> {
    const response = await this.request('DELETE', path);
    if (!response.ok) throw await refusal(response);
  }

  /** A body that goes on until one of the two sides ends it. */
  async stream(path: string, parameters: URLSearchParams): Promise<ReadableStream<Uint8Array>> {
    const response = await this.request('GET', path, parameters);
    if (!response.ok || response.body === null) throw await refusal(response);
    return response.body;
  }

  private async request(
    method: string,
    path: string,
    parameters: URLSearchParams = new URLSearchParams(),
  ): Promise<Response> {
    const query = parameters.size === 0 ? '' : `?${parameters.toString()}`;
    try {
      const { signal } = this.io;
      return await this.io.fetch(`${this.base}${path}${query}`, { method, signal });
    } catch (error) {
      if (this.io.signal.aborted) throw error;
      throw new NoAnswer(
        `the collector does not answer at ${this.base} (${reason(error)}): ` +
          'start it, or name another with --url or MUSTER_URL',
      );
    }
  }
}

/** Node says "fetch failed" and keeps the reason as the cause. */
function reason(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}

async function refusal(response: Response): Promise<CliError> {
  const body = (await response.json().catch(() => ({}))) as { detail?: string; error?: string };
  const text = body.detail ?? body.error ?? response.statusText;
  return new CliError(text === '' ? `the collector answered ${response.status}` : text);
}
