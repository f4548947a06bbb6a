/** What devices tell of their runs, commands and events, and how it is asked for later. */
import type { CommandResult } from '../../protocol/messages/command-result.ts';
import type { EventMessage } from '../../protocol/messages/event.ts';
import type { Report } from '../../protocol/messages/report.ts';
import type { EventRecord, ReportView } from '../core/views.ts';

/**
 * Where ingest puts them, once they are in the journal and before they are acknowledged. After a
 * crash the journal brings them again: whoever keeps them takes one number as one, however often it
 * comes (device, epoch, number).
 */
export interface FleetSink {
  /** Whether there is room; while there is none they stay unacknowledged in the device's buffer. */
  accepting(): boolean;
  report(device: string, site: string, run: string, report: Report, receivedAt: number): void;
  event(device: string, site: string, message: EventMessage, receivedAt: number): void;
  /** Without it, results of commands stay with the device until somebody here wants them. */
  result?(
    device: string,
    site: string,
    command: string,
    result: CommandResult,
    receivedAt: number,
  ): void;
  /** Resolves when all that was told is on the disk: the journal is cut behind it. */
  flush(): Promise<void>;
}

/** A stretch of history, newest first. Times are UTC milliseconds, both ends included. */
export interface HistoryQuery {
  readonly device?: string;
  readonly since?: number;
  readonly until?: number;
  /** What the page before said. */
  readonly cursor?: string;
  readonly limit: number;
}

export interface ReportQuery extends HistoryQuery {
  readonly subject?: string;
  readonly name?: string;
  readonly state?: string;
}

export interface EventQuery extends HistoryQuery {
  readonly name?: string;
  readonly severity?: string;
}

export interface HistoryPage<T> {
  /** Newest first. */
  readonly entries: readonly T[];
  /** Where the next page begins; absent when there is none. */
  readonly next?: string;
}

/** How often something succeeded. Runs that were skipped or cancelled, or go on, do not count. */
export interface RunTally {
  readonly runs: number;
  /** How many ended in each state. */
  readonly states: Readonly<Record<string, number>>;
  /** Succeeded of those that came to an end by themselves, 0 to 1; absent when none did. */
  readonly successRate?: number;
  readonly last: Pick<ReportView, 'device' | 'run' | 'state' | 'startedAt' | 'text'>;
}

export interface TaskTally extends RunTally {
  readonly subject: string;
  readonly name: string;
}

export interface DeviceTally extends RunTally {
  readonly device: string;
  readonly site: string;
}

export interface ReportSummary {
  readonly since: number;
  readonly until: number;
  readonly runs: number;
  /** False when there were more runs than one summary reads: the newest were taken. */
  readonly complete: boolean;
  /** By subject and name. */
  readonly tasks: readonly TaskTally[];
  /** Worst first, as many as were asked for. */
  readonly devices: readonly DeviceTally[];
}

export type SummaryQuery = Omit<ReportQuery, 'cursor'>;

export interface FleetHistory {
  reports(query: ReportQuery): Promise<HistoryPage<ReportView>>;
  summary(query: SummaryQuery): Promise<ReportSummary>;
  events(query: EventQuery): Promise<HistoryPage<EventRecord>>;
}
