/**
 * Knocks at a broker: CONNECT, CONNACK, DISCONNECT of MQTT 3.1.1, without the session that the
 * doctor may have to explain.
 */
import type { Socket } from 'node:net';
import type { Answer, MqttLogin } from '../ports/world.ts';
import { DISCONNECT, PACKET, connectPacket as packetOf } from './mqtt/packets.ts';

const KEEPALIVE_SECONDS = 30;

/** The return code of the CONNACK. Takes the socket over and ends it. */
export function mqttHello(
  socket: Socket,
  login: MqttLogin,
  timeoutMs: number,
): Promise<Answer<number>> {
  return new Promise((resolve) => {
    let received: Buffer = Buffer.alloc(0);
    const end = (answer: Answer<number>) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end({ ok: false, why: `silent for ${timeoutMs} ms` }));
    socket.on('error', (error) => end({ ok: false, why: error.message }));
    socket.on('close', () => end({ ok: false, why: 'it hung up' }));
    socket.on('data', (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 4) return;
      if (received[0] !== PACKET.connack) return end({ ok: false, why: 'the answer is not MQTT' });
      if (received[3] === 0) socket.write(DISCONNECT);
      end({ ok: true, value: received[3] ?? 0 });
    });
    socket.write(connectPacket(login));
  });
}

export function connectPacket({ clientId, username, password }: MqttLogin): Buffer {
  return packetOf({ clientId, username, password, keepaliveSeconds: KEEPALIVE_SECONDS });
}
