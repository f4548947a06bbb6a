/** Changes that a command asks the collector for, and in whose name. */
import type { Command } from 'commander';
import { DEFAULT_URL } from './client.ts';
import { CliError, type CliIo } from './io.ts';

/** The answer's JSON; a refusal is told in its own words. */
export async function send<T>(
  io: CliIo,
  command: Command,
  method: 'POST' | 'DELETE',
  path: string,
  body?: object,
): Promise<T> {
  const { url } = command.optsWithGlobals<{ url?: string }>();
  const base = (url ?? io.env['MUSTER_URL'] ?? DEFAULT_URL).replace(/\/+$/, '');
  const json = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { headers: json, body: JSON.stringify(body) };
  const { signal } = io;
  let response: Response;
  try {
    response = await io.fetch(base + path, { method, signal, ...sent });
  } catch (error) {
    if (signal.aborted) throw error;
    const way = 'start it, or name another with --url or MUSTER_URL';
    throw new CliError(`the collector does not answer at ${base}: ${way}`);
  }
  const text = await response.text();
  if (!response.ok)
    throw new CliError(detailOf(text) ?? `the collector answered ${response.status}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
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
