/** Remote write over HTTP: what is answered for what, and what arrives. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalError } from '../../collector/core/errors.ts';
import { httpFixture, NOW } from '../support/http-fixture.ts';
import {
  encodeSeries,
  message,
  type SentSeries,
  snap,
  writeRequest,
} from '../support/remote-write/encode.ts';

let fixture: ReturnType<typeof httpFixture>;
beforeEach(() => {
  fixture = httpFixture();
});
afterEach(() => fixture.app.close());

const TYPE = 'application/x-protobuf';
const good: SentSeries = {
  labels: [
    ['__name__', 'm'],
    ['instance', 'a'],
  ],
  samples: [[NOW, 1]],
};

async function send(payload: Buffer, headers: Record<string, string> = {}) {
  const answer = await fixture.app.inject({
    method: 'POST',
    url: '/api/v1/write',
    headers: { 'content-type': TYPE, 'content-encoding': 'snappy', ...headers },
    payload,
  });
  const body = answer.body === '' ? undefined : answer.json<Record<string, unknown>>();
  return { status: answer.statusCode, body, headers: answer.headers };
}

const arrived = () =>
  fixture.written.map(({ labels, times, values }) => [labels.toObject(), [...times], [...values]]);

describe('remote write', () => {
  it('stores and answers 204', async () => {
    const version = { 'x-prometheus-remote-write-version': '0.1.0' };
    expect(await send(writeRequest([good, good]), version)).toMatchObject({ status: 204 });
    const one = [{ __name__: 'm', instance: 'a' }, [NOW], [1]];
    expect(arrived()).toEqual([one, one]);
    expect(fixture.metrics.text()).toContain('muster_collector_remote_write_samples_total 2');
  });

  it('takes metadata', async () => {
    const told = Buffer.concat([Buffer.of(8, 1), message(2, Buffer.from('x_total'))]);
    expect((await send(snap(message(3, told)))).status).toBe(204);
    expect([...fixture.descriptions.descriptions()]).toMatchObject([
      { metric: 'x_total', type: 1 },
    ]);
    expect(fixture.descriptions.metaOf('x_total')).toEqual({ type: 'counter', unit: '' });
  });

  it('stores what is good of a request, and says what was not', async () => {
    const nameless: SentSeries = { labels: [['a', 'b']], samples: [[NOW, 1]] };
    const histogram = Buffer.concat([
      encodeSeries({ ...good, samples: [] }),
      message(4, Buffer.of()),
    ]);
    const bytes = Buffer.concat([
      message(1, encodeSeries(nameless)),
      message(1, encodeSeries(good)),
      message(1, histogram),
    ]);
    expect(await send(snap(bytes))).toMatchObject({
      status: 400,
      body: {
        errorType: 'bad_data',
        error:
          'not stored, all else was: 1 samples: a series has no __name__: {a="b"}; ' +
          '1 native histograms: they are not taken',
      },
    });
    expect(arrived()).toHaveLength(1);
    fixture.sink.write = () => Promise.resolve({ refused: 1 });
    expect((await send(writeRequest([good]))).body).toMatchObject({
      error: 'not stored, all else was: 1 samples: the limit on series is reached',
    });
    const text = fixture.metrics.text();
    for (const reason of ['limit', 'malformed', 'histogram'])
      expect(text).toContain(`muster_collector_remote_write_refused_total{reason="${reason}"} 1`);
  });

  it('answers 503 while the disk refuses, so that the sender tries again', async () => {
    fixture.sink.write = () => Promise.reject(new JournalError('journal-disk-full'));
    expect(await send(writeRequest([good]))).toMatchObject({
      status: 503,
      body: { errorType: 'unavailable', error: expect.stringContaining('send it again') as string },
      headers: { 'retry-after': '5' },
    });
  });

  it('lets senders wait while too much is at work, and takes them afterwards', async () => {
    let free = () => {};
    const held = new Promise<void>((resolve) => (free = resolve));
    fixture.sink.write = () => held.then(() => ({ refused: 0 }));
    // An unknown field is passed over, however large it is.
    const ballast = message(9, randomBytes(7 * 1_048_576));
    const body = snap(Buffer.concat([message(1, encodeSeries(good)), ballast]));
    const waiting = Array.from({ length: 4 }, () => send(body));
    const answers = Promise.all([...waiting, send(body)]);
    const first = await Promise.race([send(body), answers]);
    expect(first).toMatchObject({ status: 503, body: { errorType: 'unavailable' } });
    free();
    const statuses = (await answers).map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([204, 204, 204, 204, 503]);
    expect((await send(body)).status).toBe(204);
  });

  it.each([
    [
      'no snappy',
      Buffer.from('hello'),
      {},
      400,
      'not a remote write request: the body is no snappy block',
    ],
    [
      'no protobuf',
      snap(Buffer.from([0x0a, 9, 1])),
      {},
      400,
      'not a remote write request: the message is cut off',
    ],
    [
      'gzip',
      writeRequest([good]),
      { 'content-encoding': 'gzip' },
      415,
      'The body is gzip: send snappy.',
    ],
    [
      'version 2',
      writeRequest([good]),
      { 'content-type': `${TYPE};proto=io.prometheus.write.v2.Request` },
      415,
      'send remote write 1.0',
    ],
    [
      'JSON',
      Buffer.from('{}'),
      { 'content-type': 'application/json' },
      415,
      'Send application/x-protobuf.',
    ],
    ['text', Buffer.from('m 1'), { 'content-type': 'text/csv' }, 415, ''],
    ['too much', snap(Buffer.alloc(33 * 1_048_576)), {}, 413, 'Decoded, a body may have'],
  ])('refuses %s', async (_what, payload, headers, status, text) => {
    const answer = await send(payload, headers as Record<string, string>);
    expect([answer.status, answer.body?.['status']]).toEqual([status, 'error']);
    expect(answer.body?.['error']).toContain(text);
    expect(arrived()).toEqual([]);
  });

  it('takes the message of version 1 by its full name', async () => {
    const headers = { 'content-type': `${TYPE};proto=prometheus.WriteRequest` };
    expect((await send(writeRequest([good]), headers)).status).toBe(204);
  });
});
