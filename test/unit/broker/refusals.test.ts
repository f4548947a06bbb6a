/** Refusals are all counted, and told at most once a minute for each client and reason. */
import { expect, it } from 'vitest';
import { Refusals } from '../../../collector/io/broker/refusals.ts';
import type { Log, LogFields } from '../../../collector/ports.ts';

function recorder(): { log: Log; lines: LogFields[] } {
  const lines: LogFields[] = [];
  const write = (_: string, fields: LogFields = {}) => void lines.push(fields);
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}

it('tells each client and reason once a minute, and counts every one', () => {
  const { log, lines } = recorder();
  let now = 0;
  const clock = { wall: () => now, mono: () => now, after: () => () => {} };
  const refusals = new Refusals(log, clock);
  for (let i = 0; i < 1_000; i += 1) {
    refusals.note('topic', 'dev-1', { topic: 'x' });
    refusals.note('topic', 'dev-2');
    refusals.note('rate', 'dev-1');
  }
  expect(lines).toHaveLength(3);
  expect(lines[0]).toEqual({ reason: 'topic', client: 'dev-1', topic: 'x' });
  now = 60_000;
  refusals.note('rate', 'dev-1');
  expect(lines).toHaveLength(4);
  expect(refusals.counts).toEqual(
    new Map([
      ['topic', 2_000],
      ['rate', 1_001],
    ]),
  );
});

it('is not talked into filling the log by clients that invent names', () => {
  const { log, lines } = recorder();
  const clock = { wall: () => 0, mono: () => 0, after: () => () => {} };
  const refusals = new Refusals(log, clock);
  for (let i = 0; i < 10_000; i += 1) refusals.note('topic', `c${i}`);
  expect(lines.length).toBeLessThanOrEqual(100);
  expect(refusals.counts.get('topic')).toBe(10_000);
});
