import { describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../collector/core/alerting/event.ts';
import { episodesOf } from '../../../collector/core/oncall/episodes.ts';
import { alertReport } from '../../../collector/core/oncall/report.ts';
import { summarize } from '../../../collector/core/oncall/summary.ts';

const HOUR = 3_600_000;
const FROM = Date.UTC(2026, 10, 20);
const TO = FROM + 24 * HOUR;

function event(
  kind: AlertEvent['kind'],
  hours: number,
  fingerprint: string,
  labels = '{alertname="DiskFull", instance="pi-1"}',
): AlertEvent {
  return { kind, at: FROM + hours * HOUR, fingerprints: [fingerprint], data: { labels } };
}

describe('episodes', () => {
  it('are read from the history', () => {
    const events = [
      event('fired', 1, 'a'),
      event('notified', 1, 'a'),
      event('notified', 2, 'a'),
      event('resolved', 3, 'a'),
      event('fired', 4, 'a'),
      event('expired', 5, 'b'),
      event('fired', 6, 'c'),
    ];
    const firing = [
      { fingerprint: 'a', labels: { alertname: 'DiskFull' }, startsAt: FROM + 4 * HOUR },
      { fingerprint: 'd', labels: { alertname: 'Old' }, startsAt: FROM - 9 * HOUR },
    ];
    const labels = { alertname: 'DiskFull', instance: 'pi-1' };
    expect(episodesOf(events, firing, FROM)).toEqual([
      {
        fingerprint: 'a',
        labels,
        startsAt: FROM + HOUR,
        endsAt: FROM + 3 * HOUR,
        notifications: 2,
      },
      { fingerprint: 'b', labels, startsAt: FROM - 1, endsAt: FROM + 5 * HOUR, notifications: 0 },
      {
        fingerprint: 'a',
        labels: { alertname: 'DiskFull' },
        startsAt: FROM + 4 * HOUR,
        notifications: 0,
      },
      {
        fingerprint: 'd',
        labels: { alertname: 'Old' },
        startsAt: FROM - 9 * HOUR,
        notifications: 0,
      },
    ]);
  });
});

describe('a report', () => {
  const evil = '</td><script>alert("1")</script>\n& more';
  const frame = {
    name: 'daily <b>',
    idempotencyKey: 'summary/daily/1',
    zone: 'Europe/Berlin',
    externalUrl: 'https://muster.example',
    truncated: true,
  };
  const episodes = [
    {
      fingerprint: 'a',
      labels: { alertname: evil, instance: 'pi-1', site: 'berlin' },
      startsAt: FROM + HOUR,
      endsAt: FROM + 3 * HOUR,
      notifications: 2,
    },
  ];
  const report = alertReport(summarize(episodes, FROM, TO), frame);

  it('escapes what alerts say of themselves', () => {
    expect(report.html).not.toContain('<script>');
    expect(report.html).not.toContain('<b>');
    expect(report.html).toContain('&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;');
    expect(report.text).toContain('</script> & more | pi-1 | berlin | 2026-11-20 02:00 | 2 h | 2');
  });

  it('says the same in JSON', () => {
    expect(report.subject).toBe('Alerts, daily <b>: 1 new, 1 resolved, 0 firing');
    expect(JSON.parse(JSON.stringify(report.json))).toMatchObject({
      version: '1',
      from: '2026-11-20T00:00:00.000Z',
      truncated: true,
      counts: { new: 1, resolved: 1, firing: 0, notifications: 2 },
      new: [{ fingerprint: 'a', startsAt: '2026-11-20T01:00:00.000Z' }],
      worstDevices: [{ name: 'pi-1', episodes: 1, firingMs: 2 * HOUR }],
    });
  });

  it('says that nothing fired', () => {
    const empty = alertReport(summarize([], FROM, TO), frame);
    expect(empty.html).toContain('<p>Nothing fired.</p>');
    expect(empty.text).toContain('Nothing fired.');
  });
});
