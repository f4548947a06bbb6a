/** The whole collector: wishes reach a device over its broker, and its answers come back through ingest. */
import { connectAsync } from 'mqtt';
import { expect, it } from 'vitest';
import type { CollectorApp } from '../../collector/app.ts';
import type { CampaignView } from '../../collector/ports/fleet-desk.ts';
import { encodeCommandResult } from '../../protocol/messages/command-result.ts';
import { decodeDesired } from '../../protocol/messages/desired.ts';
import { encodeState } from '../../protocol/messages/state.ts';
import { collectorInProcess } from '../support/collector-in-process.ts';
import { Inbox } from '../support/inbox.ts';
import { tempFolder } from '../support/temp-folder.ts';

const EPOCH = '0102030405060708';
const BRANCH = 'muster/v1/berlin/pi-1';

interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
}

async function device(app: CollectorApp, session: string) {
  const got = new Inbox<Message>();
  const url = app.busAddresses()[0] ?? '';
  const client = await connectAsync(url, { clientId: 'pi-1', reconnectPeriod: 0 });
  client.on('error', () => {});
  client.on('message', (topic, payload) => got.push({ topic, payload }));
  await client.subscribeAsync([`${BRANCH}/desired`, `${BRANCH}/cmd/+`, `${BRANCH}/ack`], {
    qos: 1,
  });
  const state = encodeState({
    ...{ online: true, session, agentVersion: '0.1.0', capabilities: [] },
    epochs: [{ epoch: EPOCH, low: 1, next: 1 }],
    ...{ boot: 'aabbccddeeff0011', machine: '1100ffeeddccbbaa', heartbeatSeconds: 60 },
    ...{ wall: Date.now(), labels: new Map([['ring', 'canary']]), facts: new Map() },
  });
  await client.publishAsync(`${BRANCH}/state`, Buffer.from(state), { qos: 1, retain: true });
  return { client, got };
}

async function ask<T>(app: CollectorApp, method: string, path: string, body?: object): Promise<T> {
  const sent = body && { body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  const url = `${app.httpAddress()}/api/muster/v1/${path}`;
  const answer = await fetch(url, { method, ...sent, ...(body && { headers }) });
  expect(answer.status).toBe(200);
  return (await answer.json()) as T;
}

async function ended(app: CollectorApp, id: string): Promise<CampaignView> {
  for (;;) {
    const command = await ask<CampaignView>(app, 'GET', `commands/${id}`);
    if (command.endedAt > 0) return command;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('desired and commands, over a restart of the collector', async () => {
  await using folder = await tempFolder('fleet');
  const first = await collectorInProcess(folder.path);
  const early = await device(first, '1'.padStart(16, '0'));
  const layer = { config: { checks: { web: { of: 3 } } }, selector: 'ring=canary', by: 'ada' };
  await ask(first, 'PUT', 'layers/selector:canary', layer);
  const isDesired = ({ topic }: Message) => topic.endsWith('/desired');
  const [wanted] = await early.got.take(1, isDesired);
  expect(decodeDesired(wanted?.payload ?? new Uint8Array())).toMatchObject({
    value: { config: layer.config },
  });
  const order = { selector: 'pi-1', name: 'ping', by: 'ada', deadline: '1h' };
  const { id } = await ask<CampaignView>(first, 'POST', 'commands', order);
  await early.got.take(1, ({ topic }) => topic === `${BRANCH}/cmd/${id}`);
  await early.client.endAsync(true);
  await first.stop();

  const second = await collectorInProcess(folder.path);
  const late = await device(second, '2'.padStart(16, '0'));
  const [same] = await late.got.take(1, isDesired);
  expect(same?.payload).toEqual(wanted?.payload);
  await late.got.take(1, ({ topic }) => topic === `${BRANCH}/cmd/${id}`);
  const header = {
    ...{ epoch: EPOCH, number: 1, low: 1, boot: 'aabbccddeeff0011' },
    ...{ wall: Date.now(), mono: 0, clock: 1 as const },
  };
  const result = encodeCommandResult({
    ...{ header, state: 'succeeded', part: 0, text: 'pong', output: '', attributes: new Map() },
  });
  await late.client.publishAsync(`${BRANCH}/res/${id}`, Buffer.from(result), { qos: 1 });
  expect(await ended(second, id)).toMatchObject({ counts: { succeeded: 1 }, successRate: 1 });
  await late.client.endAsync(true);
  await second.stop();
});
