/** Topics and ids: one table, read and written the same way, closed to everything else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultDeviceId, isId } from '../../../protocol/ids.ts';
import {
  buildTopic,
  collectorFilters,
  deviceFilters,
  KINDS,
  type Kind,
  mirrorTopic,
  parseTopic,
} from '../../../protocol/topics.ts';

const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const kind = fc.constantFrom(...(Object.keys(KINDS) as Kind[]));

describe('topics', () => {
  it('are parsed into what they were built from', () => {
    fc.assert(
      fc.property(id, id, kind, id, (site, device, of, last) => {
        const topic = { site, device, kind: of, ...(KINDS[of].id ? { id: last } : {}) };
        expect(parseTopic(buildTopic(topic))).toEqual(topic);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    'muster/v1/lab/edge-1/m/1',
    'muster/v1/lab/edge-1/report',
    'muster/v1/lab/edge-1/cmd/a/b',
    'muster/v1/lab/edge-1/cmd/',
    'muster/v1/lab/edge-1/cmd/+',
    'muster/v1/lab/edge-1/constructor',
    'muster/v1/lab/Edge/m',
    'muster/v1/lab//m',
    'muster/v1/lab/edge-1',
    'muster/v2/lab/edge-1/m',
    '$SYS/v1/lab/edge-1/m',
    '/muster/v1/lab/edge-1/m',
    '',
  ])('refuses %s', (text) => {
    expect(parseTopic(text)).toBeUndefined();
  });

  it('keeps the two sides apart', () => {
    expect(collectorFilters()).toContain('muster/v1/+/+/report/+');
    expect(collectorFilters()).not.toContain('muster/v1/+/+/ack');
    expect(deviceFilters('lab', 'edge-1')).toEqual([
      'muster/v1/lab/edge-1/ack',
      'muster/v1/lab/edge-1/desired',
      'muster/v1/lab/edge-1/cmd/+',
      'muster/v1/lab/edge-1/state',
    ]);
    expect(mirrorTopic('lab', 'edge-1', 'metrics')).toBe('muster/v1/lab/edge-1/json/metrics');
  });
});

describe('ids', () => {
  it('have letters, digits and hyphens, at most 63', () => {
    for (const text of ['a', '0', 'a-', 'a'.repeat(63)])
      expect([text, isId(text)]).toEqual([text, true]);
    for (const text of ['', '-a', 'A', 'a_b', 'a.b', 'a\n', 'ä', 'a'.repeat(64)]) {
      expect([text, isId(text)]).toEqual([text, false]);
    }
  });

  it('have a default for every machine, the same each time', () => {
    expect(defaultDeviceId('edge-1', 'abc\n')).toBe('edge-1-ba7816');
    expect(defaultDeviceId('Edge.Example.ORG', 'abc')).toBe('edge-example-org-ba7816');
    expect(defaultDeviceId('___', 'abc')).toBe('device-ba7816');
    fc.assert(
      fc.property(fc.string(), fc.string(), (host, machine) => {
        expect(isId(defaultDeviceId(host, machine))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
