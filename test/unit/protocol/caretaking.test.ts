/** Health, reports, results, commands and desired state: what is written is read; limits hold. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipText, tailText } from '../../../protocol/bytes/clip.ts';
import { encodeCbor } from '../../../protocol/cbor/encode.ts';
import { TREE_DEPTH } from '../../../protocol/cbor/tree.ts';
import type { CborValue } from '../../../protocol/cbor/values.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { decodeCommand, encodeCommand } from '../../../protocol/messages/command.ts';
import {
  decodeCommandResult,
  encodeCommandResult,
  RESULT_STATES,
} from '../../../protocol/messages/command-result.ts';
import { type Desired, decodeDesired, encodeDesired } from '../../../protocol/messages/desired.ts';
import {
  CHECK_STATES,
  type CheckHealth,
  decodeHealth,
  encodeHealth,
  HEALTH_LIMITS,
  OVERALL,
} from '../../../protocol/messages/health.ts';
import {
  decodeReport,
  encodeReport,
  REPORT_LIMITS,
  REPORT_STATES,
  REPORT_SUBJECTS,
  type Report,
} from '../../../protocol/messages/report.ts';
import {
  DESIRED_OUTCOMES,
  decodeReported,
  encodeReported,
} from '../../../protocol/messages/reported.ts';
import type { Tree, TreeValue } from '../../../protocol/messages/tree.ts';
import { value } from '../../../scripts/vectors/meanings.ts';

const HEADER = {
  epoch: '0102030405060708',
  number: 7,
  low: 3,
  boot: 'aabbccddeeff0011',
  wall: 5,
  mono: 6,
  clock: 1,
} as const;

const time = fc.integer({ min: -8.64e15, max: 8.64e15 });
const whole = fc.maxSafeNat();
/** What is longer is cut: names have the least room. */
const line = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .filter((text) => Buffer.byteLength(text) <= HEALTH_LIMITS.nameBytes);
const texts = fc.uniqueArray(fc.tuple(line, line), { selector: ([key]) => key, maxLength: 6 });
const number = fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const flag = fc.oneof(fc.boolean(), line, number);
const flags = fc.uniqueArray(fc.tuple(line, flag), { selector: ([key]) => key, maxLength: 6 });
const names = fc.array(line, { maxLength: 4 });
const pack = { name: line, version: line };

const check = fc.record({
  name: line,
  kind: line,
  state: fc.constantFrom(...CHECK_STATES),
  since: time,
  at: time,
  text: line,
  critical: fc.boolean(),
  component: line,
  durationMs: whole,
  labels: texts.map((entries) => new Map(entries)),
});
const health = fc.record({
  wall: time,
  overall: fc.constantFrom(...OVERALL),
  reason: line,
  since: time,
  checks: fc.array(check, { maxLength: 5 }),
});
const reportedAlways = fc.record({
  wall: time,
  version: whole,
  seen: whole,
  outcome: fc.constantFrom(...DESIRED_OUTCOMES),
  problems: fc.array(fc.record({ path: line, message: line }), { maxLength: 4 }),
  config: fc.constantFrom('0011223344556677', 'ffffffffffffffff'),
  restartNeeded: names,
  flags: flags.map((entries) => new Map(entries)),
  packages: fc.array(fc.record({ ...pack, slot: line }), { maxLength: 4 }),
  declared: fc.record({ checks: names, tasks: names, commands: names }),
});
const reported = fc
  .tuple(reportedAlways, fc.option(whole, { nil: undefined }))
  .map(([always, directed]) => (directed === undefined ? always : { ...always, directed }));
const report = fc.record({
  header: fc.constant(HEADER),
  subject: fc.constantFrom(...REPORT_SUBJECTS),
  name: line,
  kind: line,
  state: fc.constantFrom(...REPORT_STATES),
  startedAt: time,
  endedAt: time,
  trigger: line,
  attempt: fc.integer({ min: 1 }),
  text: line,
  output: line,
  changes: names,
  figures: fc
    .uniqueArray(fc.tuple(line, fc.maxSafeInteger()), { selector: ([key]) => key, maxLength: 4 })
    .map((entries) => new Map(entries)),
});
const result = fc.record({
  header: fc.constant(HEADER),
  state: fc.constantFrom(...RESULT_STATES),
  part: whole,
  text: line,
  output: line,
  attributes: texts.map((entries) => new Map(entries)),
});
const command = fc.record({
  name: line,
  issuedAt: time,
  deadline: time,
  args: texts.map((entries) => new Map(entries)),
  by: line,
});

