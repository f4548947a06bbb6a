/**
 * A PING to Redis, by the package `@redis/client`. This file is loaded when the first check asks, so
 * its import is no burden to others; a dynamic one of this package loses its names in our bundle.
 * docs/decisions/0017-database-drivers.md
 */
import { createClient, type RedisClientOptions } from '@redis/client';
import type { DatabaseAnswer, DatabaseProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { secondsSince, tlsOptions } from './socket.ts';

export async function probeRedis(probe: DatabaseProbe, keep: Keep): Promise<DatabaseAnswer> {
  const { username, password, database } = probe;
  // The client forgets a socket that is still connecting: only the signal reaches that one.
  const gone = new AbortController();
  const began = performance.now();
  const client = createClient({
    RESP: 2,
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: {
      ...placeOf(probe),
      signal: gone.signal,
      reconnectStrategy: false,
    } as NonNullable<RedisClientOptions['socket']>,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database: Number(database) }),
  });
  // The promises below carry what goes wrong.
  client.on('error', () => {});
  keep(() => {
    if (client.isOpen) client.destroy();
    gone.abort();
  });
  await client.connect();
  const connectSeconds = secondsSince(began);
  const value = await client.ping().catch((error: Error) => {
    throw inWords(error);
  });
  const seconds = secondsSince(began);
  await client.close();
  return { connectSeconds, seconds, value };
}

function placeOf({ host, port, socket, tls }: DatabaseProbe) {
  if (socket !== undefined) return { path: socket };
  if (tls === undefined) return { host, port };
  return {
    host,
    port,
    tls: true as const,
    rejectUnauthorized: tls.verify,
    ...tlsOptions(tls, host),
  };
}

function inWords(error: Error): Error {
  return error.message.startsWith('NOAUTH') ? new Error('it asks for a password') : error;
}
