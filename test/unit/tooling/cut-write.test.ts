import { describe, expect, it } from 'vitest';
import { metCutWrite } from '../../support/pipeline/cut-write.ts';

const line = (level: string, message: string, rest = '') =>
  `time=2026-11-22T16:41:47.772Z level=${level} msg="${message}"${rest}\n`;
const full = ' error="BufferError: the disk that holds the buffer is full (0 bytes are free)"';
const refused = line('error', 'buffer refused a batch; samples wait in memory', full);
const unsettled = line('warn', 'could not settle an ack; the records are sent again', full);
const mended = line('info', 'buffer takes batches again');
const opened = (how: string, detail: string) =>
  line('warn', 'the buffer was not closed cleanly', ` how=${how} detail="${detail}"`);
const torn = opened('repaired', '000009.log ends in the middle of an entry');

describe('a write that a full disk cut', () => {
  it.each([
    ['a batch', refused + torn],
    ['a deletion', unsettled + opened('repaired', '000009.log is empty')],
    ['the second time', refused + mended + refused + torn],
  ])('is met by the next opening: %s', (_, log) => {
    expect(metCutWrite(log)).toBe(true);
  });

  it.each([
    ['no disk was full', torn],
    ['it was mended before', refused + mended + torn],
    ['the opening found no damage', refused + opened('killed', 'epoch 02edc7dc085c83fe') + torn],
    ['the damage is of another kind', refused + opened('repaired', 'CURRENT is missing')],
  ])('is not what an opening met: %s', (_, log) => {
    expect(metCutWrite(log)).toBe(false);
  });
});