const key = line.filter((text) => text !== '__proto__');
const dictionary = <T>(of: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(key, of), { maxLength: 4 })
    .map((entries) => Object.fromEntries(entries) as Readonly<Record<string, T>>);
const plain = fc.oneof(line, number, fc.boolean(), fc.constant(null));
/** A value with so many containers inside each other at most. */
function nested(depth: number): fc.Arbitrary<TreeValue> {
  if (depth === 0) return plain;
  const inner = nested(depth - 1);
  return fc.oneof(plain, fc.array(inner, { maxLength: 4 }), dictionary(inner));
}
const tree: fc.Arbitrary<Tree> = dictionary(nested(TREE_DEPTH - 1));
const desired = fc.record({
  version: fc.integer({ min: 1 }),
  issuedAt: time,
  config: tree,
  flags: flags.map((entries) => new Map(entries)),
  packages: fc.array(fc.record(pack), { maxLength: 4 }),
  graceMs: fc.integer({ min: 0, max: 604_800_000 }),
});

function holds<T>(
  of: fc.Arbitrary<T>,
  encode: (one: T) => Uint8Array,
  decode: (bytes: Uint8Array) => Parameters<typeof value<T>>[0],
): void {
  fc.assert(
    fc.property(of, (one) => {
      expect(value(decode(encode(one)))).toEqual(one);
    }),
    { numRuns: 40 },
  );
}

describe('what is written is read', () => {
  it('health', () => holds(health, encodeHealth, decodeHealth));
  it('reported', () => holds(reported, encodeReported, decodeReported));
  it('report', () => holds(report, encodeReport, decodeReport));
  it('res', () => holds(result, encodeCommandResult, decodeCommandResult));
  it('cmd', () => holds(command, encodeCommand, decodeCommand));
  it('desired', () => holds(desired, encodeDesired, decodeDesired));
});

const wanted = (config: Tree): Desired => ({
  version: 1,
  issuedAt: 0,
  config,
  flags: new Map(),
  packages: [],
  graceMs: 0,
});
const nest = (levels: number): Tree => (levels === 1 ? {} : { a: nest(levels - 1) });
/** A `desired` by hand, for what its encoder refuses to write. */
const bytes = (config: CborValue, flagValues: CborValue = new Map()) =>
  encodeCbor(
    new Map<number, CborValue>([
      [0, 1],
      [1, 1],
      [2, 0],
      [3, config],
      [4, flagValues],
      [6, 0],
    ]),
  );
const deep = (levels: number): CborValue =>
  levels === 1 ? new Map() : new Map([['a', deep(levels - 1)]]);

