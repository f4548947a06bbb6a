/**
 * A journal that takes nothing while the store has no room for it. What it refuses is not
 * acknowledged and stays with the devices; all that it takes, the store takes too.
 */
import { JournalError } from '../core/errors.ts';
import type { Journal, SampleStore } from '../ports.ts';

export function heldBack(journal: Journal, store: Pick<SampleStore, 'accepting'>): Journal {
  return {
    append: (entry) =>
      store.accepting()
        ? journal.append(entry)
        : Promise.reject(new JournalError('journal-busy', 'the store has no room in memory')),
    replay: (fromSeq) => journal.replay(fromSeq),
    truncate: (seq) => journal.truncate(seq),
    stats: () => journal.stats(),
    close: () => journal.close(),
  };
}
