/** Zones from the machine's files against what the runtime knows of them. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learnZones } from '../../agent/config/zones.ts';
import { posixOffsets } from '../../agent/core/tasks/posix-zone.ts';
import { tzifOffsets } from '../../agent/core/tasks/tzif.ts';
import { isZone, learnZone } from '../../agent/core/tasks/zone.ts';
import { rounds } from '../support/rounds.ts';
import { change, HOUR, MINUTE, shown } from '../support/tasks/zones.ts';

const FOLDER = '/usr/share/zoneinfo';
const NAMES = [
  ...['Europe/Berlin', 'Europe/Dublin', 'America/New_York', 'America/Sao_Paulo', 'UTC'],
  ...['Australia/Lord_Howe', 'Pacific/Apia', 'Asia/Kathmandu', 'Pacific/Chatham', 'Asia/Tokyo'],
];
const hasFiles = existsSync(`${FOLDER}/Europe/Berlin`);

test.skipIf(!hasFiles)('files and runtime agree, in the past and in years to come', () => {
  const files = NAMES.map(
    (name) => [name, tzifOffsets(readFileSync(`${FOLDER}/${name}`))] as const,
  );
  const quarters = fc.integer({
    min: Date.UTC(1990, 0, 1) / (15 * MINUTE),
    max: Date.UTC(2060, 0, 1) / (15 * MINUTE),
  });
  fc.assert(
    fc.property(fc.constantFrom(...files), quarters, ([name, offsets], quarter) => {
      const instant = quarter * 15 * MINUTE;
      expect(offsets?.(instant)).toBe(shown(instant, name) - instant);
    }),
    { numRuns: rounds(3000) },
  );
});

test.skipIf(!hasFiles)('they agree at each quarter of an hour around changes of the clocks', () => {
  fc.assert(
    fc.property(change, ([zone, at]) => {
      const offsets = tzifOffsets(readFileSync(`${FOLDER}/${zone}`));
      for (let instant = at - HOUR; instant <= at + HOUR; instant += 15 * MINUTE) {
        expect(offsets?.(instant)).toBe(shown(instant, zone) - instant);
      }
    }),
    { numRuns: 20 },
  );
});

test('what is no such file is not believed', () => {
  expect(tzifOffsets(Buffer.from(''))).toBeUndefined();
  expect(tzifOffsets(Buffer.from('TZif2'))).toBeUndefined();
  expect(
    tzifOffsets(Buffer.concat([Buffer.from('TZif2'), Buffer.alloc(100, 0xff)])),
  ).toBeUndefined();
  expect(learnZone('Mars/Base', Buffer.from('no'))).toBe(false);
  expect(isZone('Mars/Base')).toBe(false);
  expect(['', 'CET', 'CET-1CEST', 'CET-1CEST,J60,J300'].map(posixOffsets)).toEqual(
    Array(4).fill(undefined),
  );
});

test('rules of both halves of the world, of half hours and of no summer', () => {
  const january = Date.UTC(2040, 0, 15);
  const july = Date.UTC(2040, 6, 15);
  const hours = (rule: string) =>
    [january, july].map((at) => (posixOffsets(rule)?.(at) ?? 0) / HOUR);
  expect(hours('CET-1CEST,M3.5.0,M10.5.0/3')).toEqual([1, 2]);
  expect(hours('<+1030>-10:30<+11>-11,M10.1.0,M4.1.0')).toEqual([11, 10.5]);
  expect(hours('<-02>2<-01>,M3.5.0/-1,M10.5.0/0')).toEqual([-2, -1]);
  expect(hours('JST-9')).toEqual([9, 9]);
});

test('odd trees and names lead nowhere', async () => {
  for (const tree of [
    undefined,
    3,
    { tasks: [1], windows: 'x' },
    { windows: { w: { timezone: '../../etc/passwd' } } },
  ]) {
    await learnZones(tree);
  }
  expect(isZone('../../etc/passwd')).toBe(false);
});