describe('a tree of configuration', () => {
  it('may be as deep as a payload lets it, and no deeper', () => {
    expect(decodeDesired(encodeDesired(wanted(nest(TREE_DEPTH)))).ok).toBe(true);
    expect(() => encodeDesired(wanted(nest(TREE_DEPTH + 1)))).toThrow(/a\.a\.a.* deeper than 7/);
    expect(() => encodeDesired(wanted({ a: { b: { c: { d: { e: [[[]]] } } } } }))).toThrow(
      'a.b.c.d.e[0]',
    );
    expect(decodeDesired(bytes(deep(TREE_DEPTH + 1)))).toMatchObject({
      error: { code: 'too-deep' },
    });
  });

  it('holds neither numbers that JSON lacks, nor keys that are no fields, nor bytes', () => {
    expect(() => encodeDesired(wanted({ a: [Number.NaN] }))).toThrow('a[0] is not finite');
    const own = JSON.parse('{"a": {"__proto__": {"polluted": true}}}') as Tree;
    expect(() => encodeDesired(wanted(own))).toThrow('a.__proto__ has a key that is not allowed');
    const inner = new Map<string, CborValue>([['__proto__', new Map([['polluted', true]])]]);
    const refused: [CborValue, string][] = [
      [new Map([['a', inner]]), 'invalid-key'],
      [new Map([[5, 'a']]), 'invalid-key'],
      [new Map([['k'.repeat(257), 'a']]), 'invalid-key'],
      [new Map([['a', new Uint8Array(3)]]), 'wrong-type'],
      [new Map([['a', Number.POSITIVE_INFINITY]]), 'out-of-range'],
      [new Map([['a', 'x'.repeat(LIMITS.textBytes + 1)]]), 'out-of-range'],
      [[], 'wrong-type'],
    ];
    for (const [config, code] of refused) {
      expect(decodeDesired(bytes(config))).toMatchObject({ ok: false, error: { code } });
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('refuses a key that comes twice', () => {
    const twice = Buffer.from('a500010101020003a261610061610106 00'.replace(' ', ''), 'hex');
    expect(decodeDesired(twice)).toMatchObject({ error: { code: 'duplicate-key' } });
  });
});

describe('flags', () => {
  it('are texts, numbers and booleans', () => {
    for (const odd of [null, [], new Map(), Number.NaN, 'x'.repeat(1_025)]) {
      expect(decodeDesired(bytes(new Map(), new Map([['f', odd]]))).ok).toBe(false);
    }
    const many = new Map(Array.from({ length: 513 }, (_, i) => [`f${i}`, true]));
    expect(decodeDesired(bytes(new Map(), many)).ok).toBe(false);
    expect(() => encodeDesired({ ...wanted({}), flags: new Map([['f', Number.NaN]]) })).toThrow(
      'flag f',
    );
  });
});

describe('what is over the limits', () => {
  const long: CheckHealth = {
    name: 'n'.repeat(63),
    kind: 'k'.repeat(64),
    state: 'critical',
    since: 8.64e15,
    at: 8.64e15,
    text: 'ä'.repeat(4_000),
    critical: true,
    component: 'c'.repeat(500),
    durationMs: 1.6,
    labels: new Map(
      Array.from({ length: 40 }, (_, i) => [`${i}${'l'.repeat(300)}`, 'v'.repeat(300)]),
    ),
  };

  it('is cut from health, whose largest form still is a payload', () => {
    const written = encodeHealth({
      wall: 0,
      overall: 'unhealthy',
      reason: 'r'.repeat(9_000),
      since: 0,
      checks: new Array<CheckHealth>(300).fill(long),
    });
    const { checks, reason } = value(decodeHealth(written));
    expect(checks.length).toBe(HEALTH_LIMITS.checks);
    expect(reason.length).toBe(HEALTH_LIMITS.reasonBytes);
    expect(checks[0]).toMatchObject({ text: 'ä'.repeat(256), durationMs: 2 });
    expect(checks[0]?.labels.size).toBe(HEALTH_LIMITS.labels);
  });

  it('is cut from reports: of the output the end stays, figures are whole', () => {
    const body: Report = {
      header: HEADER,
      subject: 'task',
      name: 'tidy',
      kind: 'clean',
      state: 'failed',
      startedAt: 0,
      endedAt: 1,
      trigger: 'schedule',
      attempt: 1,
      text: '',
      output: `${'x'.repeat(20_000)}the end`,
      changes: new Array<string>(400).fill('c'.repeat(600)),
      figures: new Map([
        ['a', 1.4],
        ['b', -0.2],
        ['c', Number.NaN],
      ]),
    };
    const read = value(decodeReport(encodeReport(body)));
    expect(read.output.length).toBe(REPORT_LIMITS.outputBytes);
    expect(read.output.endsWith('the end')).toBe(true);
    expect([read.changes.length, read.changes[0]?.length]).toEqual([256, 512]);
    expect([...read.figures]).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
  });
});

describe('clipped texts', () => {
  it('are whole characters, within the bytes, from the one end or the other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, max) => {
        const begin = clipText(text, max);
        const end = tailText(text, max);
        expect(text.startsWith(begin) && text.endsWith(end)).toBe(true);
        for (const part of [begin, end]) {
          expect(Buffer.byteLength(part)).toBeLessThanOrEqual(max);
          // A character that was cut in two would be read as this one, which a text may hold itself.
          if (!text.includes('�')) expect(part).not.toContain('�');
        }
        if (Buffer.byteLength(text) <= max) expect([begin, end]).toEqual([text, text]);
        else expect(Buffer.byteLength(begin)).toBeGreaterThan(max - 4);
      }),
    );
  });
});
