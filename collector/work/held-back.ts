/**
 * A journal that takes nothing while the store has no room for it. What it refuses is not
 * acknowledged and stays with the devices; all that it takes, the store takes too. While the store
 * writes less than comes, entries wait here in their order: so much is on its way then that
 * publishers wait for their PUBACK.
 */
import { JournalError } from '../core/errors.ts';
import type { Journal, JournalEntry, JournalOutcome, SampleStore } from '../ports.ts';

export function heldBack(
  journal: Journal,
  store: Pick<SampleStore, 'accepting' | 'room'>,
): Journal {
  const held: (() => void)[] = [];
  const pass = (entry: JournalEntry, outcome: JournalOutcome) => {
    if (store.accepting()) return journal.submit(entry, outcome);
    const refusal = new JournalError('journal-busy', 'the store has no room in memory');
    queueMicrotask(() => outcome.refused(refusal));
  };
  const letIn = () => {
    for (const go of held.splice(0)) go();
  };
  const submit = (entry: JournalEntry, outcome: JournalOutcome) => {
    const room = held.length > 0 ? 'others wait' : store.room();
    if (room === undefined) return pass(entry, outcome);
    if (room !== 'others wait') void room.then(letIn);
    held.push(() => pass(entry, outcome));
  };
  return {
    submit,
    append: (entry) => new Promise((durable, refused) => submit(entry, { durable, refused })),
    replay: (fromSeq) => journal.replay(fromSeq),
    truncate: (seq) => journal.truncate(seq),
    stats: () => journal.stats(),
    close: () => journal.close(),
  };
}
