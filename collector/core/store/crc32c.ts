/**
 * CRC-32C (Castagnoli), which LevelDB uses; Node has only the other CRC-32. Sixteen bytes a turn, read
 * as words of the machine, which has to have the low byte first, as all that Node runs on here do.
 */
// Constants of the module: found in an array at each call they cost twice the time.
const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = makeTables();

type Sixteen<T> = readonly [T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T];

function makeTables(): Sixteen<Int32Array> {
  const tables = Array.from({ length: 16 }, () => new Int32Array(256));
  for (let n = 0; n < 256; n++) {
    let value = n;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    (tables[0] as Int32Array)[n] = value;
  }
  for (let t = 1; t < 16; t++) {
    for (let n = 0; n < 256; n++) {
      const before = tables[t - 1]?.[n] as number;
      (tables[t] as Int32Array)[n] = (before >>> 8) ^ (tables[0]?.[before & 0xff] as number);
    }
  }
  return tables as unknown as Sixteen<Int32Array>;
}

export function crc32c(bytes: Uint8Array): number {
  // A view of words begins at a multiple of four.
  const head = Math.min(bytes.length, -bytes.byteOffset & 3);
  const turns = (bytes.length - head) >>> 4;
  if (turns === 0) return ~ofBytes(-1, bytes, 0, bytes.length) >>> 0;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, turns * 4);
  const crc = ofWords(ofBytes(-1, bytes, 0, head), words);
  return ~ofBytes(crc, bytes, head + turns * 16, bytes.length) >>> 0;
}

function ofBytes(before: number, bytes: Uint8Array, from: number, to: number): number {
  let crc = before;
  for (let i = from; i < to; i++)
    crc = (crc >>> 8) ^ (t0[(crc ^ (bytes[i] as number)) & 0xff] as number);
  return crc;
}

function ofWords(before: number, words: Int32Array): number {
  let crc = before;
  for (let i = 0; i < words.length; i += 4) {
    const a = crc ^ (words[i] as number);
    const b = words[i + 1] as number;
    const c = words[i + 2] as number;
    const d = words[i + 3] as number;
    crc =
      (t15[a & 0xff] as number) ^
      (t14[(a >>> 8) & 0xff] as number) ^
      (t13[(a >>> 16) & 0xff] as number) ^
      (t12[a >>> 24] as number) ^
      (t11[b & 0xff] as number) ^
      (t10[(b >>> 8) & 0xff] as number) ^
      (t9[(b >>> 16) & 0xff] as number) ^
      (t8[b >>> 24] as number) ^
      (t7[c & 0xff] as number) ^
      (t6[(c >>> 8) & 0xff] as number) ^
      (t5[(c >>> 16) & 0xff] as number) ^
      (t4[c >>> 24] as number) ^
      (t3[d & 0xff] as number) ^
      (t2[(d >>> 8) & 0xff] as number) ^
      (t1[(d >>> 16) & 0xff] as number) ^
      (t0[d >>> 24] as number);
  }
  return crc;
}
