/** Made-up HTTP/1.1 conversations of one client: requests that nearly fit the routes, then damaged. */
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

/** A route as OpenAPI tells it. */
export interface Route {
  readonly method: string;
  /** `/devices/{id}` */
  readonly path: string;
  readonly query: readonly string[];
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'get',
  'X',
  '',
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''];
const WORDS = [
  ...[
    '',
    '0',
    '1',
    '-1',
    '1e400',
    'NaN',
    'true',
    'null',
    '1795227888',
    '2026-11-21T00:00:00Z',
    '5m',
  ],
  ...[
    '%',
    '%00',
    '%ff%fe',
    '../../etc/passwd',
    '..%2f..%2f',
    '__proto__',
    'constructor',
    'a'.repeat(3_000),
  ],
  ...['{}', '[]', '"', '<script>', "'; drop", 'fleet-0', 'up', '{__name__=~".+"}', 'é😀'],
];
const TYPES = [
  ...['application/json', 'application/json', 'application/x-www-form-urlencoded', 'text/plain'],
  ...['application/x-protobuf', 'application/yaml', 'multipart/form-data; boundary=x', 'x/y', ''],
];
const HEADERS = [
  ...['Accept: text/event-stream', 'Content-Encoding: snappy', 'Content-Encoding: gzip'],
  ...['Transfer-Encoding: chunked', 'Content-Length: 99999999999', 'Content-Length: -1'],
  ...['Expect: 100-continue', 'Upgrade: websocket', 'Connection: close', 'If-None-Match: *'],
  ...[
    'Range: bytes=5-1',
    'Origin: http://evil.example',
    'Authorization: Basic !!!',
    'Cookie: a=b; a',
  ],
  ...[
    ': empty',
    'No colon',
    `X-Long: ${'y'.repeat(20_000)}`,
    'X-Prometheus-Remote-Write-Version: 9',
  ],
];
const KEYS = [
  'name',
  'id',
  'query',
  'match[]',
  'start',
  'end',
  'step',
  'labels',
  'site',
  '__proto__',
];
const DEEPEST = 6;

/** One to four requests over one connection; half of the conversations are damaged. */
export function makeHttp(
  random: Random,
  routes: readonly Route[],
  payloads: readonly Seed[],
): Uint8Array {
  const count = 1 + random.below(4);
  const whole: Uint8Array = Buffer.concat(
    Array.from({ length: count }, () => request(random, routes, payloads)),
  );
  return random.chance(2) ? whole : mutate(whole, payloads, random);
}

function request(random: Random, routes: readonly Route[], payloads: readonly Seed[]): Buffer {
  const route = random.pick(routes);
  const method = random.chance(10) ? random.pick(METHODS) : route.method.toUpperCase();
  const hasBody = method !== 'GET' || random.chance(10);
  const body = hasBody ? bodyOf(random, payloads) : Buffer.alloc(0);
  const lines = [`${method} ${targetOf(random, route)} ${random.pick(VERSIONS)}`];
  lines.push(random.chance(20) ? `Host: ${random.pick(WORDS)}` : 'Host: 127.0.0.1');
  if (hasBody) lines.push(`Content-Type: ${random.pick(TYPES)}`);
  for (let n = random.below(3); n > 0; n--) lines.push(random.pick(HEADERS));
  const length = random.chance(20) ? random.below(2 ** 24) : body.length;
  if (hasBody && !random.chance(10)) lines.push(`Content-Length: ${length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
}

function targetOf(random: Random, { path, query }: Route): string {
  const filled = path.replaceAll(/\{[^}]*\}|\*/g, () => word(random));
  const parameters = [...query, ...(random.chance(4) ? [random.pick(KEYS)] : [])]
    .filter(() => !random.chance(3))
    .map((name) => `${name}=${word(random)}`);
  return parameters.length === 0 ? filled : `${filled}?${parameters.join('&')}`;
}

function word(random: Random): string {
  const text = random.pick(WORDS);
  return random.chance(4) ? text : encodeURIComponent(text);
}

function bodyOf(random: Random, payloads: readonly Seed[]): Buffer {
  const kind = random.below(4);
  if (kind === 0) return Buffer.from(mutate(random.pick(payloads).bytes, payloads, random));
  if (kind === 1) {
    const pairs = Array.from(
      { length: random.below(6) },
      () => `${random.pick(KEYS)}=${word(random)}`,
    );
    return Buffer.from(pairs.join('&'));
  }
  const text = JSON.stringify(json(random, 0)) ?? '';
  return Buffer.from(random.chance(4) ? text.slice(0, random.below(text.length + 1)) : text);
}

function json(random: Random, depth: number): unknown {
  const kind = random.below(depth > DEEPEST ? 4 : 7);
  if (kind === 0) return random.pick(WORDS);
  if (kind === 1) return random.next() / 1_000 - 10 ** random.below(12);
  if (kind === 2) return random.pick([true, false, null]);
  if (kind === 3) return '['.repeat(random.below(2_000));
  if (kind === 4) return Array.from({ length: random.below(6) }, () => json(random, depth + 1));
  const entries = Array.from(
    { length: random.below(8) },
    () => [random.pick(KEYS), json(random, depth + 1)] as const,
  );
  return Object.fromEntries(entries);
}
