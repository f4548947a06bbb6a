/**
 * An answer of HTTP/1.0 or 1.1 as it comes, piece by piece (RFC 9112), for a probe: one answer on a
 * connection that is closed afterwards, and no more of its body than is asked for.
 */
import { ChunkReader, notHttp } from './http-chunks.ts';

export interface HttpSaid {
  readonly status: number;
  /** By lower-case name; repeated ones are joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const MOST_HEAD_BYTES = 16_384;
const HEAD_END = /\r?\n\r?\n/;
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/;
/** RFC 9110 5.1: a name is a token; a value has no control characters but the tabulator. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const SWITCHING_PROTOCOLS = 101;
const NOTHING = Buffer.alloc(0);

/** What the body's length is told by (RFC 9112 6.3). */
type Framing = { readonly kind: 'until-close' } | { readonly kind: 'length' } | ChunkReader;

export class HttpAnswerReader {
  readonly #isHead: boolean;
  readonly #maxBytes: number;
  #head: Buffer | undefined = NOTHING;
  #status = 0;
  #headers: Readonly<Record<string, string>> = {};
  #framing: Framing = { kind: 'until-close' };
  readonly #body: Buffer[] = [];
  #bytes = 0;
  /** Of the body, where its length was told. */
  #left = 0;
  #isWhole = false;

  /** `method` is the request's: an answer to HEAD has no body. */
  constructor(method: string, maxBytes: number) {
    this.#isHead = method === 'HEAD';
    this.#maxBytes = maxBytes;
  }

  /** Whether this is all of it, or enough. Throws when it is not HTTP. Keeps no bytes of `piece`. */
  push(piece: Buffer): boolean {
    if (this.#head === undefined) this.#take(piece);
    else this.#readHead(this.#head.length === 0 ? piece : Buffer.concat([this.#head, piece]));
    return this.#isWhole || (this.#head === undefined && this.#bytes >= this.#maxBytes);
  }

  /** The server closed the connection. Throws when that was too early. */
  close(): void {
    if (this.#head !== undefined) throw new Error('it hung up without an answer');
    if (this.#isWhole || this.#framing.kind === 'until-close') return;
    throw new Error('it hung up in the middle of its answer');
  }

  said(): HttpSaid {
    const body = Buffer.concat(this.#body).subarray(0, this.#maxBytes).toString('utf8');
    return { status: this.#status, headers: this.#headers, body };
  }

  #readHead(bytes: Buffer): void {
    const text = bytes.toString('latin1', 0, MOST_HEAD_BYTES);
    const end = HEAD_END.exec(text);
    if (end === null) {
      if (bytes.length >= MOST_HEAD_BYTES || !'HTTP/1.'.startsWith(text.slice(0, 7))) {
        throw notHttp();
      }
      this.#head = Buffer.from(bytes);
      return;
    }
    this.#judgeHead(text.slice(0, end.index).split(/\r?\n/));
    const rest = bytes.subarray(end.index + end[0].length);
    // An interim answer: the one that counts comes after it.
    if (this.#status < 200 && this.#status !== SWITCHING_PROTOCOLS) {
      this.#head = NOTHING;
      return this.#readHead(rest);
    }
    this.#head = undefined;
    this.#frame();
    if (!this.#isWhole) this.#take(rest);
  }

  #judgeHead([first = '', ...fields]: readonly string[]): void {
    const status = STATUS_LINE.exec(first)?.[1];
    if (status === undefined) throw notHttp();
    const headers: Record<string, string> = {};
    for (const field of fields) {
      const [, name, value = ''] = FIELD.exec(field) ?? [];
      if (name === undefined) throw notHttp();
      const [key, trimmed] = [name.toLowerCase(), value.trimEnd()];
      headers[key] = Object.hasOwn(headers, key) ? `${headers[key]}, ${trimmed}` : trimmed;
    }
    this.#status = Number(status);
    this.#headers = headers;
  }

  #frame(): void {
    const status = this.#status;
    const { 'transfer-encoding': coding, 'content-length': length } = this.#headers;
    if (this.#isHead || status < 200 || status === 204 || status === 304) this.#isWhole = true;
    else if (coding !== undefined && /(?:^|,)[ \t]*chunked$/i.test(coding)) {
      this.#framing = new ChunkReader();
    } else if (length !== undefined && coding === undefined) {
      if (!/^\d{1,15}$/.test(length)) throw notHttp();
      this.#framing = { kind: 'length' };
      this.#left = Number(length);
      this.#isWhole = this.#left === 0;
    }
  }

  #take(piece: Buffer): void {
    const framing = this.#framing;
    if (framing instanceof ChunkReader) {
      this.#isWhole = framing.push(piece, (data) => this.#keep(data));
    } else if (framing.kind === 'length') {
      const data = piece.subarray(0, this.#left);
      this.#left -= data.length;
      this.#isWhole = this.#left === 0;
      this.#keep(data);
    } else this.#keep(piece);
  }

  #keep(data: Buffer): void {
    const wanted = data.subarray(0, this.#maxBytes - this.#bytes);
    if (wanted.length === 0) return;
    this.#body.push(Buffer.from(wanted));
    this.#bytes += wanted.length;
  }
}
