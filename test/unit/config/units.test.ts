import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatListen, isLoopback, parseListen } from '../../../protocol/config/address.ts';
import { nearest } from '../../../protocol/config/nearest.ts';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
} from '../../../protocol/config/units.ts';

describe('durations', () => {
  test.each([
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['1m500ms', 60_500],
    ['0s', 0],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  test.each(['', '10', 's', '10 s', '-1s', '1.5h', '5m1h', '10S', '1s1s', '9999999999d'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});

describe('sizes', () => {
  test.each([
    ['64MiB', 67_108_864],
    ['1.5GiB', 1_610_612_736],
    ['10kB', 10_000],
    ['7B', 7],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '64', '64M', '64 MiB', '-1B', '1e3B', 'MiB'])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
    expect(parseSize(formatSize(2 ** 46))).toBe(2 ** 46);
  });
});

describe('addresses', () => {
  test.each([
    ['127.0.0.1:8080', '127.0.0.1', 8080],
    ['[::1]:1883', '::1', 1883],
    ['localhost:0', 'localhost', 0],
  ])('%s', (text, host, port) => {
    expect(parseListen(text)).toEqual({ host, port });
    expect(formatListen({ host, port })).toBe(text);
  });

  test.each(['', '8080', ':8080', 'a:b', '::1:80', '1.2.3.4:65536', '*:80'])(
    'refuses %j',
    (text) => {
      expect(parseListen(text)).toBeUndefined();
    },
  );

  test.each(['127.0.0.1', '127.9.8.7', '::1', 'LOCALHOST'])('%s is this machine', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '127.0.0.1.example.com'])(
    '%s may be reached from others',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe('the nearest word', () => {
  const known = ['interval', 'enabled', 'timeout', 'url'];

  test.each([
    ['intervall', 'interval'],
    ['Interval', 'interval'],
    ['intreval', 'interval'],
    ['ulr', 'url'],
    ['enable', 'enabled'],
  ])('%s is %s', (written, meant) => {
    expect(nearest(written, known)).toBe(meant);
  });

  test('nothing is better than a wild guess', () => {
    expect(nearest('password', known)).toBeUndefined();
    expect(nearest('', known)).toBeUndefined();
  });
});
