/** Files that a command sends to the collector or saves from it. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import { contentDigest } from '../core/digest.ts';
import { CliError, type CliIo } from './io.ts';
import { answerOf, baseOf, refused } from './sending.ts';

/** Sends a file's bytes with their checksum; the answer's JSON. */
export async function sendFile<T>(
  io: CliIo,
  command: Command,
  path: string,
  file: string,
): Promise<T> {
  const digest = contentDigest(await sha256(file));
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream;
  const headers = { 'content-type': 'application/octet-stream', 'content-digest': digest };
  const response = await answerOf(io, baseOf(io, command), path, {
    ...{ method: 'PUT', headers, body },
    duplex: 'half',
  });
  if (!response.ok) throw await refused(response);
  return (await response.json()) as T;
}

/** Saves what is there as `target`, when all of it has come; answers its bytes. */
export async function fetchFile(
  io: CliIo,
  command: Command,
  path: string,
  target: string,
): Promise<number> {
  const response = await answerOf(io, baseOf(io, command), path, { method: 'GET' });
  if (!response.ok || response.body === null) throw await refused(response);
  const draft = `${target}.${randomUUID()}`;
  try {
    const { bytes, digest } = await save(draft, response.body);
    const said = response.headers.get('content-digest');
    if (said !== null && said !== digest) throw new CliError('what arrived is not what was sent');
    await rename(draft, target);
    return bytes;
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function save(path: string, body: AsyncIterable<Uint8Array>) {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const piece of body) {
      hash.update(piece);
      bytes += piece.length;
      await file.writeFile(piece);
    }
  } finally {
    await file.close();
  }
  return { bytes, digest: contentDigest(hash.digest('hex')) };
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  } catch (error) {
    throw new CliError(`${path} cannot be read: ${(error as Error).message}`);
  }
  return hash.digest('hex');
}
