/** Conversations that hurt the broker once: each is refused as it should be, and the others are served. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { corpusOf, namedCorpusOf } from '../../scripts/fuzz/conversations.ts';
import { Beside } from '../support/hostile/beside.ts';

/** What the collector counts them as; where nothing stands, it only has to bear them. */
const REFUSED: Readonly<Record<string, string>> = {
  'subscribe-thousands-of-filters': 'subscriptions',
  'subscribe-1-mb': 'packet-size',
  'publish-60-mb': 'packet-size',
  'length-of-five-bytes': 'malformed',
};

let fleet: Beside;

beforeAll(async () => {
  fleet = await Beside.open({ devices: 4, series: 8, intervalMs: 500 });
});
afterAll(() => fleet[Symbol.asyncDispose]());

async function refused(reason: string): Promise<number> {
  const metrics = await fleet.collector.metrics();
  return metrics.get(`muster_collector_bus_refused_total{reason="${reason}"}`) ?? 0;
}

it.each(namedCorpusOf('broker'))('is borne: %s', async (name, conversation) => {
  const reason = REFUSED[name];
  const before = reason === undefined ? 0 : await refused(reason);
  const socket = connect(Number(new URL(fleet.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  const written = new Promise((resolve) => {
    socket.write(conversation, resolve);
    socket.once('close', resolve);
  });
  if (reason !== undefined) await fleet.until(async () => (await refused(reason)) > before);
  else await written;
  socket.destroy();
  expect((await fetch(`${fleet.collector.http}/-/ready`)).status).toBe(200);
});

it('nobody else was disconnected, and all of theirs is acknowledged', async () => {
  expect(corpusOf('broker').length).toBeGreaterThanOrEqual(Object.keys(REFUSED).length);
  await fleet.settled();
  await fleet.report();
  const { sent, acked, disconnects } = fleet.totals;
  expect({ acked, disconnects }).toEqual({ acked: sent, disconnects: 0 });
  expect(sent).toBeGreaterThan(0);
});
