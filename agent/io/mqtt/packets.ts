/**
 * The packets of MQTT 3.1.1 that the agent sends, as bytes.
 *
 * The agent speaks the protocol by itself: it needs seven packets of it, and a library brings ten
 * times the code and more memory than all samples together. docs/decisions/0011-agent-footprint.md
 */

export const PACKET = {
  connect: 0x10,
  connack: 0x20,
  publish: 0x30,
  puback: 0x40,
  subscribe: 0x82,
  suback: 0x90,
  pingreq: 0xc0,
  pingresp: 0xd0,
  disconnect: 0xe0,
} as const;

export interface Login {
  readonly clientId: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly keepaliveSeconds: number;
  /** What the broker publishes (QoS 1, retained) when the connection breaks. */
  readonly will?: { readonly topic: string; readonly payload: Uint8Array };
}

export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** Absent: QoS 0. */
  readonly id?: number;
}

const LEVEL_3_1_1 = 4;
const FLAG = { clean: 0x02, will: 0x04, willQos1: 0x08, willRetain: 0x20 } as const;
const LOGIN_FLAG = { password: 0x40, username: 0x80 } as const;
const PUBLISH_FLAG = { retain: 0x01, qos1: 0x02 } as const;

export const PINGREQ = Buffer.of(PACKET.pingreq, 0);
export const DISCONNECT = Buffer.of(PACKET.disconnect, 0);

export function connectPacket(login: Login): Buffer {
  const { clientId, username, password, keepaliveSeconds, will } = login;
  const flags =
    FLAG.clean |
    (will === undefined ? 0 : FLAG.will | FLAG.willQos1 | FLAG.willRetain) |
    (username === undefined ? 0 : LOGIN_FLAG.username) |
    (password === undefined ? 0 : LOGIN_FLAG.password);
  const rest = [username, password].filter((text) => text !== undefined);
  return packet(PACKET.connect, [
    field('MQTT'),
    Buffer.of(LEVEL_3_1_1, flags),
    number(keepaliveSeconds),
    field(clientId),
    ...(will === undefined ? [] : [field(will.topic), field(will.payload)]),
    ...rest.map(field),
  ]);
}

export function publishPacket({ topic, payload, retain, id }: Message): Buffer {
  const qos = id === undefined ? 0 : PUBLISH_FLAG.qos1;
  const first = PACKET.publish | qos | (retain ? PUBLISH_FLAG.retain : 0);
  const parts = id === undefined ? [payload] : [number(id), payload];
  return packet(first, [field(topic), ...parts]);
}

/** QoS 1 for each. */
export function subscribePacket(id: number, filters: readonly string[]): Buffer {
  const wanted = filters.flatMap((filter) => [field(filter), Buffer.of(1)]);
  return packet(PACKET.subscribe, [number(id), ...wanted]);
}

export function pubackPacket(id: number): Buffer {
  return Buffer.of(PACKET.puback, 2, id >> 8, id & 0xff);
}

function packet(first: number, parts: readonly Uint8Array[]): Buffer {
  let length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = [first];
  for (; length > 127; length = Math.floor(length / 128)) head.push((length % 128) | 0x80);
  return Buffer.concat([Buffer.of(...head, length), ...parts]);
}

/** Text or bytes with their length before them. */
function field(value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  if (bytes.length > 0xffff) throw new RangeError(`${bytes.length} bytes in a field of MQTT`);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}
