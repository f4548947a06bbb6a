/** What an agenda remembers of the calendar is what one finds out that remembers nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Agenda, type Candidate, type Skipped } from '../../../agent/work/maintaining/agenda.ts';
import { Book } from '../../../agent/work/maintaining/book.ts';
import { memoryFacts } from '../../support/facts/memory-facts.ts';
import { rounds } from '../../support/rounds.ts';
import { silentLog } from '../../support/silent-log.ts';
import { planOf } from '../../support/tasks/rig.ts';
import { DAY, HOUR, MINUTE } from '../../support/tasks/zones.ts';

const START = Date.UTC(2026, 2, 27);
const weekly = { weekly: 'sun 02:30' };
const daily = { schedule: { daily: '03:00' }, zone: 'Europe/Berlin', jitter: 10 * MINUTE } as const;
const plans = [
  planOf({ daily, weekly: { schedule: weekly, missed: 'skip' }, byHand: {} }),
  planOf({ daily: { ...daily, jitter: 0 }, weekly: { schedule: weekly, enabled: false } }),
  planOf({ daily: { ...daily, schedule: { daily: '04:00' } }, weekly: { schedule: weekly } }),
].map(({ tasks }) => tasks);

type Move = { readonly by: number } | { readonly plan: (typeof plans)[number] };

const by = (least: number, most: number, unit: number) =>
  fc.integer({ min: least, max: most }).map((n) => ({ by: n * unit }));
/** Time passes, the clock is set, or the configuration is another one. */
const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: by(1, 600, MINUTE) },
  { weight: 1, arbitrary: by(1, 9, DAY) },
  { weight: 2, arbitrary: by(-60, -1, HOUR) },
  { weight: 2, arbitrary: by(-59, -1, 1000) },
  { weight: 1, arbitrary: fc.constantFrom(...plans).map((plan) => ({ plan })) },
);

test('of an agenda that has looked before, and of a new one, the next turns and what is ready are the same', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 1, maxLength: 20 }), async (moves) => {
      const book = new Book(memoryFacts(), silentLog);
      let [plan] = plans as [(typeof plans)[number]];
      const agenda = new Agenda('device-1', book);
      agenda.plan(plan);
      let now = START;
      await decide(agenda, book, await agenda.look(now));
      for (const one of moves) {
        if ('by' in one) now += one.by;
        else {
          plan = one.plan;
          agenda.plan(plan);
        }
        expect(nextOf(agenda, plan, now)).toEqual(nextOf(fresh(book, plan), plan, now));
        const found = await agenda.look(now);
        expect(found).toEqual(await fresh(book, plan).look(now));
        await decide(agenda, book, found);
        expect(nextOf(agenda, plan, now)).toEqual(nextOf(fresh(book, plan), plan, now));
      }
    }),
    { numRuns: rounds(60) },
  );
});

function fresh(book: Book, plan: (typeof plans)[number]): Agenda {
  const agenda = new Agenda('device-1', book);
  agenda.plan(plan);
  return agenda;
}

function nextOf(agenda: Agenda, plan: (typeof plans)[number], now: number) {
  return Object.keys(plan).map((name) => agenda.next(name, now));
}

/** All that may begin begins, and all that is given up is. */
async function decide(
  agenda: Agenda,
  book: Book,
  { ready, skipped }: { readonly ready: Candidate[]; readonly skipped: Skipped[] },
): Promise<void> {
  for (const candidate of [...ready, ...skipped.map((one) => one.candidate)]) {
    agenda.decided(candidate);
    await book.set(candidate.name, candidate.decided);
  }
}
