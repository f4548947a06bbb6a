/** Changes that a command asks the collector for, and in whose name. */
import type { Command } from 'commander';
import { DEFAULT_URL } from './client.ts';
import { CliError, type CliIo } from './io.ts';

/** The answer's JSON; a refusal is told in its own words. */
export async function send<T>(
  io: CliIo,
  command: Command,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const json = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  const response = await answerOf(io, baseOf(io, command), path, { method, ...sent });
  if (!response.ok) throw await refused(response);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** The collector that is meant. */
export function baseOf(io: CliIo, command: Command): string {
  const { url } = command.optsWithGlobals<{ url?: string }>();
  return (url ?? io.env['MUSTER_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
}

/** Whatever it answers; that it does not is told with what to do. */
export async function answerOf(
  { fetch, signal }: CliIo,
  base: string,
  path: string,
  request: RequestInit & { readonly duplex?: 'half' },
): Promise<Response> {
  try {
    return await fetch(base + path, { ...request, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const way = 'start it, or name another with --url or MUSTER_URL';
    throw new CliError(`the collector does not answer at ${base}: ${way}`);
  }
}

export async function refused(response: Response): Promise<CliError> {
  const text = await response.text().catch(() => '');
  return new CliError(detailOf(text) ?? `the collector answered ${response.status}`);
}

export function userName({ env }: CliIo, given: string | undefined): string {
  const name = given ?? env['USER'] ?? '';
  if (name === '') throw new CliError('say who you are with --by');
  return name;
}

function detailOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { detail?: string }).detail;
  } catch {
    return undefined;
  }
}
