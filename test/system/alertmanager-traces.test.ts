/**
 * The same alerts at the same moments to Debian's Alertmanager and to ours, the same configuration:
 * the same notifications in the same order for every receiver and group. Times are not compared.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notifyPorts } from '../../collector/io/notify-transports/index.ts';
import { notifierChannels } from '../../collector/work/alerting/receivers.ts';
import { type AlertingServer, startAlerting } from '../support/alerting/server.ts';
import {
  type HookMessage,
  type HookServer,
  startHook,
} from '../support/alerting/webhook-channel.ts';
import { freePort } from '../support/free-port.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';

/** Changes come between flushes, a second apart from each, so that both see them in the same one. */
const configFor = (hook: string): string => `
route:
  receiver: default
  group_by: [alertname]
  group_wait: 1s
  group_interval: 4s
  repeat_interval: 1h
  routes:
    - matchers: [severity="page"]
      receiver: pager
      group_by: ['...']
      continue: true
    - matchers: ['team=~"net|disk"']
      receiver: team
      group_by: [team, rack]
    - match: { severity: quiet }
      receiver: quiet
    - matchers: [alertname="Again"]
      receiver: repeating
      repeat_interval: 6s
    - matchers: [alertname="Muted"]
      receiver: default
      mute_time_intervals: [always]
inhibit_rules:
  - source_matchers: [alertname="SiteDown"]
    target_matchers: [alertname=~".*Down"]
    equal: [site]
time_intervals:
  - name: always
    time_intervals: [{ times: [{ start_time: "00:00", end_time: "24:00" }] }]
receivers:
  - name: default
    webhook_configs: [{ url: "${hook}/" }]
  - name: pager
    webhook_configs: [{ url: "${hook}/" }]
  - name: team
    webhook_configs: [{ url: "${hook}/" }]
  - name: quiet
    webhook_configs: [{ url: "${hook}/", send_resolved: false }]
  - name: repeating
    webhook_configs: [{ url: "${hook}/" }]
`;

type Labels = Readonly<Record<string, string>>;

interface Step {
  /** Seconds since the beginning. */
  readonly at: number;
  readonly fire?: readonly Labels[];
  readonly resolve?: readonly Labels[];
  readonly silence?: string;
  readonly expire?: string;
}

const disk = (instance: string): Labels => ({ alertname: 'Disk', instance, site: 'berlin' });
const paged = (instance: string): Labels => ({ ...disk(instance), severity: 'page' });
const team = (name: string, instance: string): Labels => ({
  alertname: 'Load',
  team: name,
  instance,
});
const down = (name: string, site: string): Labels => ({ alertname: name, site });
const quiet: Labels = { alertname: 'Quiet', severity: 'quiet' };
const again: Labels = { alertname: 'Again', instance: 'a' };
const silenced = (instance: string): Labels => ({ alertname: 'Silenced', instance });

const SCRIPT: readonly Step[] = [
  { at: 0, silence: 'b' },
  {
    at: 0.1,
    fire: [
      disk('a'),
      paged('p'),
      team('net', 'a'),
      team('disk', 'a'),
      down('SiteDown', 'bonn'),
      down('DeviceDown', 'bonn'),
      down('DeviceDown', 'berlin'),
      quiet,
      again,
      silenced('a'),
      silenced('b'),
      { alertname: 'Muted' },
      { alertname: 'Odd "quotes"\\\n', instance: 'ü' },
    ],
  },
  // Flushes at 1.1, 5.1, 9.1, 13.1, ...
  { at: 3, fire: [disk('b'), team('net', 'b')], resolve: [paged('p'), quiet] },
  { at: 7, resolve: [disk('a'), down('SiteDown', 'bonn'), team('disk', 'a')], expire: 'b' },
  { at: 11, resolve: [disk('b'), team('net', 'a'), team('net', 'b')], fire: [quiet, paged('p')] },
  { at: 15, resolve: [again, silenced('a'), silenced('b'), down('DeviceDown', 'bonn')] },
  // Came and went between two flushes of a group that exists.
  { at: 15.5, fire: [down('DeviceDown', 'ulm')] },
  { at: 16, resolve: [down('DeviceDown', 'ulm')] },
];
const END = 22;

