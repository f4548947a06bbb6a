/** How a record is moved in time once the clock of its boot is known. */
import { type Batch, decodeBatch, encodeBatch } from '../../protocol/messages/batch.ts';
import {
  type CommandResult,
  decodeCommandResult,
  encodeCommandResult,
} from '../../protocol/messages/command-result.ts';
import type { ClockTrust, Header } from '../../protocol/messages/envelope.ts';
import {
  decodeEvent,
  type EventMessage,
  encodeEvent,
  type Gap,
} from '../../protocol/messages/event.ts';
import { decodeReport, encodeReport, type Report } from '../../protocol/messages/report.ts';
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

interface Timed {
  readonly header: Header;
}

/** How one kind of record is read, moved and written. */
interface Kind<M extends Timed> {
  decode(payload: Uint8Array): Result<M>;
  move(message: M, move: Move): M;
  encode(message: M): Uint8Array;
}

/** Rows of a batch are relative to its header and move along. */
const batches: Kind<Batch> = { decode: decodeBatch, move: moveHeader, encode: encodeBatch };
const events: Kind<EventMessage> = { decode: decodeEvent, move: moveEvents, encode: encodeEvent };
const reports: Kind<Report> = { decode: decodeReport, move: moveReport, encode: encodeReport };
const results: Kind<CommandResult> = {
  decode: decodeCommandResult,
  move: moveHeader,
  encode: encodeCommandResult,
};

/** The same record at another time. */
export function shiftRecord(
  kind: string,
  payload: Uint8Array,
  moveOf: (header: Header) => Move,
): Result<Moved> {
  if (kind === 'm') return shift(batches, payload, moveOf);
  if (kind === 'report') return shift(reports, payload, moveOf);
  if (kind === 'res') return shift(results, payload, moveOf);
  return shift(events, payload, moveOf);
}

function shift<M extends Timed>(
  kind: Kind<M>,
  payload: Uint8Array,
  moveOf: (header: Header) => Move,
): Result<Moved> {
  const message = kind.decode(payload);
  if (!message.ok) return message;
  const move = moveOf(message.value.header);
  return accept({ payload: kind.encode(kind.move(message.value, move)), by: move.by });
}

function moveHeader<M extends Timed>(message: M, move: Move): M {
  return { ...message, header: shifted(message.header, move) };
}

/** A run that goes on has no end to move. */
function moveReport(report: Report, move: Move): Report {
  const { startedAt, endedAt } = report;
  return {
    ...moveHeader(report, move),
    startedAt: startedAt + move.by,
    endedAt: endedAt === 0 ? 0 : endedAt + move.by,
  };
}

function shifted(header: Header, { by, clock }: Move): Header {
  return { ...header, wall: header.wall + by, clock };
}

function moveEvents({ header, events, gaps }: EventMessage, move: Move): EventMessage {
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
  if (!UNCLEAN.has(gap.cause)) return gap;
  // Numbers whose gap was open to the end are told up to a time that was before its beginning.
  if (gap.numbers.length > 0)
    return gap.to > gap.from ? gap : { ...gap, to: Math.max(gap.to, after.wall) };
  const bootStart = after.wall - after.mono;
  const unset = gap.from <= Math.max(before.wall, FIRST_PLAUSIBLE);
  const from = unset ? Math.min(bootStart, after.wall) : gap.from;
  return { ...gap, from, to: Math.max(from, after.wall) };
}

const UNCLEAN: ReadonlySet<string> = new Set(['killed', 'power', 'damaged']);
/** A clock that counts from 1970, or from the making of the system, is not set. */
const FIRST_PLAUSIBLE = Date.UTC(2026, 0, 1);
