/**
 * Cuts what a broker sends into packets. A packet's memory is taken once, when its length is known
 * and allowed, so that a broker that dribbles costs no more than one that does not.
 */
import { LIMITS } from '../../../protocol/limits.ts';

/** The largest payload with its topic. */
const MOST_BYTES = LIMITS.payloadBytes + 65_536;

export type TakePacket = (first: number, body: Buffer) => void;

/** Feed it what comes; throws when that cannot be MQTT. A body may be a view of what came. */
export class Frames {
  readonly #take: TakePacket;
  #first = -1;
  #length = 0;
  /** Bytes of the length read so far. */
  #lengthBytes = 0;
  #body: Buffer | undefined;
  #filled = 0;

  constructor(take: TakePacket) {
    this.#take = take;
  }

  push(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) at = this.#body ? this.#fill(bytes, at) : this.#head(bytes, at);
  }

  #head(bytes: Buffer, start: number): number {
    const byte = bytes[start] ?? 0;
    const at = start + 1;
    if (this.#first < 0) {
      this.#first = byte;
      return at;
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (byte >= 0x80) {
      if (this.#lengthBytes === 4) throw new Error('a length of more than four bytes');
      return at;
    }
    const length = this.#length;
    if (length > MOST_BYTES) throw new Error(`a packet of ${length} bytes`);
    if (bytes.length - at >= length) {
      this.#done(bytes.subarray(at, at + length));
      return at + length;
    }
    this.#body = Buffer.allocUnsafe(length);
    this.#filled = 0;
    return at;
  }

  #fill(bytes: Buffer, start: number): number {
    const body = this.#body as Buffer;
    const count = bytes.copy(body, this.#filled, start);
    this.#filled += count;
    if (this.#filled === body.length) this.#done(body);
    return start + count;
  }

  #done(body: Buffer): void {
    const first = this.#first;
    this.#first = -1;
    this.#length = 0;
    this.#lengthBytes = 0;
    this.#body = undefined;
    this.#take(first, body);
  }
}
