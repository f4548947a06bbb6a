import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Episode, summarize } from '../../../collector/core/oncall/summary.ts';

const episode = (
  alertname: string,
  instance: string,
  startsAt: number,
  endsAt?: number,
): Episode => ({
  fingerprint: `${alertname}/${instance}`,
  labels: { alertname, instance },
  startsAt,
  notifications: 1,
  ...(endsAt === undefined ? {} : { endsAt }),
});

describe('a summary', () => {
  const episodes = [
    episode('Hot', 'a', 50, 150),
    episode('Hot', 'b', 120, 130),
    episode('Full', 'a', 180),
    episode('Old', 'c', 10, 20),
    episode('Later', 'c', 300),
  ];
  const report = summarize(episodes, 100, 200);

  it('tells what began, ended and goes on, and leaves out the rest', () => {
    const names = (list: readonly Episode[]) => list.map(({ fingerprint }) => fingerprint);
    expect(names(report.fresh)).toEqual(['Hot/b', 'Full/a']);
    expect(names(report.resolved)).toEqual(['Hot/a', 'Hot/b']);
    expect(names(report.firing)).toEqual(['Full/a']);
    expect(report.notifications).toBe(2);
  });

  it('ranks alerts by how often and devices by how long', () => {
    expect(report.noisiest).toEqual([
      { name: 'Hot', episodes: 2, firingMs: 60 },
      { name: 'Full', episodes: 1, firingMs: 20 },
    ]);
    expect(report.worstDevices).toEqual([
      { name: 'a', episodes: 2, firingMs: 70 },
      { name: 'b', episodes: 1, firingMs: 10 },
    ]);
  });

  it('counts each episode that touches the span as ended or as going on', () => {
    const spans = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 400 }), fc.option(fc.integer({ min: 0, max: 100 })))
        .map(([start, length]) =>
          episode('A', 'd', start, length === null ? undefined : start + length),
        ),
    );
    fc.assert(
      fc.property(spans, (all) => {
        const { resolved, firing } = summarize(all, 100, 200);
        const touching = all.filter((e) => e.startsAt < 200 && (e.endsAt ?? 200) >= 100);
        expect(resolved.length + firing.length).toBe(touching.length);
      }),
    );
  });
});
