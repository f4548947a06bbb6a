import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { filled, missing } from '../../../scripts/fill-lock.mjs';
import { differs } from '../../../scripts/lib/install.mjs';

interface Lock {
  readonly packages: Parameters<typeof missing>[0];
}

test('package-lock.json is complete for every platform (else: node scripts/fill-lock.mjs)', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  expect(missing(lock.packages).map(({ name }) => name)).toEqual([]);
});

test('completes a lock with what npm needs to skip the package elsewhere', () => {
  const parent = { dev: true, optionalDependencies: { '@x/tool-linux-arm-musleabihf': '1.2.3' } };
  const packages = filled({ 'node_modules/tool': parent });
  expect(packages['node_modules/@x/tool-linux-arm-musleabihf']).toEqual({
    version: '1.2.3',
    dev: true,
    optional: true,
    cpu: ['arm'],
    os: ['linux'],
    libc: ['musl'],
  });
});

test('an installation differs by what is missing or of another version, not by optional parts', () => {
  const wanted = { '': {}, a: { version: '1' }, b: { version: '1', optional: true } };
  expect(differs(wanted, { a: { version: '1' } })).toBe(false);
  expect(differs(wanted, { a: { version: '2' } })).toBe(true);
  expect(differs(wanted, { b: { version: '1' } })).toBe(true);
  expect(differs(wanted, { a: { version: '1' }, b: { version: '2' } })).toBe(true);
});
