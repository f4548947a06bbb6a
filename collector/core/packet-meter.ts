/**
 * Follows the MQTT packets in a stream of bytes by their fixed headers alone, so that a packet that
 * is too large is known by its first five bytes, before anything buffers it.
 */
const PUBLISH = 3;

export type Metered = 'ok' | 'too-large' | 'malformed';

export class PacketMeter {
  /** The largest body of a PUBLISH, in bytes. */
  limit: number;
  /** The largest body of any other packet: those are parsed whole, in one go. */
  readonly #others: number;
  /** Packets whose last byte has been seen. */
  completed = 0;
  /** Of the packet that is under way. */
  #bodyLeft = 0;
  #body = 0;
  #most = 0;
  /** Length bytes of the header seen so far; -1 outside a header. */
  #lengthBytes = -1;

  /** `limit` holds for all packets until that of PUBLISH is raised. */
  constructor(limit: number) {
    this.limit = limit;
    this.#others = limit;
  }

  /** Bytes received of a packet that is not complete. */
  get partial(): number {
    if (this.#bodyLeft > 0) return this.#body - this.#bodyLeft + 2;
    return this.#lengthBytes + 1;
  }

  feed(bytes: Uint8Array): Metered {
    let at = 0;
    while (at < bytes.length) {
      if (this.#bodyLeft > 0) at = this.#skip(at, bytes.length);
      else if (this.#lengthBytes < 0) {
        this.#lengthBytes = 0;
        this.#body = 0;
        this.#most = (bytes[at] as number) >> 4 === PUBLISH ? this.limit : this.#others;
        at += 1;
      } else {
        const verdict = this.#length(bytes[at] as number);
        if (verdict !== 'ok') return verdict;
        at += 1;
      }
    }
    return 'ok';
  }

  #skip(at: number, end: number): number {
    const step = Math.min(this.#bodyLeft, end - at);
    this.#bodyLeft -= step;
    if (this.#bodyLeft === 0) this.completed += 1;
    return at + step;
  }

  #length(byte: number): Metered {
    this.#body += (byte & 127) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    if (this.#body > this.#most) return 'too-large';
    if ((byte & 128) !== 0) return this.#lengthBytes === 4 ? 'malformed' : 'ok';
    this.#lengthBytes = -1;
    this.#bodyLeft = this.#body;
    if (this.#body === 0) this.completed += 1;
    return 'ok';
  }
}
