/** xxHash64 with seed 0. Written for few and short inputs: 64-bit integers are bigints here. */

const MASK = 0xffff_ffff_ffff_ffffn;
const P1 = 0x9e37_79b1_85eb_ca87n;
const P2 = 0xc2b2_ae3d_27d4_eb4fn;
const P3 = 0x1656_67b1_9e37_79f9n;
const P4 = 0x85eb_ca77_c2b2_ae63n;
const P5 = 0x27d4_eb2f_1656_67c5n;

const wrap = (value: bigint): bigint => value & MASK;
const rotate = (value: bigint, by: bigint): bigint => wrap(value << by) | (value >> (64n - by));
const round = (state: bigint, input: bigint): bigint =>
  wrap(rotate(wrap(state + input * P2), 31n) * P1);
const fold = (hash: bigint, state: bigint): bigint => wrap((hash ^ round(0n, state)) * P1 + P4);

export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const long = bytes.length >= 32;
  const start = long ? stripes(view) : P5;
  const rest = long ? bytes.length - (bytes.length % 32) : 0;
  return avalanche(tail(view, rest, wrap(start + BigInt(bytes.length))));
}

/** All whole blocks of 32 bytes. */
function stripes(view: DataView): bigint {
  let [a, b, c, d] = [wrap(P1 + P2), P2, 0n, wrap(-P1)];
  for (let at = 0; at + 32 <= view.byteLength; at += 32) {
    a = round(a, view.getBigUint64(at, true));
    b = round(b, view.getBigUint64(at + 8, true));
    c = round(c, view.getBigUint64(at + 16, true));
    d = round(d, view.getBigUint64(at + 24, true));
  }
  const mixed = wrap(rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n));
  return [a, b, c, d].reduce(fold, mixed);
}

function tail(view: DataView, from: number, start: bigint): bigint {
  let hash = start;
  let at = from;
  for (; at + 8 <= view.byteLength; at += 8) {
    hash = wrap(rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * P1 + P4);
  }
  for (; at + 4 <= view.byteLength; at += 4) {
    const word = BigInt(view.getUint32(at, true));
    hash = wrap(rotate(hash ^ wrap(word * P1), 23n) * P2 + P3);
  }
  for (; at < view.byteLength; at++) {
    hash = wrap(rotate(hash ^ wrap(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  }
  return hash;
}

function avalanche(hash: bigint): bigint {
  let mixed = wrap((hash ^ (hash >> 33n)) * P2);
  mixed = wrap((mixed ^ (mixed >> 29n)) * P3);
  return mixed ^ (mixed >> 32n);
}
