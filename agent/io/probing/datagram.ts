/** A datagram and the reply to it. Only the server that was asked can answer. */
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import type { DatagramAnswer, DatagramProbe } from '../../ports/probing.ts';
import type { Keep } from './probe.ts';
import { secondsSince } from './socket.ts';

export async function probeDatagram(probe: DatagramProbe, keep: Keep): Promise<DatagramAnswer> {
  const { address, family } = await lookup(probe.host);
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  let isOpen = true;
  keep(() => {
    if (isOpen) socket.close();
    isOpen = false;
  });
  return new Promise((resolve, reject) => {
    let began = 0;
    let dropped = 0;
    socket.on('error', reject);
    socket.on('message', (reply) => {
      const seconds = secondsSince(began);
      if (probe.accept(reply)) resolve({ reply, seconds, dropped });
      else dropped += 1;
    });
    socket.once('connect', () => {
      began = performance.now();
      socket.send(probe.payload, (error) => (error === null ? undefined : reject(error)));
    });
    socket.connect(probe.port, address);
  });
}