describe.skipIf(!existsSync(ALERTMANAGER))(
  'notifications equal Alertmanager’s (skipped where it is missing)',
  () => {
    let folder: TempFolder;
    let theirs: { url: string; child: ChildProcess } | undefined;
    let ours: AlertingServer;
    let theirHook: HookServer;
    let ourHook: HookServer;

    beforeAll(async () => {
      folder = await tempFolder('alertmanager');
      theirHook = await startHook();
      ourHook = await startHook();
      theirs = await startAlertmanager(folder.path, configFor(theirHook.url));
      const channels = notifierChannels(notifyPorts({ publish: () => Promise.resolve() }, {}));
      ours = await startAlerting(configFor(ourHook.url), { channels });
    });

    afterAll(async () => {
      const ended = new Promise((resolve) => theirs?.child.once('exit', resolve));
      if (theirs?.child.kill('SIGKILL') === true) await ended;
      await ours.close();
      await theirHook.close();
      await ourHook.close();
      await folder[Symbol.asyncDispose]();
    });

    it('on a script of everything that may happen', async () => {
      await Promise.all([play(theirs?.url ?? ''), play(ours.url)]);
      const expected = trace(theirHook.messages);
      expect(Object.keys(expected).length).toBe(10);
      expect(trace(ourHook.messages)).toEqual(expected);
    });
  },
);

async function play(url: string): Promise<void> {
  const began = performance.now();
  const silences = new Map<string, string>();
  for (const { at, fire = [], resolve = [], silence, expire } of SCRIPT) {
    await until(began + at * 1000);
    if (silence !== undefined) silences.set(silence, await addSilence(url, silence));
    if (expire !== undefined) await send(url, 'DELETE', `/api/v2/silence/${silences.get(expire)}`);
    const now = Date.now();
    const ends = new Date(now).toISOString();
    const later = new Date(now + 600_000).toISOString();
    const alerts = [
      ...fire.map((labels) => ({ labels, endsAt: later })),
      ...resolve.map((labels) => ({ labels, endsAt: ends })),
    ];
    if (alerts.length > 0) await send(url, 'POST', '/api/v2/alerts', alerts);
  }
  await until(began + END * 1000);
}

async function addSilence(url: string, instance: string): Promise<string> {
  const now = Date.now();
  const answer = await send(url, 'POST', '/api/v2/silences', {
    matchers: [
      { name: 'instance', value: instance, isRegex: false, isEqual: true },
      { name: 'alertname', value: 'Sil.*', isRegex: true, isEqual: true },
    ],
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + 600_000).toISOString(),
    createdBy: 'test',
    comment: 'test',
  });
  return (JSON.parse(answer) as { silenceID: string }).silenceID;
}

async function send(url: string, method: string, path: string, body?: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const request = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  const response = await fetch(url + path, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return text;
}

function until(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
}

/** What each receiver was told of each group, in order; alerts in the order of the message. */
function trace(messages: readonly HookMessage[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { receiver, groupKey, alerts } of messages) {
    const place = `${receiver} ${groupKey}`;
    const told = alerts.map(({ status, labels }) => `${status} ${sorted(labels)}`).join(' | ');
    found[place] = [...(found[place] ?? []), told];
  }
  return found;
}

function sorted(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function startAlertmanager(folder: string, config: string) {
  const file = join(folder, 'alertmanager.yml');
  await writeFile(file, config);
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    ALERTMANAGER,
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://${address}`;
  const end = performance.now() + 120_000;
  for (;;) {
    const answer = await fetch(`${url}/-/ready`).catch(() => undefined);
    if (answer?.ok === true) return { url, child };
    if (child.exitCode !== null || performance.now() > end) {
      throw new Error('alertmanager did not start');
    }
    await until(performance.now() + 100);
  }
}
