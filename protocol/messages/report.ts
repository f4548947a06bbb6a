/** `report/<id>`: one run of a task or a remedy, or a step of an installation; the id names the run. */
import { clipText, tailText } from '../bytes/clip.ts';
import { encodeCbor } from '../cbor/encode.ts';
import type { CborValue } from '../cbor/values.ts';
import { TIME_RANGE } from '../limits.ts';
import type { Result } from '../result.ts';
import { decodeEnvelope, encodeHeader, type Header } from './envelope.ts';

export const REPORT_SUBJECTS = ['task', 'remedy', 'install'] as const;
export type ReportSubject = (typeof REPORT_SUBJECTS)[number];

/**
 * `interrupted`: the agent or the machine went down in the middle. `skipped`: its turn came and its
 * conditions did not hold, or it was missed; the text says which.
 */
export const REPORT_STATES = [
  'running',
  'succeeded',
  'failed',
  'timed-out',
  'cancelled',
  'interrupted',
  'skipped',
] as const;
export type ReportState = (typeof REPORT_STATES)[number];

export interface ReportBody {
  readonly subject: ReportSubject;
  /** Of the task, remedy or package. */
  readonly name: string;
  /** The executor: `clean`, `restart-unit`, ... */
  readonly kind: string;
  readonly state: ReportState;
  /** UTC milliseconds; `endedAt` is 0 while it runs. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** What began it: `schedule`, `command:<id>`, `check:<name>`, `missed`, `retry`. */
  readonly trigger: string;
  /** From 1. */
  readonly attempt: number;
  /** One line for people. */
  readonly text: string;
  /** The last bytes of its output, at most 16 KiB. */
  readonly output: string;
  /** What changed, a line each, at most 256. */
  readonly changes: readonly string[];
  /** Whole numbers: `bytes_freed`, `files_removed`, `packages_upgraded`, ... */
  readonly figures: ReadonlyMap<string, number>;
}

export interface Report extends ReportBody {
  readonly header: Header;
}

const KEY = {
  subject: 8,
  name: 9,
  kind: 10,
  state: 11,
  startedAt: 12,
  endedAt: 13,
  trigger: 14,
  attempt: 15,
  text: 16,
  output: 17,
  changes: 18,
  figures: 19,
} as const;

export const REPORT_LIMITS = {
  nameBytes: 128,
  triggerBytes: 128,
  textBytes: 4_096,
  outputBytes: 16_384,
  changes: 256,
  changeBytes: 512,
  figures: 64,
  figureBytes: 64,
} as const;
const MAX = REPORT_LIMITS;

/** Texts and lists are cut to their limits; of the output the end stays. */
export function encodeReport(report: Report): Uint8Array {
  return encodeCbor(
    new Map<number, CborValue>([
      ...encodeHeader(report.header),
      [KEY.subject, REPORT_SUBJECTS.indexOf(report.subject)],
      [KEY.name, clipText(report.name, MAX.nameBytes)],
      [KEY.kind, clipText(report.kind, MAX.nameBytes)],
      [KEY.state, REPORT_STATES.indexOf(report.state)],
      [KEY.startedAt, report.startedAt],
      [KEY.endedAt, report.endedAt],
      [KEY.trigger, clipText(report.trigger, MAX.triggerBytes)],
      [KEY.attempt, report.attempt],
      [KEY.text, clipText(report.text, MAX.textBytes)],
      [KEY.output, tailText(report.output, MAX.outputBytes)],
      [KEY.changes, writeChanges(report.changes)],
      [KEY.figures, writeFigures(report.figures)],
    ]),
  );
}

export function decodeReport(payload: Uint8Array): Result<Report> {
  const envelope = decodeEnvelope(payload, 'report');
  if (!envelope.ok) return envelope;
  const { header, fields } = envelope.value;
  return fields.done({
    header,
    subject: fields.oneOf(KEY.subject, REPORT_SUBJECTS),
    name: fields.text(KEY.name, MAX.nameBytes),
    kind: fields.text(KEY.kind, MAX.nameBytes),
    state: fields.oneOf(KEY.state, REPORT_STATES),
    startedAt: fields.int(KEY.startedAt, TIME_RANGE),
    endedAt: fields.int(KEY.endedAt, TIME_RANGE),
    trigger: fields.text(KEY.trigger, MAX.triggerBytes),
    attempt: fields.int(KEY.attempt, { min: 1 }),
    text: fields.text(KEY.text, MAX.textBytes),
    output: fields.text(KEY.output, MAX.outputBytes),
    changes: fields
      .list(KEY.changes, MAX.changes)
      .map((item) => fields.asText(item, KEY.changes, MAX.changeBytes)),
    figures: fields.mapped(KEY.figures, MAX.figures, MAX.figureBytes, (item) =>
      fields.asInt(item, KEY.figures, {}),
    ),
  });
}

function writeChanges(changes: readonly string[]): CborValue {
  return changes.slice(0, MAX.changes).map((line) => clipText(line, MAX.changeBytes));
}

/** Figures are whole; one that is no number at all says nothing and is left out. */
function writeFigures(figures: ReadonlyMap<string, number>): CborValue {
  const whole = [...figures].filter(([, value]) => Number.isSafeInteger(Math.round(value)));
  const entries = whole.slice(0, MAX.figures);
  // Adding 0 makes 0 of -0, which would travel as a float.
  return new Map(entries.map(([name, value]) => [name, Math.round(value) + 0]));
}
