/** How a record is moved in time once the clock of its boot is known. */
import { decodeBatch, encodeBatch } from '../../protocol/messages/batch.ts';
import type { ClockTrust, Header } from '../../protocol/messages/envelope.ts';
import {
  decodeEvent,
  type EventMessage,
  encodeEvent,
  type Gap,
} from '../../protocol/messages/event.ts';
import { accept, type Result } from '../../protocol/result.ts';

export interface Move {
  /** Milliseconds to add. */
  readonly by: number;
  readonly clock: ClockTrust;
}

export interface Moved {
  readonly payload: Uint8Array;
  readonly by: number;
}

/** The same record at another time. Rows of a batch are relative to its header and move along. */
export function shiftRecord(
  kind: 'm' | 'event',
  payload: Uint8Array,
  moveOf: (header: Header) => Move,
): Result<Moved> {
  if (kind === 'm') {
    const batch = decodeBatch(payload);
    if (!batch.ok) return batch;
    const move = moveOf(batch.value.header);
    const header = shifted(batch.value.header, move);
    return accept({ payload: encodeBatch({ ...batch.value, header }), by: move.by });
  }
  const message = decodeEvent(payload);
  if (!message.ok) return message;
  const move = moveOf(message.value.header);
  return accept({ payload: encodeEvent(shiftEvents(message.value, move)), by: move.by });
}

function shifted(header: Header, { by, clock }: Move): Header {
  return { ...header, wall: header.wall + by, clock };
}

function shiftEvents({ header, events, gaps }: EventMessage, move: Move): EventMessage {
  const moved = shifted(header, move);
  return {
    header: moved,
    gaps: gaps.map((gap) => endGap(gap, header, moved)),
    events: events.map((event) => ({ ...event, wall: event.wall + move.by })),
  };
}

/**
 * Gaps stay where they are: they were computed from times of records of the boot before. What an
 * unclean start leaves between the last record and the first of this boot could not have its right
 * end while the time was unknown, and neither its beginning if that boot had no time either.
 */
function endGap(gap: Gap, before: Header, after: Header): Gap {
  if (!UNCLEAN.has(gap.cause) || gap.numbers.length > 0) return gap;
  const bootStart = after.wall - after.mono;
  const unset = gap.from <= Math.max(before.wall, FIRST_PLAUSIBLE);
  const from = unset ? Math.min(bootStart, after.wall) : gap.from;
  return { ...gap, from, to: Math.max(from, after.wall) };
}

const UNCLEAN: ReadonlySet<string> = new Set(['killed', 'power', 'damaged']);
/** A clock that counts from 1970, or from the making of the system, is not set. */
const FIRST_PLAUSIBLE = Date.UTC(2026, 0, 1);
