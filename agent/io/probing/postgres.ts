/**
 * One query to PostgreSQL, by the package `pg`, which is loaded when the first check asks.
 * docs/decisions/0017-database-drivers.md
 */
import { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseAnswer, PostgresProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { secondsSince } from './socket.ts';

/** Whoever asks for a table by mistake does not get all of it. */
const MOST_ROWS = 1000;

export async function probePostgres(probe: PostgresProbe, keep: Keep): Promise<DatabaseAnswer> {
  const { Client, Query } = await import('pg');
  const socket = new Socket();
  keep(() => socket.destroy());
  const began = performance.now();
  const client = new Client({
    host: probe.socket ?? probe.host,
    port: probe.port,
    user: probe.username ?? 'postgres',
    database: probe.database ?? probe.username ?? 'postgres',
    // As a function: an empty text would send `pg` looking into the environment and ~/.pgpass.
    password: () => probe.password ?? '',
    ssl: await sslOf(probe),
    application_name: 'muster-agent',
    stream: () => socket,
  });
  // A connection that breaks between two queries is told by the next one.
  client.on('error', () => {});
  await client.connect().catch((error: Error) => {
    throw passwordMissing(error) ? new Error('it asks for a password: set passwordFile') : error;
  });
  const connectSeconds = secondsSince(began);
  await client.query(
    `BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.max(1, Math.ceil(probe.timeoutMs))}`,
  );
  const value = await new Promise<string | undefined>((resolve, reject) => {
    let first: readonly (string | null)[] | undefined;
    let rows = 0;
    const query = client.query(
      new Query<(string | null)[]>({
        text: probe.query,
        rowMode: 'array',
        // Extended: the server refuses a second statement behind a semicolon.
        queryMode: 'extended',
        // Every value as the server writes it.
        types: { getTypeParser: () => (text: string) => text },
      } as ConstructorParameters<typeof Query>[0]),
    );
    query.on('row', (row: (string | null)[]) => {
      first ??= row;
      rows += 1;
      if (rows > MOST_ROWS) reject(new Error(`the query answers more than ${MOST_ROWS} rows`));
    });
    query.on('error', reject);
    query.on('end', () => resolve(first?.[0] ?? undefined));
  });
  const seconds = secondsSince(began);
  await client.end();
  return { connectSeconds, seconds, value };
}

function passwordMissing({ message }: Error): boolean {
  return message.includes('password must be a non-empty string');
}

async function sslOf({ tls }: PostgresProbe): Promise<ConnectionOptions | false> {
  if (tls === undefined) return false;
  const { servername, ca, verify } = tls;
  const options = { rejectUnauthorized: verify, ...(ca === undefined ? {} : { ca }) };
  if (servername === undefined) return options;
  // The driver itself goes by the host's name alone.
  const { checkServerIdentity } = await import('node:tls');
  return { ...options, checkServerIdentity: (_, peer) => checkServerIdentity(servername, peer) };
}
