/** Made-up MQTT conversations of one client: packets that nearly fit, in any order, then damaged. */
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

const DEVICES = Array.from({ length: 12 }, (_, n) => `fuzz-${n}`);
const CLIENTS = [...DEVICES, 'Watcher', 'Fuzz_1', '', 'a/b', '#', '\u0000', 'ü'.repeat(140)];
const KINDS = ['state', 'schema', 'm', 'h', 'event', 'health', 'reported', 'log', 'res/x', 'ack'];
const TOPICS = [
  '',
  '#',
  '+',
  '$SYS/#',
  '$share/g/muster/v1/#',
  'muster/v1/+/+/#',
  'muster/v1/#/x',
  '/'.repeat(300),
  'a\u0000b',
  '\ufeff',
];
/** MQTT 3.1, 3.1.1, 5, and what aedes takes for bridges. */
const LEVELS = [3, 4, 4, 4, 5, 5, 0, 6, 0x83, 0x84, 0xff];

type Make = (random: Random, payloads: readonly Seed[]) => Buffer;

const PACKETS: readonly Make[] = [
  connect,
  publish,
  publish,
  publish,
  subscribe,
  subscribe,
  unsubscribe,
  // PUBACK, PUBREC, PUBREL, PUBCOMP
  ...[0x40, 0x50, 0x62, 0x70].map((first) => (random: Random) => frame(first, id(random), random)),
  (random) => frame(0xc0, Buffer.alloc(0), random),
  (random) => frame(0xe0, bytes(random, 3), random),
  (random) => frame(0xf0, bytes(random, 20), random),
  (random) => frame(random.below(256), bytes(random, 200), random),
];

/** What one client sends. Most begin with a CONNECT that is accepted: there is more behind it. */
export function makeStream(random: Random, payloads: readonly Seed[]): Uint8Array {
  const packets = random.chance(6) ? [] : [connect(random)];
  for (let n = random.below(12); n > 0; n--) packets.push(random.pick(PACKETS)(random, payloads));
  const whole: Uint8Array = Buffer.concat(packets);
  return random.chance(3) ? whole : mutate(whole, payloads, random);
}

function connect(random: Random): Buffer {
  const level = random.chance(3) ? random.pick(LEVELS) : 4;
  const name = level === 3 || level === 0x83 ? 'MQIsdp' : 'MQTT';
  const flags = random.chance(3) ? random.below(256) : 2;
  const parts = [text(name), Buffer.of(level, flags), Buffer.of(0, random.below(4))];
  if (level === 5) parts.push(properties(random));
  parts.push(text(random.pick(random.chance(3) ? CLIENTS : DEVICES)));
  if ((flags & 4) !== 0) parts.push(text(topic(random)), text('x'.repeat(random.below(50))));
  for (const bit of [0x80, 0x40]) if ((flags & bit) !== 0) parts.push(text('who'));
  return frame(0x10, Buffer.concat(parts), random);
}

function publish(random: Random, payloads: readonly Seed[]): Buffer {
  const flags = random.chance(3) ? random.below(16) : random.below(2) * 2 + random.below(2);
  const parts = [text(topic(random))];
  if ((flags & 6) !== 0) parts.push(id(random));
  const { bytes: seed } = random.pick(payloads);
  parts.push(Buffer.from(random.chance(2) ? mutate(seed, payloads, random) : seed));
  return frame(0x30 + flags, Buffer.concat(parts), random);
}

function subscribe(random: Random): Buffer {
  const parts = [id(random)];
  for (let n = random.below(20); n > 0; n--) {
    parts.push(text(topic(random)), Buffer.of(random.chance(4) ? random.below(256) : 1));
  }
  return frame(random.chance(8) ? 0x80 : 0x82, Buffer.concat(parts), random);
}

function unsubscribe(random: Random): Buffer {
  const parts = [id(random)];
  for (let n = random.below(20); n > 0; n--) parts.push(text(topic(random)));
  return frame(0xa2, Buffer.concat(parts), random);
}

function topic(random: Random): string {
  if (random.chance(4)) return random.pick(TOPICS);
  const device = random.chance(4) ? '+' : random.pick(DEVICES);
  const site = random.pick(['lab', 'annex', '+', '']);
  return `muster/v1/${site}/${device}/${random.pick(KINDS)}`;
}

/** Length and body; the length may lie, or be longer than four bytes. */
function frame(first: number, body: Buffer, random: Random): Buffer {
  let rest = random.chance(15) ? random.below(2 ** 28) : body.length;
  if (random.chance(40)) return Buffer.concat([Buffer.of(first, 0xff, 0xff, 0xff, 0xff, 1), body]);
  const head = [first];
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80);
  return Buffer.concat([Buffer.of(...head, rest), body]);
}

function properties(random: Random): Buffer {
  const body = bytes(random, 30);
  return Buffer.concat([Buffer.of(random.chance(3) ? random.below(128) : body.length), body]);
}

function id(random: Random): Buffer {
  return Buffer.of(random.below(2), random.below(4));
}

function bytes(random: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: random.below(most + 1) }, () => random.below(256)));
}

function text(value: string): Buffer {
  const body = Buffer.from(value);
  return Buffer.concat([Buffer.of(body.length >> 8, body.length & 0xff), body]);
}
