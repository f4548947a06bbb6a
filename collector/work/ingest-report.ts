/** Runs of tasks and remedies (`report`), and what became of commands (`res`). */
import { type CommandResult, decodeCommandResult } from '../../protocol/messages/command-result.ts';
import { decodeReport, type Report } from '../../protocol/messages/report.ts';
import type { Arrival, IngestDesk } from './ingest-desk.ts';
import { isNew, keep, settle } from './numbered.ts';
import { refuseUnread, replayUnread } from './unreadable.ts';

export function handleReport(ingest: IngestDesk, arrival: Arrival): void {
  const report = decodeReport(arrival.payload);
  if (!report.ok) return refuseUnread(ingest, arrival, report.error);
  take(ingest, arrival, report.value, () => tellReport(ingest, arrival, report.value));
}

export function handleResult(ingest: IngestDesk, arrival: Arrival): void {
  if (ingest.deps.reports.result === undefined) return ingest.defer('unsupported-kind');
  const result = decodeCommandResult(arrival.payload);
  if (!result.ok) return refuseUnread(ingest, arrival, result.error);
  take(ingest, arrival, result.value, () => tellResult(ingest, arrival, result.value));
}

/**
 * After a restart everything is told again: the catalog may know a number whose report had not yet
 * been written where reports are kept, and those who keep them take a repeat as one.
 */
export function replayReport(ingest: IngestDesk, arrival: Arrival): void {
  const report = decodeReport(arrival.payload);
  if (!report.ok) return replayUnread(ingest, arrival, report.error);
  tellReport(ingest, arrival, report.value);
  settle(ingest, arrival, report.value.header);
}

export function replayResult(ingest: IngestDesk, arrival: Arrival): void {
  const result = decodeCommandResult(arrival.payload);
  if (!result.ok) return replayUnread(ingest, arrival, result.error);
  tellResult(ingest, arrival, result.value);
  settle(ingest, arrival, result.value.header);
}

function take(
  ingest: IngestDesk,
  arrival: Arrival,
  { header }: Report | CommandResult,
  tell: () => void,
): void {
  if (!isNew(ingest, arrival, header)) return;
  if (!ingest.deps.reports.accepting()) return ingest.defer('storage');
  keep(ingest, arrival, header, arrival.payload.length, () => {
    tell();
    return true;
  });
}

function tellReport({ deps }: IngestDesk, arrival: Arrival, report: Report): void {
  const { device, site, id, now } = arrival;
  deps.reports.report(device.id, site, id, report, now);
}

function tellResult({ deps }: IngestDesk, arrival: Arrival, result: CommandResult): void {
  const { device, site, id, now } = arrival;
  deps.reports.result?.(device.id, site, id, result, now);
}
