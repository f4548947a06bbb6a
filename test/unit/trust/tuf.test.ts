/** Reading metadata: hostile bytes get an answer, canonical JSON has one form, patterns are exact. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { byteRange } from '../../../collector/core/releases/byte-range.ts';
import { directorVersion, tell } from '../../../collector/core/releases/director.ts';
import { canonicalJson, type Json, readJson } from '../../../protocol/tuf/json.ts';
import { keyPairOf, newKeyPair, signBytes, verifyBytes } from '../../../protocol/tuf/keys.ts';
import { TOP_ROLES } from '../../../protocol/tuf/metadata.ts';
import { isTargetPath, matches } from '../../../protocol/tuf/paths.ts';
import { readMetadata } from '../../../protocol/tuf/read.ts';
import { NOW, newKeys, rootBytes } from '../../support/trust/world.ts';

const ROOT = Buffer.from(rootBytes(newKeys()));

it('never throws, whatever the bytes', () => {
  const bytes = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, fc.constantFrom(...TOP_ROLES), (input, role) => {
      expect(readMetadata(role, input, 1000, 'f').ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.nat(ROOT.length - 1), fc.nat(255), (at, byte) => {
      const bent = Buffer.from(ROOT);
      bent.writeUInt8(byte, at);
      expect(typeof readMetadata('root', bent, ROOT.length, 'f').ok).toBe('boolean');
    }),
  );
});

it('writes canonical JSON that reads back as it was, in one form', () => {
  const leaf = fc.oneof(
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
    fc.stringMatching(/^[ -~äé]*$/),
  );
  const value = fc.letrec<{ any: Json }>((tie) => ({
    any: fc.oneof(
      leaf,
      fc.array(tie('any')),
      fc.dictionary(fc.string(), tie('any')),
    ) as fc.Arbitrary<Json>,
  })).any;
  fc.assert(
    fc.property(value, (one) => {
      const text = canonicalJson(one);
      const read = readJson(Buffer.from(JSON.stringify(one)), 1_000_000, 'f');
      if (read.ok) expect(canonicalJson(read.value)).toBe(text);
    }),
  );
  expect(canonicalJson({ b: [1, 'x"\\\n'], a: null })).toBe('{"a":null,"b":[1,"x\\"\\\\\n"]}');
});

it('knows its own signatures alone', () => {
  const key = newKeyPair();
  const message = Buffer.from('message');
  expect(keyPairOf(key.secret)).toEqual(key);
  expect(verifyBytes(key.public, message, signBytes(key, message))).toBe(true);
  expect(verifyBytes(newKeyPair().public, message, signBytes(key, message))).toBe(false);
  expect(verifyBytes('ff'.repeat(32), message, 'ff'.repeat(64))).toBe(false);
});

it('keeps patterns within a folder, and paths within theirs', () => {
  expect(matches('app/*/x.tar.?z', 'app/1.0/x.tar.gz')).toBe(true);
  expect(matches('app/*', 'app/1.0/x')).toBe(false);
  expect(matches('*a*a*a*a*a*b', 'a'.repeat(200))).toBe(false);
  for (const path of ['', '/a', 'a//b', '../a', 'a/../b', 'a\\b', 'a/.hidden', 'a\0', 'a%2f']) {
    expect(isTargetPath(path)).toBe(false);
  }
});

it('lets a director only go up, and say the same as long as nothing changes', () => {
  const keys = [newKeyPair()];
  const file = { path: 'app/1.0.0/app', length: 5, sha256: 'aa'.repeat(32) };
  const first = tell('d', [file], undefined, 0, keys, NOW);
  expect(tell('d', [file], first, 0, keys, NOW + 1000)).toBe(first);
  const renewed = tell('d', [file], first, 0, keys, NOW + 7_200_000);
  expect(renewed.version).toBe(NOW + 7_200_000);
  expect(renewed.targets).toEqual(first.targets);
  const back = tell('d', [], renewed, 0, keys, NOW - 1_000_000);
  expect(back.version).toBe(renewed.version + 1);
  expect(tell('d', [], undefined, back.version + 50, keys, NOW).version).toBe(back.version + 51);
  expect(directorVersion(5, 3)).toBe(6);
});

it('reads ranges as RFC 9110 does', () => {
  expect(byteRange('bytes=2-', 10)).toEqual({ from: 2, to: 9 });
  expect(byteRange('bytes=-3', 10)).toEqual({ from: 7, to: 9 });
  expect(byteRange('bytes=0-99', 10)).toEqual({ from: 0, to: 9 });
  expect(byteRange('bytes=10-', 10)).toBe('unsatisfiable');
  for (const other of ['bytes=5-2', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=-']) {
    expect(byteRange(other, 10)).toBeUndefined();
  }
  expect(byteRange('bytes=2-', 10, '"old"', '"new"')).toBeUndefined();
});
