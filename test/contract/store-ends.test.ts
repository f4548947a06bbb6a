/** Looking at all series takes many turns: what comes meanwhile counts. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DAY, dayOf } from '../../collector/core/store/calendar.ts';
import { Ends } from '../../collector/io/store/ends.ts';
import { Memory } from '../../collector/io/store/memory.ts';
import { FREE, SILENT } from '../../collector/io/store/options.ts';
import { Partitions } from '../../collector/io/store/partitions.ts';
import { Precedence, Slices } from '../../collector/io/store/precedence.ts';
import { SeriesIndex } from '../../collector/io/store/series-index.ts';

import { inFolder, labels, MIDNIGHT } from '../support/store.ts';

const RETENTION = { raw: 3 * DAY, minute: 10 * DAY, hour: 40 * DAY };
const LATER = MIDNIGHT + 120 * DAY;
const LIMITS = { perOwner: 1_000, total: 1_000 };
const SERIES = 600;

/** Does something at each glance at the time. */
class Meanwhile extends Slices {
  glances = 0;
  private readonly happens: () => void;

  constructor(happens: () => void) {
    super(new Precedence(FREE));
    this.happens = happens;
  }

  override step(): Promise<void> {
    this.glances++;
    this.happens();
    return Promise.resolve();
  }
}

it('a series that comes back between being judged gone and being forgotten is kept', () =>
  inFolder(async (path) => {
    const index = await SeriesIndex.open(join(path, 'index'), LIMITS, SILENT);
    const partitions = new Partitions(join(path, 'parts'), SILENT);
    const ends = new Ends(index, partitions, new Memory());
    ends.setNow(MIDNIGHT);
    const ids = Array.from({ length: SERIES }, (_, n) =>
      index.resolve(labels('m', { n: String(n) }), { type: 'gauge', unit: '' }, 'device'),
    );
    await index.flush();
    const back = ids[0] as number;
    const slices = new Meanwhile(() => {
      // It was the first that was looked at.
      if (slices.glances === 2) index.seen([back], dayOf(LATER));
    });
    await ends.step(LATER, RETENTION, slices);
    expect(slices.glances).toBe(2);
    expect(index.match([{ name: '__name__', op: '=', value: 'm' }])).toEqual(Uint32Array.of(back));
    await index.close();
  }));
