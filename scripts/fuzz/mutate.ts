/** Damages a payload: flipped bits, splices, tampered lengths, cuts, repeats. */
import type { Random } from './random.ts';
import type { Seed } from './seeds.ts';

/** Bytes that mean something to CBOR or to varints. */
const TELLING = [
  0, 1, 0x17, 0x18, 0x1b, 0x40, 0x5b, 0x5f, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xbf, 0xc2, 0xfb, 0xff,
];
/** Mutations do not grow payloads beyond this; the crafted ones are the large ones. */
const LARGEST = 65_536;

export function mutate(bytes: Uint8Array, others: readonly Seed[], random: Random): Uint8Array {
  let mutated = Uint8Array.from(bytes);
  const times = 1 + random.below(4);
  for (let i = 0; i < times; i++) mutated = once(mutated, others, random);
  return mutated;
}

function once(bytes: Uint8Array, others: readonly Seed[], random: Random): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  const at = random.below(copy.length + 1);
  const old = copy[at] ?? 0;
  switch (random.below(7)) {
    case 0:
      copy[at] = old ^ (1 << random.below(8));
      return copy;
    case 1:
      copy[at] = random.pick(TELLING);
      return copy;
    case 2:
      // The low five bits of a head: another length, count or width.
      copy[at] = (old & 0xe0) | random.below(32);
      return copy;
    case 3:
      return copy.slice(0, at);
    case 4: {
      const piece = copy.slice(at, at + 1 + random.below(16));
      return joined(
        copy.slice(0, at),
        ...new Array<Uint8Array>(random.below(40)).fill(piece),
        copy.slice(at),
      );
    }
    case 5: {
      const other = random.pick(others).bytes;
      return joined(copy.slice(0, at), other.slice(random.below(other.length + 1)));
    }
    default:
      return joined(copy.slice(0, at), copy.slice(at + random.below(9)));
  }
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts).subarray(0, LARGEST));
}
