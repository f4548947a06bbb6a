/** Deals with damage that shows while the buffer is open: counts again and goes on. */
import type { Journal } from './journal.ts';
import type { Stretch } from './missing.ts';
import { recount } from './recount.ts';

export async function recover(journal: Journal, unseen: readonly Stretch[]): Promise<void> {
  // What waits to be deleted would be counted as held.
  await journal.commit({ operations: [], ledger: journal.ledger });
  const { born, shownLosses: open } = journal;
  const { ledger, mending } = await recount(journal.level, journal.ledger, { born, open, unseen });
  await journal.commit({ operations: mending, ledger });
}
