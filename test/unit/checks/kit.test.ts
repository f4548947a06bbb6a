/** What findings say, and how budgets, expectations and redirects are judged. */
import { describe, expect, it } from 'vitest';
import { failed, withinBudget } from '../../../agent/checks/kit/budget.ts';
import { missingIn } from '../../../agent/checks/kit/patterns.ts';
import { follow } from '../../../agent/checks/kit/redirects.ts';
import { endpoint, oneLine, shownSeconds, shownSpan } from '../../../agent/checks/kit/text.ts';
import { parseCertificates } from '../../../agent/checks/parse/certificates.ts';
import type { HttpProbe, Prober } from '../../../agent/ports/probing.ts';

describe('words', () => {
  it('are one printable line of bounded length', () => {
    expect(oneLine(' a\r\n\tb\u0000\u001b[1mc\u0085d ')).toBe('a b [1mc d');
    expect(oneLine('x'.repeat(300))).toBe(`${'x'.repeat(199)}…`);
  });

  it.each([
    [0.000_123_4, '0.123 ms'],
    [0.5, '500 ms'],
    [1.2345, '1.23 s'],
    [3600, '3600 s'],
    [-0.02, '-20 ms'],
    [864_000, '10 days'],
  ])('%d s is %s', (seconds, text) => {
    expect(shownSeconds(seconds)).toBe(text);
  });

  it.each([
    [0, '0 hours'],
    [3600, '1 hour'],
    [90_000, '25 hours'],
    [200_000, '2 days'],
  ])('a span of %d s is %s', (seconds, text) => {
    expect(shownSpan(seconds)).toBe(text);
  });

  it('put brackets around an IPv6 address', () => {
    expect([endpoint('a', 1), endpoint('::1', 2)]).toEqual(['a:1', '[::1]:2']);
  });
});

describe('budgets', () => {
  it('are kept up to the last millisecond', () => {
    const judge = (seconds: number, budget?: number) =>
      withinBudget({ text: 't' }, seconds, budget);
    expect(judge(9)).toEqual({ state: 'ok', text: 't' });
    expect(judge(0.5, 500)).toEqual({ state: 'ok', text: 't', withinBudget: true });
    expect(judge(0.501, 500)).toMatchObject({ state: 'warning', withinBudget: false });
    expect(failed('t')).toEqual({ state: 'critical', text: 't' });
    expect(failed('t', 1)).toEqual({ state: 'critical', text: 't', withinBudget: false });
  });
});

describe('expectations', () => {
  it.each([
    ['hello world', {}, undefined],
    ['hello world', { text: 'wor' }, undefined],
    ['hello world', { text: 'x' }, 'does not contain "x"'],
    ['one\ntwo', { pattern: '^two$' }, undefined],
    ['one', { pattern: 'two' }, 'does not match two'],
  ])('%j with %j: %s', (said, expected, missing) => {
    expect(missingIn(said, expected)).toBe(missing);
  });
});

describe('redirects', () => {
  const answers =
    (steps: readonly { status: number; location?: string }[], seen: HttpProbe[]): Prober['http'] =>
    (probe) => {
      const { status, location } = steps[seen.length] ?? { status: 200 };
      seen.push(probe);
      const headers: Record<string, string> = location === undefined ? {} : { location };
      return Promise.resolve({ ok: true, status, headers, body: '', seconds: 1 });
    };
  const first: HttpProbe = {
    method: 'POST',
    url: 'http://a.example/x',
    headers: { Authorization: 'secret', Cookie: 'c', accept: '*/*' },
    body: 'text',
    tls: { verify: true },
    maxBytes: 10,
  };
  const walk = async (steps: readonly { status: number; location?: string }[], method = 'POST') => {
    const seen: HttpProbe[] = [];
    const prober = { http: answers(steps, seen) } as unknown as Prober;
    const never = { isOver: false, whenOver: () => () => {} };
    const journey = await follow(prober, { ...first, method }, 5, never);
    return { journey, seen };
  };

  it.each([
    [301, 'POST', 'GET', undefined],
    [302, 'POST', 'GET', undefined],
    [303, 'PUT', 'GET', undefined],
    [303, 'HEAD', 'HEAD', undefined],
    [307, 'POST', 'POST', 'text'],
    [308, 'PUT', 'PUT', 'text'],
  ])('%i turns %s into %s', async (status, method, next, body) => {
    const { seen } = await walk([{ status, location: '/y' }], method);
    expect(seen[1]).toMatchObject({ method: next, url: 'http://a.example/y' });
    expect(seen[1]?.body).toBe(body);
  });

  it('take secrets only to the same origin', async () => {
    const { seen, journey } = await walk([
      { status: 302, location: '/y' },
      { status: 302, location: 'https://me:pw@a.example/y' },
    ]);
    expect(seen[1]?.headers).toEqual(first.headers);
    expect(seen[2]).toMatchObject({ url: 'https://a.example/y', headers: { accept: '*/*' } });
    expect(seen[2]?.headers).not.toHaveProperty('Authorization');
    expect(journey).toMatchObject({ redirects: 2, seconds: 3 });
  });

  it.each([
    ['http://[', 'no URL'],
    ['javascript:alert(1)', 'javascript:'],
  ])('do not go to %s', async (location, why) => {
    const { journey } = await walk([{ status: 302, location }]);
    expect(journey.answer).toMatchObject({ ok: false });
    expect(journey.answer.ok ? '' : journey.answer.why).toContain(why);
  });

  it('end when they go round', async () => {
    const round = Array.from({ length: 9 }, () => ({ status: 302, location: '/x' }));
    const { seen, journey } = await walk(round);
    expect(seen).toHaveLength(6);
    expect(journey.answer).toMatchObject({ ok: true, status: 302 });
  });
});

describe('certificates in PEM', () => {
  it('are none in other texts, and named by their place when damaged', () => {
    expect(parseCertificates('')).toEqual([]);
    expect(parseCertificates('-----BEGIN CERTIFICATE-----\nhalf')).toEqual([]);
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(() => parseCertificates(damaged)).toThrow('certificate 1 of 1 is damaged');
  });
});
