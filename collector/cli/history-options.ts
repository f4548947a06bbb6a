/** Options that all questions about history have in common. */
import type { Command } from 'commander';
import type { Client } from './client.ts';
import { readTime } from './times.ts';

/** The most that the API gives at once. */
const PAGE = 1_000;

export interface HistoryOptions {
  readonly device?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
}

export function historyOptions(command: Command, limit: string): Command {
  return command
    .option('--device <id>', 'only of this device')
    .option('--since <time>', 'from then on: -1h, RFC 3339 or Unix seconds')
    .option('--until <time>', 'until then')
    .option('--limit <n>', 'at most so many', limit);
}

/** The API's parameters; `more` are texts that go as they are. */
export function historyQuery(
  { device, since, until, limit }: HistoryOptions,
  more: Readonly<Record<string, string | undefined>>,
  now: number,
): URLSearchParams {
  const query = new URLSearchParams({ limit });
  if (device !== undefined) query.set('device', device);
  if (since !== undefined) query.set('since', readTime(since, now));
  if (until !== undefined) query.set('until', readTime(until, now));
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  return query;
}

/** Follows the pages: one may end before it is full, because the collector looked at enough. */
export async function fetchPages<T>(
  client: Client,
  path: string,
  name: string,
  query: URLSearchParams,
): Promise<T[]> {
  const wanted = Number(query.get('limit'));
  const found: T[] = [];
  query.set('limit', String(Math.min(wanted, PAGE)));
  let next: unknown;
  do {
    const page = await client.json<Record<string, unknown>>(path, query);
    found.push(...(page[name] as T[]));
    next = page['next'];
    query.set('cursor', String(next));
    query.set('limit', String(Math.min(wanted - found.length, PAGE)));
  } while (next !== undefined && found.length < wanted);
  return found;
}
