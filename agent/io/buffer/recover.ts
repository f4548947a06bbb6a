/** Deals with damage that shows while the buffer is open: counts again and goes on. */
import type { Journal, Operation } from './journal.ts';
import { recount } from './recount.ts';

export async function recover(journal: Journal): Promise<void> {
  // What waits to be deleted would be counted as held.
  await journal.commit({ operations: [], ledger: journal.ledger });
  const { ledger, damaged } = await recount(journal.level, journal.ledger, journal.born);
  const operations = damaged.map((key): Operation => ({ type: 'del', key }));
  await journal.commit({ operations, ledger });
}
