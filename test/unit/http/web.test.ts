/** The page's arithmetic, without a browser. */
import { describe, expect, it } from 'vitest';
import { ago, bytes, clock, percent, plural, span } from '../../../collector/core/present.ts';
import type { DeviceSummary } from '../../../collector/core/views.ts';
import { CHARTS, selectorFor } from '../../../collector/web/device/charts.ts';
import {
  arrange,
  COLUMNS,
  figuresOf,
  NO_FIGURES,
  notes,
  type Row,
} from '../../../collector/web/fleet/rows.ts';
import { append, columns, rate, type Series } from '../../../collector/web/series.ts';

function series(
  name: string,
  labels: Record<string, string>,
  ...points: [number, number][]
): Series {
  return {
    labels: { __name__: name, ...labels },
    times: points.map(([time]) => time),
    values: points.map(([, value]) => value),
  };
}

function chart(title: string, ...all: Series[]) {
  const plan = CHARTS.find((one) => one.title === title);
  return (plan?.lines(all) ?? []).map(({ label, points }) => [label, [...points]]);
}

describe('rates', () => {
  it('are increases per second, and begin anew when a counter does', () => {
    const found = rate(series('c', {}, [0, 10], [10, 30], [20, 4], [30, 4]));
    expect([...found]).toEqual([
      [10, 2],
      [20, 0.4],
      [30, 0],
    ]);
  });

  it('do not bridge holes', () => {
    const found = rate(series('c', {}, [0, 0], [10, 1], [20, 2], [30, 3], [600, 60], [610, 61]));
    expect([...found.keys()]).toEqual([10, 20, 30, 610]);
  });
});

describe('columns', () => {
  it('join lines on all instants and break over holes', () => {
    const a = {
      label: 'a',
      points: new Map([
        [0, 1],
        [10, 2],
        [20, 3],
        [100, 4],
      ]),
    };
    const b = {
      label: 'b',
      points: new Map([
        [10, 5],
        [20, Number.NaN],
      ]),
    };
    expect(columns([a, b])).toEqual([
      [0, 10, 20, 60, 100],
      [1, 2, 3, null, 4],
      [null, 5, null, null, null],
    ]);
  });
});

describe('append', () => {
  it('leaves out repeats and drops what is too old', () => {
    const one = series('c', {}, [0, 1], [10, 2]);
    append(one, 10, 9, 0);
    append(one, 20, 3, 5);
    expect([one.times, one.values]).toEqual([
      [10, 20],
      [2, 3],
    ]);
  });
});

describe('charts', () => {
  it('CPU is what is not idle, over all cores', () => {
    const idle = (cpu: string, end: number) =>
      series('node_cpu_seconds_total', { cpu, mode: 'idle' }, [0, 0], [10, end]);
    const user = series('node_cpu_seconds_total', { cpu: '0', mode: 'user' }, [0, 0], [10, 5]);
    expect(chart('CPU busy', idle('0', 5), idle('1', 10), user)).toEqual([['busy', [[10, 25]]]]);
    expect(chart('CPU busy')).toEqual([]);
  });

  it('memory, disk and network', () => {
    expect(
      chart(
        'Memory used',
        series('node_memory_MemTotal_bytes', {}, [0, 100]),
        series('node_memory_MemAvailable_bytes', {}, [0, 40]),
      ),
    ).toEqual([
      ['used', [[0, 60]]],
      ['total', [[0, 100]]],
    ]);
    const disk = { device: 'd', mountpoint: '/' };
    expect(
      chart(
        'Disk used',
        series('node_filesystem_size_bytes', disk, [0, 200]),
        series('node_filesystem_avail_bytes', disk, [0, 50]),
      ),
    ).toEqual([['/', [[0, 75]]]]);
    const received = (device: string) =>
      series('node_network_receive_bytes_total', { device }, [0, 0], [10, 100]);
    expect(chart('Network', received('eth0'), received('wlan0'), received('lo'))).toEqual([
      ['received', [[10, 20]]],
    ]);
  });

  it('ask for everything in one selector', () => {
    expect(selectorFor('pi-1')).toMatch(
      /^\{__name__=~"node_cpu_seconds_total\|.*",instance="pi-1"\}$/,
    );
  });
});

describe('fleet rows', () => {
  const row = (id: string, more: Partial<DeviceSummary> = {}, figures = NO_FIGURES): Row => ({
    device: {
      id,
      site: 's',
      up: true,
      firstSeen: 0,
      lastSeen: 0,
      agentVersion: '1',
      boot: '',
      machine: '',
      labels: {},
      facts: {},
      capabilities: [],
      heartbeatSeconds: 60,
      held: 0,
      gapCount: 0,
      problems: [],
      ...more,
    },
    figures,
  });
  const ids = (rows: readonly Row[]) => rows.map(({ device }) => device.id);

  it('sort with absent values last, both ways', () => {
    const rows = [
      row('a'),
      row('b', {}, { ...NO_FIGURES, load: 1 }),
      row('c', {}, { ...NO_FIGURES, load: 2 }),
    ];
    expect(ids(arrange(rows, '', { key: 'load', descending: false }))).toEqual(['b', 'c', 'a']);
    expect(ids(arrange(rows, '', { key: 'load', descending: true }))).toEqual(['c', 'b', 'a']);
  });

  it('are found by every word', () => {
    const rows = [row('pi-1', { labels: { ring: 'canary' } }), row('pi-2', { up: false })];
    expect(ids(arrange(rows, 'PI down', { key: 'id', descending: false }))).toEqual(['pi-2']);
    expect(ids(arrange(rows, 'ring=canary', { key: 'id', descending: false }))).toEqual(['pi-1']);
  });

  it('note problems and gaps', () => {
    expect(notes(row('a', { gapCount: 1, problems: ['clone: two'] }).device)).toBe('clone, 1 gap');
    const text = COLUMNS.find(({ key }) => key === 'state')?.text;
    const { up: _, ...unknown } = row('a').device;
    expect(text?.({ device: unknown, figures: NO_FIGURES }, 0)).toBe('Unknown');
  });

  it('take figures from one vector', () => {
    const one = (name: string, value: number) => series(name, { instance: 'a' }, [0, value]);
    const found = figuresOf([
      one('node_load1', 2),
      one('node_memory_MemTotal_bytes', 100),
      one('node_memory_MemAvailable_bytes', 25),
    ]);
    expect(found.get('a')).toEqual({ ...NO_FIGURES, load: 2, memory: 75 });
  });
});

describe('numbers for people', () => {
  it('are short', () => {
    expect([bytes(0), bytes(1536), bytes(5 * 2 ** 30)]).toEqual(['0 B', '1.50 KiB', '5.00 GiB']);
    expect([percent(3.07159), percent(42.4)]).toEqual(['3.1 %', '42 %']);
    expect([ago(0, 5), ago(1000, 1500), ago(1, 90_001)]).toEqual(['never', 'just now', '90 s ago']);
    expect([span(600_000), span(7.2e6), span(3e8)]).toEqual(['10 min', '2 h', '3 days']);
    expect([plural(1, 'gap'), plural(1200, 'gap')]).toEqual(['1 gap', '1,200 gaps']);
    expect(clock(0)).toMatch(/^19(69|70)-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });
});
