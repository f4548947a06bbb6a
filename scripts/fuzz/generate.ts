/**
 * Makes CBOR that is nearly one of our messages: right keys, and under them anything, with what we
 * refuse mixed in: tags, bignums, indefinite lengths, huge heads, repeated and odd keys, depth.
 */
import type { Random } from './random.ts';

const TEXTS = ['', 'a', '__proto__', 'constructor', 'state', 'killed', 'ä€😀', 'x'.repeat(200)];

export function randomCbor(random: Random): Uint8Array {
  const parts: number[] = [];
  if (random.chance(8)) item(parts, random, 0);
  else map(parts, random, 0);
  return Uint8Array.from(parts);
}

/** Trees of arrays and maps double quickly: behind this many bytes only leaves follow. */
const ENOUGH = 1_000;

function item(out: number[], random: Random, depth: number): void {
  if (out.length > ENOUGH) return void out.push(0);
  const kind = random.below(depth > 9 ? 6 : 10);
  if (kind === 0) return head(out, random, random.below(2), magnitude(random));
  if (kind === 1) return bytes(out, random, random.chance(2) ? 8 : random.below(40));
  if (kind === 2) return text(out, random);
  if (kind === 3) return void out.push(random.pick([0xf4, 0xf5, 0xf6, 0xf7, 0xe0, 0xf8, 0xff]));
  if (kind === 4) return float(out, random);
  if (kind === 5) return odd(out, random, depth);
  if (kind === 6) return map(out, random, depth);
  const count = random.below(8);
  head(out, random, 4, random.chance(30) ? magnitude(random) : count);
  for (let i = 0; i < count; i++) item(out, random, depth + 1);
}

function map(out: number[], random: Random, depth: number): void {
  const count = random.below(14);
  head(out, random, 5, random.chance(30) ? magnitude(random) : count);
  for (let key = 0; key < count; key++) {
    if (random.chance(20)) item(out, random, depth + 1);
    else if (random.chance(10)) text(out, random);
    else head(out, random, 0, random.chance(15) ? random.below(14) : key);
    if (key === 0 && !random.chance(10)) out.push(1);
    else item(out, random, depth + 1);
  }
}

/** Tags, bignums, indefinite lengths, reserved heads. */
function odd(out: number[], random: Random, depth: number): void {
  if (depth > 12) return void out.push(0);
  out.push(
    random.pick([0xc0, 0xc2, 0xc3, 0xd8, 0xda, 0x5f, 0x7f, 0x9f, 0xbf, 0x1c, 0x3d, 0x5e, 0xfc]),
  );
  item(out, random, depth + 1);
  if (random.chance(2)) out.push(0xff);
}

function float(out: number[], random: Random): void {
  const info = 25 + random.below(3);
  out.push(0xe0 | info);
  for (let i = 0; i < 1 << (info - 24); i++) out.push(random.below(256));
}

function text(out: number[], random: Random): void {
  const encoded = [...Buffer.from(random.pick(TEXTS))];
  if (random.chance(20)) encoded.push(0xc3);
  head(out, random, 3, encoded.length);
  out.push(...encoded);
}

function bytes(out: number[], random: Random, length: number): void {
  head(out, random, 2, random.chance(40) ? magnitude(random) : length);
  for (let i = 0; i < length; i++) out.push(random.below(256));
}

/** Any width that holds the argument, now and then a longer one than needed. */
function head(out: number[], random: Random, major: number, argument: number): void {
  const widths = [0, 1, 2, 4, 8].filter((width) => argument < (width === 0 ? 24 : 256 ** width));
  const width = random.chance(6) ? random.pick(widths) : (widths[0] ?? 8);
  if (width === 0) return void out.push((major << 5) | argument);
  out.push((major << 5) | (24 + Math.log2(width)));
  for (let i = width - 1; i >= 0; i--) out.push(Math.floor(argument / 256 ** i) % 256);
}

function magnitude(random: Random): number {
  const bits = random.below(64);
  const edge = 2 ** bits + random.pick([-2, -1, 0, 1]);
  return Math.max(0, random.chance(2) ? edge : Math.floor((random.next() / 2 ** 32) * 2 ** bits));
}
