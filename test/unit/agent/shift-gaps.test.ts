/** Gaps that were told of while nobody knew the time. */
import { expect, it } from 'vitest';
import { shiftRecord } from '../../../agent/core/header.ts';
import { CLOCK, type Header } from '../../../protocol/messages/envelope.ts';
import { decodeEvent, encodeEvent, type Gap } from '../../../protocol/messages/event.ts';

const wall = 90_000;
const header: Header = {
  ...{ epoch: '0102030405060708', number: 7, low: 3, boot: 'aabbccddeeff0011' },
  ...{ wall, mono: wall, clock: CLOCK.unset },
};
const by = Date.UTC(2026, 10, 21);
const yesterday = by - 86_400_000;
const numbers = [{ first: 3, last: 5 }];

function shifted(gap: Gap): Gap | undefined {
  const payload = encodeEvent({ header, events: [], gaps: [gap] });
  const moved = shiftRecord('event', payload, () => ({ by, clock: CLOCK.synced }));
  const read = moved.ok ? decodeEvent(moved.value.payload) : moved;
  return read.ok ? read.value.gaps[0] : undefined;
}

it.each<[string, Gap, { from: number; to: number }]>([
  [
    'damage that was open to its end ends when it was told',
    { from: yesterday, to: yesterday, cause: 'damaged', numbers },
    { from: yesterday, to: by + wall },
  ],
  [
    'damage between two records stays where it is',
    { from: yesterday, to: yesterday + 5_000, cause: 'damaged', numbers },
    { from: yesterday, to: yesterday + 5_000 },
  ],
  [
    'what was given up for room stays where it is',
    { from: yesterday, to: yesterday, cause: 'full', numbers },
    { from: yesterday, to: yesterday },
  ],
  [
    'an unclean end reaches until this boot was told of',
    { from: yesterday, to: yesterday, cause: 'killed', numbers: [] },
    { from: yesterday, to: by + wall },
  ],
])('%s', (_, gap, expected) => {
  expect(shifted(gap)).toMatchObject(expected);
});
