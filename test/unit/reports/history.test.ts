/** The history: newest first, one entry a run, limits by age and by device, pages that fit together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History, type Told } from '../../../collector/work/fleet/history.ts';
import { MemoryCatalog } from '../../support/alerting/memory-catalog.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 21, 12);

interface Noted {
  readonly device: string;
  readonly id: string;
  readonly number: number;
}

function told(device: string, id: string, at: number, number = 1, epoch = 'e1'): Told<Noted> {
  return { device, id, at, epoch, number, value: { device, id, number } };
}

function open(limits = { retentionMs: 90 * DAY, perDevice: 1_000 }, catalog = new MemoryCatalog()) {
  return { catalog, history: new History<Noted>(catalog, 'x', limits) };
}

const every = () => true;
const ids = (entries: readonly Noted[]) => entries.map(({ id }) => id);

describe('history', () => {
  it('holds one entry of each id: of one epoch the highest number, of another the last that came', async () => {
    const { history, catalog } = open();
    history.put(told('a', 'r', NOW, 2));
    history.put(told('a', 'r', NOW, 1));
    await history.flush();
    history.put(told('a', 'r', NOW - HOUR, 1));
    await history.flush();
    expect((await history.query({ limit: 9 }, every)).entries).toMatchObject([{ number: 2 }]);
    history.put(told('a', 'r', NOW - HOUR, 1, 'e2'));
    expect((await history.query({ limit: 9 }, every)).entries).toMatchObject([{ number: 1 }]);
    expect((await history.query({ limit: 9, device: 'a' }, every)).entries.length).toBe(1);
    expect([...catalog.entries.keys()].filter((key) => key.includes('/time/')).length).toBe(1);
  });

  it('answers in pages, newest first, of a device and of all, whatever the stretch', async () => {
    const entry = fc.record({
      device: fc.constantFrom('a', 'b', 'c'),
      id: fc.integer({ min: 0, max: 30 }).map((n) => `r${n}`),
      at: fc.integer({ min: NOW - 3 * HOUR, max: NOW }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(entry, { selector: ({ device, id }) => `${device}/${id}`, maxLength: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
        fc.tuple(fc.nat(3 * HOUR), fc.nat(3 * HOUR)),
        async (entries, limit, device, [back, length]) => {
          const { history } = open();
          for (const { device: of, id, at } of entries) history.put(told(of, id, at));
          const [since, until] = [NOW - back, NOW - back + length];
          const wanted = entries
            .filter((one) => device === undefined || one.device === device)
            .filter(({ at }) => at >= since && at <= until)
            .sort(
              (x, y) => y.at - x.at || (`${x.device}/${x.id}` < `${y.device}/${y.id}` ? 1 : -1),
            );
          const found: Noted[] = [];
          let cursor: string | undefined;
          do {
            const query = {
              limit,
              since,
              until,
              ...(device && { device }),
              ...(cursor && { cursor }),
            };
            const page = await history.query(query, every);
            expect(page.entries.length).toBeLessThanOrEqual(limit);
            found.push(...page.entries);
            cursor = page.next;
          } while (cursor !== undefined);
          expect(found.map((one) => `${one.device}/${one.id}`)).toEqual(
            wanted.map((one) => `${one.device}/${one.id}`),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('drops what is too old, and of a device what is too many', async () => {
    const { history, catalog } = open({ retentionMs: 2 * DAY, perDevice: 10 });
    for (let i = 0; i < 12; i++) history.put(told('a', `r${i}`, NOW - i * HOUR));
    history.put(told('b', 'old', NOW - 3 * DAY));
    await history.flush();
    expect(ids((await history.query({ limit: 99, device: 'a' }, every)).entries)).toEqual(
      Array.from({ length: 10 }, (_, i) => `r${i}`),
    );
    await history.prune(NOW);
    expect((await history.query({ limit: 99, device: 'b' }, every)).entries).toEqual([]);
    await history.prune(NOW + 3 * DAY);
    expect((await history.query({ limit: 99 }, every)).entries).toEqual([]);
    expect([...catalog.entries.keys()]).toEqual([]);
  });

  it('counts a device again after a restart', async () => {
    const limits = { retentionMs: 90 * DAY, perDevice: 10 };
    const { history, catalog } = open(limits);
    for (let i = 0; i < 10; i++) history.put(told('a', `r${i}`, NOW + i));
    await history.flush();
    const next = open(limits, catalog).history;
    for (let i = 10; i < 12; i++) next.put(told('a', `r${i}`, NOW + i));
    await next.flush();
    expect(ids((await next.query({ limit: 99 }, every)).entries)).toEqual(
      Array.from({ length: 10 }, (_, i) => `r${11 - i}`),
    );
  });

  it('keeps what the disk refuses until it takes it, and takes no more than it can hold', async () => {
    const { history, catalog } = open();
    catalog.broken = true;
    for (let i = 0; history.accepting(); i++) history.put(told('a', `r${i}`, NOW));
    await expect(history.flush()).rejects.toThrow('disk full');
    expect((await history.query({ limit: 9 }, every)).entries).toEqual([]);
    catalog.broken = false;
    await history.flush();
    expect(history.accepting()).toBe(true);
    expect((await history.query({ limit: 9 }, every)).entries.length).toBe(9);
  });

  it('ends a page that looked at too many, and goes on behind it', async () => {
    const { history } = open();
    for (let i = 0; i < 20; i++) history.put(told('a', `r${i}`, NOW - i));
    const last = ({ id }: Noted) => id === 'r19';
    const first = await history.query({ limit: 1 }, last, 15);
    expect(first).toMatchObject({ entries: [], next: expect.any(String) as string });
    const next = await history.query(
      { limit: 1, ...(first.next && { cursor: first.next }) },
      last,
      15,
    );
    expect(ids(next.entries)).toEqual(['r19']);
  });

  it('forgets a device', async () => {
    const { history } = open();
    history.put(told('a', 'r1', NOW));
    await history.flush();
    history.put(told('a', 'r2', NOW));
    history.put(told('b', 'r1', NOW));
    await history.forget('a');
    expect((await history.query({ limit: 9 }, every)).entries).toMatchObject([{ device: 'b' }]);
  });
});
