/** How a record is moved in time once the clock of its boot is known. */
import { decodeBatch, encodeBatch } from '../../protocol/messages/batch.ts';
import type { ClockTrust, Header } from '../../protocol/messages/envelope.ts';
import { decodeEvent, type EventMessage, encodeEvent } from '../../protocol/messages/event.ts';
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

/** Gaps stay where they are: an untimed boot computed them from times of the boot before. */
function shiftEvents({ header, events, gaps }: EventMessage, move: Move): EventMessage {
  return {
    header: shifted(header, move),
    gaps,
    events: events.map((event) => ({ ...event, wall: event.wall + move.by })),
  };
}
