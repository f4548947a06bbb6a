/** Silences: states, what may change under the same id, and the index beside a plain search. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createMatcher,
  MATCHER_OPS,
  matchesAll,
} from '../../../collector/core/alerting/matcher.ts';
import {
  compareSilences,
  expireSilence,
  refusalOf,
  type Silence,
  type SilenceDraft,
  setSilence,
  silenceState,
} from '../../../collector/core/alerting/silence.ts';
import { SilenceIndex } from '../../../collector/core/alerting/silence-index.ts';
import { LabelSet } from '../../../collector/core/label-set.ts';

const NOW = 1_000_000;
const matchers = [createMatcher('a', '=', 'b')];

function draft(more: Partial<SilenceDraft> = {}): SilenceDraft {
  return { matchers, startsAt: NOW, endsAt: NOW + 100, createdBy: 'me', comment: '', ...more };
}

function silence(more: Partial<Silence> = {}): Silence {
  return { id: 's', updatedAt: NOW, ...draft(), ...more };
}

describe('a silence', () => {
  it('is pending, active, expired', () => {
    const one = silence({ startsAt: 10, endsAt: 20 });
    expect([9, 10, 19, 20].map((now) => silenceState(one, now))).toEqual([
      'pending',
      'active',
      'active',
      'expired',
    ]);
  });

  it('keeps its id while it is extended, and not when it means something else', () => {
    const before = silence();
    const longer = setSilence(before, draft({ endsAt: NOW + 500 }), 'new', NOW + 10);
    expect(longer).toMatchObject({ id: 's', records: [{ id: 's', endsAt: NOW + 500 }] });
    const other = draft({ matchers: [createMatcher('a', '=', 'c')] });
    expect(setSilence(before, other, 'new', NOW + 10)).toMatchObject({
      id: 'new',
      records: [
        { id: 's', endsAt: NOW + 10 },
        { id: 'new', startsAt: NOW + 10 },
      ],
    });
    const moved = setSilence(before, draft({ startsAt: NOW + 5 }), 'new', NOW + 10);
    expect(moved.id).toBe('new');
  });

  it('that is over stays over: setting it makes another', () => {
    const change = setSilence(silence(), draft({ endsAt: NOW + 900 }), 'new', NOW + 200);
    expect(change).toMatchObject({ id: 'new', records: [{ id: 'new', startsAt: NOW + 200 }] });
  });

  it('may be moved while it is pending', () => {
    const pending = silence({ startsAt: NOW + 50 });
    const later = setSilence(pending, draft({ startsAt: NOW + 70 }), 'new', NOW);
    expect(later).toMatchObject({ id: 's', records: [{ startsAt: NOW + 70 }] });
    const past = setSilence(pending, draft({ startsAt: NOW - 1 }), 'new', NOW);
    expect(past.id).toBe('new');
  });

  it('ends now', () => {
    expect(expireSilence(silence(), NOW + 5)).toMatchObject({ startsAt: NOW, endsAt: NOW + 5 });
    const pending = silence({ startsAt: NOW + 50 });
    const ended = expireSilence(pending, NOW + 5) as Silence;
    expect(silenceState(ended, NOW + 5)).toBe('expired');
    expect(silenceState(ended, NOW + 60)).toBe('expired');
    expect(expireSilence(silence(), NOW + 100)).toBeUndefined();
  });

  it('is refused when it would match all, never hold or is over', () => {
    expect(refusalOf(draft(), NOW)).toBe('');
    const everything = [createMatcher('a', '=~', '.*'), createMatcher('b', '!=', 'x')];
    expect(refusalOf(draft({ matchers: everything }), NOW)).toMatch(/empty string/);
    expect(refusalOf(draft({ matchers: [] }), NOW)).toMatch(/at least one/);
    expect(refusalOf(draft({ endsAt: NOW }), NOW)).toMatch(/before end time/);
    expect(refusalOf(draft(), NOW + 101)).toMatch(/in the past/);
  });

  it('is listed active first, then pending, then the last that ended', () => {
    const list = [
      silence({ id: 'old', startsAt: 1, endsAt: 2 }),
      silence({ id: 'older', startsAt: 0, endsAt: 1 }),
      silence({ id: 'later', startsAt: NOW + 20, endsAt: NOW + 30 }),
      silence({ id: 'soon', startsAt: NOW + 10, endsAt: NOW + 30 }),
      silence({ id: 'long', endsAt: NOW + 90 }),
      silence({ id: 'short', endsAt: NOW + 9 }),
    ];
    const ids = list.sort((a, b) => compareSilences(a, b, NOW)).map(({ id }) => id);
    expect(ids).toEqual(['short', 'long', 'soon', 'later', 'old', 'older']);
  });
});

describe('the index', () => {
  const value = fc.constantFrom('', 'x', 'y', 'z');
  const name = fc.constantFrom('a', 'b', 'c');
  const anyMatcher = fc
    .tuple(name, fc.constantFrom(...MATCHER_OPS), value)
    .map(([n, op, v]) => createMatcher(n, op, v));
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      id: fc.integer({ min: 0, max: 5 }),
      matchers: fc.array(anyMatcher, { minLength: 1, maxLength: 2 }),
      startsAt: fc.integer({ min: 0, max: 20 }),
      length: fc.integer({ min: 0, max: 20 }),
    }),
    fc.record({ kind: fc.constant('delete' as const), id: fc.integer({ min: 0, max: 5 }) }),
    fc.record({
      kind: fc.constant('ask' as const),
      labels: fc.dictionary(name, value),
      now: fc.integer({ min: 0, max: 40 }),
    }),
  );

  it('finds what a plain search finds, whatever changed since it was asked', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const index = new SilenceIndex();
        const plain = new Map<string, Silence>();
        for (const one of steps) {
          if (one.kind === 'set') {
            const { startsAt, length } = one;
            const id = `s${one.id}`;
            const set = silence({
              id,
              matchers: one.matchers,
              startsAt,
              endsAt: startsAt + length,
            });
            index.set(set);
            plain.set(id, set);
          } else if (one.kind === 'delete') {
            index.delete(`s${one.id}`);
            plain.delete(`s${one.id}`);
          } else {
            const labels = LabelSet.fromObject(one.labels);
            const expected = [...plain.values()]
              .filter(
                (s) => silenceState(s, one.now) === 'active' && matchesAll(s.matchers, labels),
              )
              .map(({ id }) => id)
              .sort((a, b) => (a < b ? -1 : 1));
            expect(index.silencedBy(labels.key, labels, one.now)).toEqual(expected);
          }
        }
      }),
    );
  });

  it('still answers after more changes than it remembers', () => {
    const index = new SilenceIndex();
    const labels = LabelSet.fromObject({ a: 'b' });
    expect(index.silencedBy('f', labels, NOW)).toEqual([]);
    for (let i = 0; i < 3000; i++) index.set(silence({ id: `s${i % 7}` }));
    expect(index.silencedBy('f', labels, NOW)).toHaveLength(7);
  });
});
