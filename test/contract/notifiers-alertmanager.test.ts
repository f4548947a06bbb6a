/** The body of a webhook beside that of Debian's Alertmanager, for the same alerts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../collector/core/alerting/alert.ts';
import { freePort } from '../support/free-port.ts';
import { type HttpReceiver, httpReceiver } from '../support/notifiers/http-receiver.ts';
import { alert, NO_LIMIT, notification, notifier } from '../support/notifiers/notifications.ts';
import { tempFolder } from '../support/temp-folder.ts';

const ALERTMANAGER = '/usr/bin/prometheus-alertmanager';

const config = (url: string) => `
route: {receiver: team, group_by: [alertname, site], group_wait: 0s, group_interval: 1s}
receivers:
  - name: team
    webhook_configs: [{url: "${url}/theirs", max_alerts: 2}]
`;

type Body = Readonly<Record<string, unknown>> & {
  readonly alerts: readonly Readonly<Record<string, unknown>>[];
};

describe.skipIf(!existsSync(ALERTMANAGER))(
  'webhook beside Alertmanager (skipped where it is not installed)',
  () => {
    it('has the same fields in the same order', async () => {
      await using folder = await tempFolder('alertmanager');
      await using receiver = await httpReceiver();
      const now = Date.now();
      const alerts = ['größe', 'b', 'c'].map((instance, at) =>
        alert(
          { instance, site: 'home', severity: at === 1 ? 'warn' : 'page' },
          {
            annotations: { summary: `<&> ${instance}`, common: 'x' },
            startsAt: now - 60_120 - at,
            endsAt: now + 600_000,
            generatorUrl: 'http://p/graph?a=1&b=2',
          },
        ),
      );
      const port = await freePort();
      await writeFile(join(folder.path, 'am.yml'), config(receiver.url));
      await using _peer = peer(folder.path, port);
      const theirs = await theirBody(port, alerts, receiver);
      const parts = {
        alerts: inOrder(alerts, theirs),
        groupKey: '{}:{alertname="DiskFull", site="home"}',
        groupLabels: { alertname: 'DiskFull', site: 'home' },
        externalUrl: String(theirs['externalURL']),
        decidedAt: now,
      };
      const url = `${receiver.url}/ours`;
      await notifier('webhook_configs', { url, max_alerts: 2 }).send(notification(parts), NO_LIMIT);
      const ours = JSON.parse(receiver.received.at(-1)?.body ?? '') as Body;
      expect(ours).toEqual(theirs);
      expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      expect(Object.keys(ours.alerts[0] ?? {})).toEqual(Object.keys(theirs.alerts[0] ?? {}));
      expect(Object.keys(ours['commonLabels'] as object)).toEqual(
        Object.keys(theirs['commonLabels'] as object),
      );
      expect(theirs['truncatedAlerts']).toBe(1);
    });
  },
);

/** Alertmanager keeps alerts in no order; ours are asked in the order that it chose. */
function inOrder(alerts: readonly Alert[], theirs: Body): readonly Alert[] {
  const instances = theirs.alerts.map(({ labels }) => (labels as { instance: string }).instance);
  const place = (one: Alert): number => {
    const at = instances.indexOf(one.labels.get('instance'));
    return at === -1 ? instances.length : at;
  };
  return alerts.toSorted((a, b) => place(a) - place(b));
}

async function theirBody(
  port: number,
  alerts: readonly Alert[],
  receiver: HttpReceiver,
): Promise<Body> {
  const base = `http://127.0.0.1:${port}`;
  const body = alerts.map((one) => ({
    labels: one.labels.toObject(),
    annotations: one.annotations,
    startsAt: new Date(one.startsAt).toISOString(),
    endsAt: new Date(one.endsAt).toISOString(),
    generatorURL: one.generatorUrl,
  }));
  for (;;) {
    const answer = await fetch(`${base}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (answer?.ok === true) break;
    await delay(100);
  }
  for (;;) {
    const found = JSON.parse((await receiver.next()).body) as Body;
    // The first may go out before the last alert is in its group.
    if (Number(found['truncatedAlerts']) === 1) return found;
  }
}

function peer(folder: string, port: number): AsyncDisposable {
  const child = spawn(
    ALERTMANAGER,
    [
      `--config.file=${join(folder, 'am.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
