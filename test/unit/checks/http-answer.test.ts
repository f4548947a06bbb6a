/** An HTTP answer read in pieces: wherever it is cut, it says the same; what is no HTTP is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HttpAnswerReader, type HttpSaid } from '../../../agent/io/probing/http-answer.ts';

const LARGE = 1_000_000;

/** What is said by an answer that comes in these pieces; the connection is closed behind them. */
function read(pieces: readonly string[], method = 'GET', maxBytes = LARGE): HttpSaid {
  const reader = new HttpAnswerReader(method, maxBytes);
  for (const piece of pieces) if (reader.push(Buffer.from(piece, 'latin1'))) return reader.said();
  reader.close();
  return reader.said();
}

function cutAt(text: string, places: readonly number[]): string[] {
  const at = [...new Set(places.map((place) => place % (text.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  return [0, ...at].map((start, n) => text.slice(start, at[n] ?? text.length));
}

function chunked(body: string, sizes: readonly number[]): string {
  let rest = body;
  let text = '';
  for (const size of sizes) {
    const chunk = rest.slice(0, size);
    if (chunk === '') break;
    text += `${chunk.length.toString(16)};name=value\r\n${chunk}\r\n`;
    rest = rest.slice(size);
  }
  if (rest !== '') text += `${rest.length.toString(16)}\r\n${rest}\r\n`;
  return `${text}0\r\nTrailer: of no interest\r\n\r\n`;
}

const body = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)),
});
const cuts = fc.array(fc.nat(), { maxLength: 8 });

describe('an HTTP answer', () => {
  it('says the same wherever it is cut, by each way of telling its length', () => {
    const framings = fc.tuple(body, fc.array(fc.integer({ min: 1, max: 9 })), cuts);
    fc.assert(
      fc.property(framings, fc.integer({ min: 200, max: 599 }), ([text, sizes, places], status) => {
        fc.pre(status !== 204 && status !== 304);
        const head = `HTTP/1.1 ${status} Some reason\r\nX-Kind:  a b \r\n`;
        const forms = [
          `${head}Content-Length: ${text.length}\r\n\r\n${text}`,
          `${head}Transfer-Encoding: chunked\r\n\r\n${chunked(text, sizes)}`,
          `${head}\r\n${text}`,
          `HTTP/1.1 100 Continue\r\n\r\n${head}\r\n${text}`,
        ];
        for (const form of forms) {
          const said = read(cutAt(form, places));
          expect(said).toMatchObject({ status, body: text, headers: { 'x-kind': 'a b' } });
        }
      }),
    );
  });

  it('joins headers that are repeated', () => {
    const { headers } = read(['HTTP/1.0 200 OK\nSet-Cookie: a=1\nset-cookie: b=2\n\n']);
    expect(headers).toEqual({ 'set-cookie': 'a=1, b=2' });
  });

  it('has no body where there is none: HEAD, 204, 304, an upgrade', () => {
    const length = 'Content-Length: 9\r\n\r\n';
    expect(read([`HTTP/1.1 200 OK\r\n${length}`], 'HEAD').body).toBe('');
    for (const status of [101, 204, 304]) {
      expect(read([`HTTP/1.1 ${status} x\r\n${length}`])).toMatchObject({ status, body: '' });
    }
  });

  it('is enough at so many bytes', () => {
    const said = read(['HTTP/1.1 200 OK\r\n\r\n', '12345', 'not asked for'], 'GET', 4);
    expect(said.body).toBe('1234');
  });

  it.each([
    ['nothing', '', 'it hung up without an answer'],
    ['half a head', 'HTTP/1.1 200 OK\r\nA: b\r\n', 'it hung up without an answer'],
    ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n12345678', 'in the middle'],
    [
      'half a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n1234',
      'in the middle',
    ],
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'not HTTP'],
    ['a status of letters', 'HTTP/1.1 abc\r\n\r\n', 'not HTTP'],
    ['a field without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n', 'not HTTP'],
    ['a folded field', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n', 'not HTTP'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12',
      'not HTTP',
    ],
    ['a negative length', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'not HTTP'],
    [
      'no size of a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
      'not HTTP',
    ],
    [
      'a chunk too long',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
      'not HTTP',
    ],
    ['a head without an end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(4000)}`, 'not HTTP'],
    [
      'a line without an end',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1'.repeat(9000)}`,
      'not HTTP',
    ],
  ])('is refused: %s', (_, text, why) => {
    expect(() => read([text])).toThrow(why);
    expect(() => read(text.split(''))).toThrow(why);
  });

  it('never fails in another way, whatever comes', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string(),
        fc.constantFrom(
          'HTTP/1.1 200 x\r\n',
          '\r\n',
          '\n',
          'Transfer-Encoding: chunked\r\n',
          '0\r\n',
        ),
      ),
    );
    fc.assert(
      fc.property(pieces, (all) => {
        try {
          expect(read(all, 'GET', 10).body.length).toBeLessThanOrEqual(10);
        } catch (error) {
          expect(String(error)).toMatch(/not HTTP|hung up/);
        }
      }),
    );
  });
});
