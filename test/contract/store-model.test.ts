/**
 * The store against a map in memory: random appends (late, repeated, over days and shapes), queries,
 * checkpoints, housekeeping, clean restarts, and crashes with replay of the journal.
 */
import { cpSync, rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../collector/core/store/calendar.ts';
import { rollUp } from '../../collector/core/store/rollup.ts';
import { openLevelStore } from '../../collector/io/store/level-store.ts';
import type { Matcher, SampleStore } from '../../collector/ports.ts';
import { rounds } from '../support/rounds.ts';
import { block, EVER, inFolder, MIDNIGHT, points, seriesIds } from '../support/store.ts';

const SERIES = 4;
const HOURS = 60;

interface Rows {
  readonly kind: 'rows';
  readonly first: number;
  readonly columns: number;
  readonly times: readonly number[];
  readonly cells: readonly (readonly (number | undefined)[])[];
}

type Action = Rows | { readonly kind: 'checkpoint' | 'crash' | 'restart' | 'maintain' | 'look' };

/** Few different instants, so that many of them collide; 60 hours around a midnight. */
const instant = fc.oneof(
  fc.integer({ min: 0, max: 300 }).map((n) => MIDNIGHT + n * 10_000),
  fc.integer({ min: -HOURS * 30, max: HOURS * 30 }).map((n) => MIDNIGHT + n * MINUTE),
);
const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ noNaN: true }));
const rows: fc.Arbitrary<Action> = fc
  .tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 1, max: 2 }),
    fc.integer({ min: 1, max: 30 }),
  )
  .chain(([first, columns, count]) =>
    fc.record({
      kind: fc.constant('rows' as const),
      first: fc.constant(first),
      columns: fc.constant(columns),
      times: fc.array(instant, { minLength: count, maxLength: count }),
      cells: fc.array(
        fc.array(fc.option(value, { nil: undefined, freq: 9 }), {
          minLength: count,
          maxLength: count,
        }),
        { minLength: columns, maxLength: columns },
      ),
    }),
  );
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 8, arbitrary: rows },
  ...(['checkpoint', 'crash', 'restart', 'maintain', 'look'] as const).map((kind) => ({
    weight: 1,
    arbitrary: fc.constant<Action>({ kind }),
  })),
);

const all: Matcher[] = [{ name: '__name__', op: '=', value: 'm' }];

class Run {
  private store!: SampleStore;
  private ids!: Uint32Array;
  private readonly path: string;
  private readonly model = Array.from({ length: SERIES }, () => new Map<number, number>());
  private journal: { seq: number; rows: Rows }[] = [];
  private seq = 0;
  private now = MIDNIGHT + HOURS * HOUR;
  private copies = 0;

  constructor(path: string) {
    this.path = path;
  }

  async open(path = this.path): Promise<void> {
    this.store = await openLevelStore({ path });
    this.ids = seriesIds(this.store, 'm', SERIES);
    for (const { seq, rows } of this.journal) this.append(seq, rows);
  }

  async do(step: Action): Promise<void> {
    if (step.kind === 'rows') this.add(step);
    else if (step.kind === 'checkpoint') await this.checkpoint();
    else if (step.kind === 'maintain') await this.maintain();
    else if (step.kind === 'look') await this.look();
    else if (step.kind === 'restart') await this.restart();
    else await this.crash();
  }

  async look(): Promise<void> {
    const found = await this.store.select(all, ...EVER);
    const expected = this.model.map((samples) => [...samples].sort((a, b) => a[0] - b[0]));
    expect(found.map((one) => [one.id, points(one)])).toEqual(
      expected.flatMap((samples, i) => (samples.length === 0 ? [] : [[this.ids[i], samples]])),
    );
    await this.lookAtRollups('1h', HOUR);
    await this.lookAtRollups('1m', MINUTE);
  }

  async close(): Promise<void> {
    await this.store.close();
  }

  private async lookAtRollups(step: '1h' | '1m', size: number): Promise<void> {
    const from = MIDNIGHT - HOURS * HOUR;
    const to = MIDNIGHT + HOURS * HOUR;
    const raw = await this.store.select(all, ...EVER);
    const stored = await this.store.rollups(all, step, from, to - 1);
    expect(stored.map(({ id }) => id)).toEqual(raw.map(({ id }) => id));
    for (const [i, { id: _id, labels: _labels, ...columns }] of stored.entries()) {
      expect(columns).toEqual(rollUp(raw[i] as (typeof raw)[number], size, from, to));
    }
  }

  private add(step: Rows): void {
    this.seq++;
    this.journal.push({ seq: this.seq, rows: step });
    this.append(this.seq, step);
    for (let r = 0; r < step.times.length; r++) {
      for (let c = 0; c < step.columns; c++) {
        const cell = step.cells[c]?.[r];
        if (cell !== undefined) this.model[step.first + c]?.set(step.times[r] as number, cell);
      }
    }
  }

  private append(seq: number, { first, times, cells }: Rows): void {
    this.store.append(seq, this.ids, [block(times, cells, first)]);
  }

  private async checkpoint(): Promise<void> {
    const covered = await this.store.checkpoint();
    expect(covered).toBeLessThanOrEqual(this.seq + 1);
    this.journal = this.journal.filter(({ seq }) => seq >= covered);
  }

  private async maintain(): Promise<void> {
    this.now += 40 * MINUTE;
    await this.store.maintain(this.now);
  }

  private async restart(): Promise<void> {
    await this.store.close();
    await this.open();
  }

  /** What a kill leaves: the folder as it is now, with everything in memory gone. */
  private async crash(): Promise<void> {
    const copy = `${this.path}-${++this.copies}`;
    cpSync(this.path, copy, { recursive: true, filter: (file) => !file.endsWith('LOCK') });
    await this.store.close();
    rmSync(this.path, { recursive: true });
    cpSync(copy, this.path, { recursive: true });
    rmSync(copy, { recursive: true });
    await this.open();
  }
}

describe('store', () => {
  it('answers as a plain map would, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 25 }), async (actions) => {
        await inFolder(async (path) => {
          const run = new Run(path);
          await run.open();
          for (const step of actions) await run.do(step);
          await run.look();
          await run.close();
        });
      }),
      {
        numRuns: rounds(30),
        interruptAfterTimeLimit: 8_000,
        // An end by time without a single success counts as a failure: met at a load average of 60.
        examples: [[[{ kind: 'look' }]]],
      },
    );
  });
});
