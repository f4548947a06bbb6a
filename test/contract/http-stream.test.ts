/** Server-Sent Events over a real connection: filters, heartbeats, bounds, and a clean stop. */
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { LiveMessage } from '../../collector/core/views.ts';
import { device, type FixtureOptions, httpFixture, NOW } from '../support/http-fixture.ts';
import { soon } from '../support/soon.ts';

type Fixture = ReturnType<typeof httpFixture>;
const opened: Fixture['app'][] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((app) => app.close()));
});

async function start(options: FixtureOptions = {}): Promise<Fixture & { url: string }> {
  const fixture = httpFixture(options);
  opened.push(fixture.app);
  const address = await fixture.app.listen({ host: '127.0.0.1', port: 0 });
  return { ...fixture, url: `${address}/api/muster/v1/stream` };
}

/** Reads a stream until `done` says so; answers the text so far. */
async function read(
  url: string,
  act: () => unknown,
  done: (text: string) => boolean,
): Promise<string> {
  const controller = new AbortController();
  const response = await fetch(url, {
    signal: controller.signal,
    headers: { 'last-event-id': '9' },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  let acted = false;
  while (!done(text)) {
    const { value, done: ended } = await reader.read();
    text += new TextDecoder().decode(value);
    if (ended) break;
    if (!acted) act();
    acted = true;
  }
  controller.abort();
  return text;
}

function events(text: string): LiveMessage[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(
    ([, body]) => JSON.parse(body ?? '') as LiveMessage,
  );
}

const base = { device: 'pi-1', site: 'berlin', at: NOW };
const samples: LiveMessage = {
  ...base,
  kind: 'sample',
  data: [
    { labels: { __name__: 'm', a: '1' }, time: NOW, value: 1.5 },
    { labels: { __name__: 'm', a: '2' }, time: NOW, value: Number.NaN },
    { labels: { __name__: 'n' }, time: NOW, value: Number.POSITIVE_INFINITY },
  ],
};
const gap: LiveMessage = { ...base, kind: 'gap', data: { from: 1, to: 2, cause: 'power' } };
const state: LiveMessage = { ...base, kind: 'state', data: device('pi-1') };

describe('stream', () => {
  it('sends what happens, in order, with ids', async () => {
    const { url, feed } = await start();
    const text = await read(
      url,
      () => [state, samples, gap].map((m) => feed.tell(m)),
      (t) => t.includes('power'),
    );
    expect(text).toMatch(/event: state\nid: 1\ndata: .*\n\nevent: sample\nid: 2\ndata: /);
    expect(events(text)).toEqual([
      state,
      {
        ...samples,
        data: [
          samples.data[0],
          { ...samples.data[1], value: 'NaN' },
          { ...samples.data[2], value: '+Inf' },
        ],
      },
      gap,
    ]);
  });

  it('filters by device, kind and selector', async () => {
    const { url, feed } = await start();
    const query = '?device=pi-1&device=pi-2&kind=sample&match=m{a="1"}';
    const say = () => {
      feed.tell(gap);
      feed.tell({ ...samples, device: 'pi-9' });
      feed.tell({ ...samples, data: samples.data.slice(1) });
      feed.tell(samples);
    };
    const found = events(await read(url + query, say, (t) => t.includes('1.5')));
    expect(found).toEqual([{ ...samples, data: [samples.data[0]] }]);
  });

  it('beats when nothing happens', async () => {
    const { url } = await start({ limits: { streamHeartbeatMs: 10 } });
    await read(
      url,
      () => {},
      (text) => text.split(': heartbeat').length > 2,
    );
  });

  it('lets go of readers that left', async () => {
    const { url, feed } = await start();
    await read(
      url,
      () => feed.tell(gap),
      (t) => t.includes('power'),
    );
    await soon(() => expect(feed.size).toBe(0));
  });

  it('drops a reader that does not read', async () => {
    const { url, feed, metrics } = await start({ limits: { streamBytes: 10_000 } });
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET ${new URL(url).pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await soon(() => expect(feed.size).toBe(1));
    socket.pause();
    const big = { ...gap, data: { ...gap.data, cause: 'x'.repeat(100_000) } };
    await soon(() => {
      for (let i = 0; i < 50; i++) feed.tell(big);
      expect(feed.size).toBe(0);
    });
    expect(metrics.text()).toContain('muster_collector_http_streams_dropped_total 1');
    socket.destroy();
  });

  it('refuses more than its limit', async () => {
    const { url, feed } = await start({ limits: { streams: 1 } });
    const controller = new AbortController();
    await fetch(url, { signal: controller.signal });
    expect(feed.size).toBe(1);
    expect((await fetch(url)).status).toBe(503);
    controller.abort();
  });

  it('does not hold up a stop', async () => {
    const { url, app } = await start();
    const response = await fetch(url);
    // It would wait for the reader, who never leaves, until the test's own end.
    await app.close();
    await response.text();
  });
});
