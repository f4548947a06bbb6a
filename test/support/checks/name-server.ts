/** A name server with the records of a test, or one that says nothing. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

export interface NameRecord {
  readonly name: string;
  /** Type number of RFC 1035. */
  readonly type: number;
  readonly data: Buffer;
}

const CLASS_IN = 1;
const NAME_ERROR = 3;
const ANSWER_FLAGS = 0x8180;

export class NameServer implements AsyncDisposable {
  readonly #socket: Socket;
  asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** `code` answers every question with that error; no records at all: silence. */
  static async start(
    records: readonly NameRecord[] | 'silent',
    code?: number,
  ): Promise<NameServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const server = new NameServer(socket);
    socket.on('message', (question, { port, address }) => {
      server.asked += 1;
      if (records !== 'silent') socket.send(answerTo(question, records, code), port, address);
    });
    return server;
  }

  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

export function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => [Buffer.of(label.length), Buffer.from(label)]);
  return Buffer.concat([...labels.flat(), Buffer.of(0)]);
}

function answerTo(question: Buffer, records: readonly NameRecord[], code?: number): Buffer {
  let end = 12;
  while ((question[end] ?? 0) > 0) end += 1 + (question[end] ?? 0);
  const asked = question.subarray(12, end + 1);
  const type = question.readUInt16BE(end + 1);
  const isAsked = ({ name }: NameRecord) => encodeName(name).equals(asked);
  const known = records.some(isAsked);
  const found = records.filter((record) => isAsked(record) && record.type === type);
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(ANSWER_FLAGS | (code ?? (known ? 0 : NAME_ERROR)), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(code === undefined ? found.length : 0, 6);
  const body = code === undefined ? found.map(encodeRecord) : [];
  return Buffer.concat([header, question.subarray(12, end + 5), ...body]);
}

function encodeRecord({ name, type, data }: NameRecord): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(CLASS_IN, 2);
  fixed.writeUInt32BE(60, 4);
  fixed.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(name), fixed, data]);
}
