import { openJournal } from '../../collector/io/journal/segment-journal.ts';
import { journalContract } from './journal.contract.ts';

journalContract('segment files', (dir, bounds) => openJournal({ dir, ...bounds }));
