/** The operator's command against the real server: what it prints, and how it ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../collector/cli/program.ts';
import { device, httpFixture, NOW } from '../../support/http-fixture.ts';

const gap = { from: NOW - 5000, to: NOW - 1000, cause: 'killed', samples: 12 };
const fixture = httpFixture({
  devices: [
    device('pi-1'),
    device('pi-22', { site: 'oslo', up: false, gaps: [gap], problems: ['clone: two machines'] }),
  ],
});
let url = '';

beforeAll(async () => {
  fixture.store.feed({ __name__: 'm', a: 'x' }, [
    [NOW - 60_000, 1],
    [NOW, Number.POSITIVE_INFINITY],
  ]);
  url = await fixture.app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => fixture.app.close());

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function muster(
  args: readonly string[],
  signal = new AbortController().signal,
): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await run(
    args,
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      fetch,
      env: { MUSTER_URL: url },
      terminal: false,
      signal,
      now: () => NOW,
      sleep: () => Promise.resolve(),
    },
    '1.2.3',
  );
  return { code, out, err };
}

describe('muster devices', () => {
  it('lists in columns', async () => {
    for (const args of [['devices'], ['devices', 'list']]) {
      const { code, out } = await muster(args);
      expect([code, out.split('\n')]).toEqual([
        0,
        [
          'DEVICE  SITE    STATE  SEEN     VERSION  GAPS  PROBLEMS',
          'pi-1    berlin  up     2 s ago  0.1.0       0',
          'pi-22   oslo    down   2 s ago  0.1.0       1  clone',
          '',
        ],
      ]);
    }
  });

  it('filters, and answers in JSON', async () => {
    const { out } = await muster(['devices', 'list', '--down', '--label', 'ring=canary', '--json']);
    expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(['pi-22']);
    expect((await muster(['devices', '--site', 'nowhere'])).out).toBe('no devices\n');
  });

  it('shows one', async () => {
    const { out } = await muster(['devices', 'show', 'pi-22']);
    expect(out).toMatch(/^device: +pi-22\nsite: +oslo\nstate: +down\n/);
    expect(out).toContain('problem:      clone: two machines\n');
    expect(out).toContain('0102030405060708    5     9  5-6\n');
    expect(out).toMatch(/ 4 s {2}killed {2}12 samples\n/);
  });

  it('forgets one', async () => {
    fixture.devices.set('old', device('old'));
    expect(await muster(['devices', 'forget', 'old'])).toMatchObject({
      code: 0,
      out: 'old is forgotten\n',
    });
    expect(await muster(['devices', 'forget', 'old'])).toMatchObject({
      code: 1,
      err: 'muster: No device has the id "old".\n',
    });
  });
});

describe('muster query', () => {
  it('prints a vector, a matrix, a range', async () => {
    expect((await muster(['query', 'm'])).out).toBe('SERIES    VALUE\nm{a="x"}   +Inf\n');
    expect((await muster(['query', 'm[5m]'])).out).toMatch(
      /^m\{a="x"\}\n.*:00 {2}1\n.* {2}\+Inf\n$/,
    );
    const { out } = await muster(['query', 'm', '--start', '-1m', '--step', '1m', '--json']);
    expect(JSON.parse(out)).toMatchObject({
      resultType: 'matrix',
      result: [
        {
          values: [
            [NOW / 1000 - 60, '1'],
            [NOW / 1000, '+Inf'],
          ],
        },
      ],
    });
    expect((await muster(['query', 'm', '--time', '-1m'])).out).toContain('1\n');
    expect((await muster(['query', 'nope'])).out).toBe('no series\n');
  });

  it('says what is wrong', async () => {
    expect(await muster(['query', 'rate(m)'])).toMatchObject({ code: 1 });
    expect((await muster(['query', 'm{'])).err).toContain('muster: invalid parameter "query": 1:3');
    expect((await muster(['query', 'm', '--time', 'soon'])).err).toContain('is not a time');
    expect((await muster(['query', 'm', '--end', 'now'])).err).toContain('needs --start');
    expect((await muster(['query', 'm', '--time', 'now', '--start', '-1h'])).err).toContain(
      'exclude',
    );
  });
});

describe('muster tail', () => {
  const sample = {
    kind: 'sample' as const,
    device: 'pi-1',
    site: 'berlin',
    at: NOW,
    data: [{ labels: { __name__: 'm', a: 'x' }, time: NOW, value: Number.NaN }],
  };

  async function heard(): Promise<void> {
    while (fixture.feed.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('prints samples that match, and ends after a count', async () => {
    const tail = muster(['tail', 'm{a="x"}', '--device', 'pi-1', '-n', '1']);
    await heard();
    fixture.feed.tell({
      ...sample,
      data: [{ ...sample.data[0], labels: { __name__: 'n' } }],
    } as typeof sample);
    fixture.feed.tell(sample);
    const { code, out } = await tail;
    expect([code, out]).toMatchObject([0, expect.stringMatching(/ {2}m\{a="x"\} {2}NaN\n$/)]);
  });

  it('prints states, gaps and events, also as JSON', async () => {
    const text = muster(['tail', '-n', '3']);
    const json = muster(['tail', '-n', '3', '--json']);
    while (fixture.feed.size < 2)
      await heard().then(() => new Promise((resolve) => setTimeout(resolve, 5)));
    const base = { device: 'pi-1', site: 'berlin', at: NOW };
    fixture.feed.tell({ ...base, kind: 'state', data: device('pi-1') });
    fixture.feed.tell({ ...base, kind: 'gap', data: gap });
    fixture.feed.tell({
      ...base,
      kind: 'event',
      data: { name: 'link.flapping', severity: 'warning', text: 'again', attributes: {} },
    });
    const { out } = await text;
    expect(out).toMatch(
      /pi-1 {2}state up, version 0\.1\.0\n.*gap of 4 s from .*: killed\n.*warning link\.flapping: again\n$/,
    );
    expect(
      (await json).out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
    ).toEqual(['state', 'gap', 'event']);
  });

  it('ends quietly when interrupted', async () => {
    const interrupt = new AbortController();
    const tail = muster(['tail'], interrupt.signal);
    await heard();
    interrupt.abort();
    expect(await tail).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('muster quarantine and status', () => {
  it('lists and shows', async () => {
    expect((await muster(['quarantine'])).out).toContain('truncated at batch\n');
    expect((await muster(['quarantine', 'show', '7'])).out).toContain('00000000  ff 01\n');
  });

  it('tells health, and fails when it is bad', async () => {
    const { code, out } = await muster(['status']);
    expect(code).toBe(0);
    expect(out).toMatch(/^collector: healthy, ready\n/);
    expect(out).toContain('devices:   2 known, 1 up, 1 down, 0 unknown\n');
    fixture.state.components.push({ name: 'disk', status: 'unhealthy', detail: 'full' });
    expect(await muster(['status'])).toMatchObject({
      code: 1,
      err: 'muster: the collector is unhealthy\n',
    });
    fixture.state.components.pop();
  });
});

describe('muster', () => {
  it('helps with every command', async () => {
    for (const args of [
      [],
      ['devices'],
      ['devices', 'show'],
      ['tail'],
      ['query'],
      ['quarantine'],
      ['status'],
    ]) {
      const { code, out } = await muster([...args, '--help']);
      expect([code, out]).toEqual([
        0,
        expect.stringContaining(`Usage: muster ${args.join(' ')}`.trim()),
      ]);
    }
  });

  it('ends with 2 when misused', async () => {
    for (const args of [['nope'], ['query'], ['devices', '--nope'], ['devices', 'show']]) {
      const { code, err } = await muster(args);
      expect(code).toBe(2);
      expect(err).toContain('error:');
    }
  });

  it('says where it looked when nobody answers', async () => {
    const { code, err } = await muster(['status', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^muster: the collector does not answer at http:\/\/127\.0\.0\.1:9 \(.*\): start it/,
    );
    expect((await muster(['status', '--url', 'nowhere'])).err).toContain('is not an address');
  });
});
