/** Connects, may say something, and reads until it is enough. */
import type { Socket } from 'node:net';
import type { ConnectAnswer, ConnectProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { openSocket, secondsSince } from './socket.ts';

export async function probeConnection(probe: ConnectProbe, keep: Keep): Promise<ConnectAnswer> {
  const { socket, began, seen } = await openSocket(probe, keep);
  if (probe.send !== undefined) socket.write(probe.send);
  const text = probe.read === undefined ? '' : await readText(socket, probe.read);
  return { seconds: secondsSince(began), text, ...seen };
}

function readText(
  socket: Socket,
  { maxBytes, enough }: NonNullable<ConnectProbe['read']>,
): Promise<string> {
  let bytes = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      resolve(bytes.toString('utf8'));
    };
    socket.on('data', (piece: Buffer) => {
      bytes = Buffer.concat([bytes, piece.subarray(0, maxBytes - bytes.length)]);
      if (bytes.length >= maxBytes || enough(bytes.toString('utf8'))) end();
    });
    socket.on('end', end);
    socket.on('error', reject);
    socket.on('close', end);
  });
}
