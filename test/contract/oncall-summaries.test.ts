/** Reports at fixed times, over a catalog that outlives the process. */
import { describe, expect, it } from 'vitest';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { httpReceiver } from '../support/notifiers/http-receiver.ts';
import { NO_LIMIT, notifier } from '../support/notifiers/notifications.ts';
import { smtpReceiver } from '../support/notifiers/smtp-receiver.ts';
import { MINUTE, OnCallRig, START } from '../support/oncall/rig.ts';

const POLICIES = `
summaries:
  morning:
    at: '07:00'
    location: Europe/Berlin
    receivers: [team, boss]
`;
const HOUR = 60 * MINUTE;

const start = (catalog: MemoryCatalog, wall: number) =>
  new OnCallRig({ catalog, policies: POLICIES, wall }).start();

describe('a summary', () => {
  it('is sent at its time to each receiver, and tells what happened since the last', async () => {
    const rig = await start(new MemoryCatalog(), START);
    await rig.fire({ alertname: 'Disk', instance: 'a' });
    await rig.advance(HOUR);
    await rig.resolve({ alertname: 'Disk', instance: 'a' });
    expect(rig.reports).toEqual([]);
    await rig.advance(17 * HOUR);
    expect(rig.reports.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'summary/morning/2026-11-22T06:00:00.000Z',
      'summary/morning/2026-11-22T06:00:00.000Z',
    ]);
    const [report] = rig.reports;
    expect(report?.subject).toBe('Alerts, morning: 1 new, 1 resolved, 0 firing');
    expect(report?.json).toMatchObject({
      from: '2026-11-21T06:00:00.000Z',
      to: '2026-11-22T06:00:00.000Z',
      new: [{ labels: { alertname: 'Disk', instance: 'a' } }],
    });
    await rig.advance(24 * HOUR);
    expect(rig.reports).toHaveLength(4);
    const events = await rig.alerting.history.list({ limit: 1000 });
    expect(events.filter(({ kind }) => String(kind) === 'reported')).toHaveLength(4);
  });

  it('is sent late, once, when the collector was down at its time', async () => {
    const catalog = new MemoryCatalog();
    const first = await start(catalog, START);
    await first.advance(MINUTE);
    first.catalog.dead = true;
    const second = await start(catalog, START + 21 * HOUR);
    await second.advance(HOUR);
    expect(second.reports).toHaveLength(2);
    second.catalog.dead = true;
    const third = await start(catalog, START + 23 * HOUR);
    await third.advance(HOUR);
    expect(third.reports).toEqual([]);
  });

  it('is left out when it would be a day late, and what is older too', async () => {
    const catalog = new MemoryCatalog();
    const first = await start(catalog, START);
    await first.advance(MINUTE);
    first.catalog.dead = true;
    // Three times were missed: the newest alone is sent.
    const second = await start(catalog, START + 72 * HOUR);
    await second.advance(HOUR);
    expect(second.reports.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'summary/morning/2026-11-24T06:00:00.000Z',
      'summary/morning/2026-11-24T06:00:00.000Z',
    ]);
  });
});

describe('channels', () => {
  const report = {
    idempotencyKey: 'summary/day/1',
    name: 'day',
    subject: 'Alerts, day: 1 new\r\nBcc: x@example.org',
    text: 'Alerts <day>',
    html: '<p>Alerts &lt;day&gt;</p>',
    json: { version: '1', report: 'day' },
  };

  it('take it as JSON by webhook, with the key that tells repeats', async () => {
    await using server = await httpReceiver();
    const hook = notifier('webhook_configs', { url: `${server.url}/hook` });
    expect(await hook.report?.(report, NO_LIMIT)).toEqual({ ok: true, detail: 'HTTP 200' });
    expect(server.received[0]?.headers['idempotency-key']).toBe('summary/day/1');
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({ version: '1', report: 'day' });
  });

  it('take it as HTML and text by mail, headers in one line', async () => {
    await using server = await smtpReceiver({ authOptional: true, disabledCommands: ['STARTTLS'] });
    const mail = notifier('email_configs', {
      smarthost: server.smarthost,
      from: 'muster@example.org',
      to: 'ops@example.org',
      require_tls: false,
    });
    expect(await mail.report?.(report, NO_LIMIT)).toMatchObject({ ok: true });
    const raw = server.received[0]?.raw ?? '';
    expect(raw).toContain('Subject: Alerts, day: 1 new Bcc: x@example.org\r\n');
    expect(raw).toContain('<p>Alerts &lt;day&gt;</p>');
    expect(server.received[0]?.to).toEqual(['ops@example.org']);
  });

  it('take it as text by Slack', async () => {
    await using server = await httpReceiver();
    const slack = notifier('slack_configs', { api_url: `${server.url}/slack`, channel: '#ops' });
    expect(await slack.report?.(report, NO_LIMIT)).toMatchObject({ ok: true });
    const body = JSON.parse(server.received[0]?.body ?? '') as { channel: string; text: string };
    expect(body.channel).toBe('#ops');
    expect(body.text).toContain('Alerts &lt;day&gt;');
  });
});
