/** From an alert to a webhook's server: LevelDB, real HTTP, group_wait 0. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabelSet } from '../../../collector/core/label-set.ts';
import { openCatalog } from '../../../collector/io/level-catalog.ts';
import { type AlertingServer, startAlerting } from '../../support/alerting/server.ts';
import type { HookMessage } from '../../support/alerting/webhook-channel.ts';

export const describe = 'alerts: durable arrival to webhook, p50 and p99 (alerts [count])';

const configFor = (hook: string, groupBy: string): string => `
route:
  receiver: ops
  group_by: [${groupBy}]
  group_wait: 0s
  group_interval: 5m
receivers:
  - name: ops
    webhook_configs: [{ url: "${hook}" }]
inhibit_rules:
  - source_matchers: [alertname="SiteDown"]
    target_matchers: [alertname="Down"]
    equal: [site]
`;

export async function run([count = '10000']: string[]): Promise<void> {
  const alerts = Number(count);
  await one('one by one, 500 a second', 'instance', alerts, 500);
  await one('all at once, a group each', 'instance', alerts);
  await one('all at once, 100 groups', 'site', alerts);
  await one('all at once, one group', 'alertname', alerts);
}

async function one(what: string, groupBy: string, count: number, rate?: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mstr-alerts-'));
  const heard = new Map<string, number>();
  let all = (): void => {};
  const done = new Promise<void>((resolve) => {
    all = resolve;
  });
  const hook = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end('ok');
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as HookMessage;
      const now = performance.now();
      for (const { labels } of alerts) {
        const instance = labels['instance'] ?? '';
        if (!heard.has(instance)) heard.set(instance, now);
      }
      if (heard.size === count) all();
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const catalog = await openCatalog(join(folder, 'alerts'));
  const server = await startAlerting(configFor(url, groupBy), { catalog });
  const said = new Map<string, number>();
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (const batch of batches(count, rate)) {
    await until(began + batch.at);
    await say(server, batch.numbers, said);
  }
  const stored = performance.now() - began;
  await done;
  const took = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const waits = [...said].map(([name, at]) => (heard.get(name) ?? 0) - at).sort((a, b) => a - b);
  const figures = [0.5, 0.99, 1].map((q) => waits[Math.ceil(q * waits.length) - 1]?.toFixed(0));
  console.log(
    `${what}: p50 ${figures[0]} ms, p99 ${figures[1]} ms, last ${figures[2]} ms; ` +
      `durable after ${stored.toFixed(0)} ms, all in ${took.toFixed(0)} ms, ` +
      `${((user + system) / count).toFixed(0)} µs CPU per alert (server of the webhook included)`,
  );
  await server.close();
  await catalog.close();
  hook.closeAllConnections();
  hook.close();
  await rm(folder, { recursive: true, force: true });
}

function batches(count: number, rate?: number) {
  const size = rate === undefined ? count : Math.max(1, Math.round(rate / 20));
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    at: i * 50,
    numbers: Array.from({ length: Math.min(size, count - i * size) }, (_, j) => i * size + j),
  }));
}

async function say(
  { alerting }: AlertingServer,
  numbers: readonly number[],
  said: Map<string, number>,
): Promise<void> {
  const now = Date.now();
  const at = performance.now();
  for (const n of numbers) said.set(`pi-${n}`, at);
  await alerting.store.put(
    numbers.map((n) => ({
      labels: LabelSet.fromObject({
        alertname: 'Down',
        instance: `pi-${n}`,
        job: 'node',
        severity: 'page',
        site: `site-${n % 100}`,
      }),
      annotations: { summary: `pi-${n} has not been heard of for 90 seconds` },
      startsAt: now,
      endsAt: now + 600_000,
      generatorUrl: '',
      updatedAt: now,
    })),
  );
}

function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
}
