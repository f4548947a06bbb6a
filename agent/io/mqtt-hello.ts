/**
 * Knocks at a broker: CONNECT, CONNACK, DISCONNECT of MQTT 3.1.1, by hand, so that the doctor does
 * not depend on the client that it may have to explain.
 */
import type { Socket } from 'node:net';
import type { Answer, MqttLogin } from '../ports/world.ts';

const CONNECT = 0x10;
const CONNACK = 0x20;
const DISCONNECT = Uint8Array.of(0xe0, 0);
const LEVEL_3_1_1 = 4;
const KEEPALIVE_SECONDS = 30;
const FLAG = { cleanSession: 0x02, password: 0x40, username: 0x80 } as const;

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
      if (received[0] !== CONNACK) return end({ ok: false, why: 'the answer is not MQTT' });
      if (received[3] === 0) socket.write(DISCONNECT);
      end({ ok: true, value: received[3] ?? 0 });
    });
    socket.write(connectPacket(login));
  });
}

export function connectPacket({ clientId, username, password }: MqttLogin): Buffer {
  const flags =
    FLAG.cleanSession |
    (username === undefined ? 0 : FLAG.username) |
    (password === undefined ? 0 : FLAG.password);
  const fields = [clientId, username, password].filter((text) => text !== undefined);
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.of(LEVEL_3_1_1, flags, 0, KEEPALIVE_SECONDS),
    ...fields.map(field),
  ]);
  return Buffer.concat([Buffer.of(CONNECT, ...variableLength(body.length)), body]);
}

function field(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

function variableLength(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 0x80);
  }
}
