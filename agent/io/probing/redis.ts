/**
 * A PING to Redis, in the protocol's own words (RESP2): lines, and no package for three of them
 * (docs/decisions/0017-database-drivers.md).
 */
import { connect, type Socket } from 'node:net';
import type { DatabaseAnswer, DatabaseProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { openSocket, secondsSince } from './socket.ts';

/** Our questions have answers of a few bytes. */
const MOST_LINE_BYTES = 4096;

export async function probeRedis(probe: DatabaseProbe, keep: Keep): Promise<DatabaseAnswer> {
  const { username, password, database } = probe;
  const began = performance.now();
  const socket = await openTo(probe, keep);
  const ask = asker(socket);
  if (password !== undefined) {
    await ask(username === undefined ? ['AUTH', password] : ['AUTH', username, password]);
  }
  if (database !== undefined) await ask(['SELECT', database]);
  const connectSeconds = secondsSince(began);
  const value = await ask(['PING']);
  const seconds = secondsSince(began);
  socket.end();
  return { connectSeconds, seconds, value };
}

async function openTo(probe: DatabaseProbe, keep: Keep): Promise<Socket> {
  const { host, port, tls, socket: path } = probe;
  if (path === undefined) {
    const target = tls === undefined ? { host, port } : { host, port, tls };
    return (await openSocket(target, keep)).socket;
  }
  const socket = connect({ path });
  keep(() => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    // Stays: a late error of a socket that nobody listens to would end the process.
    socket.on('error', reject);
    socket.once('connect', resolve);
  });
  return socket;
}

/** One question after the other; each is answered by one line. */
function asker(socket: Socket): (words: readonly string[]) => Promise<string> {
  let text = '';
  let answered: ((line: string) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const end = text.indexOf('\r\n');
    if (end < 0 && text.length <= MOST_LINE_BYTES) return;
    if (end < 0) return failed?.(new Error('it answers something that is not Redis'));
    const line = text.slice(0, end);
    text = text.slice(end + 2);
    answered?.(line);
    answered = undefined;
    failed = undefined;
  });
  socket.once('close', () => failed?.(new Error('it hung up')));
  socket.once('error', (error) => failed?.(error));
  return async (words) => {
    const line = await new Promise<string>((resolve, reject) => {
      answered = resolve;
      failed = reject;
      socket.write(encoded(words));
    });
    if (line.startsWith('+')) return line.slice(1);
    throw new Error(
      line.startsWith('-') ? inWords(line.slice(1)) : 'its answer is not one of Redis',
    );
  };
}

/** An array of bulk strings: what they hold is never read as a command of its own. */
function encoded(words: readonly string[]): string {
  const bulks = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulks.join('')}`;
}

function inWords(refusal: string): string {
  return refusal.startsWith('NOAUTH') ? 'it asks for a password' : refusal;
}
