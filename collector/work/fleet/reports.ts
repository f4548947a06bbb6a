/**
 * What devices did and what happened on them, kept for people to ask: the newest state of each run
 * of a task or a remedy, and the last events of each device.
 */
import { CLOCK, type Header } from '../../../protocol/messages/envelope.ts';
import type { EventMessage } from '../../../protocol/messages/event.ts';
import type { Report } from '../../../protocol/messages/report.ts';
import type { EventRecord, ReportView } from '../../core/views.ts';
import type {
  EventQuery,
  FleetHistory,
  FleetSink,
  HistoryPage,
  ReportQuery,
  ReportSummary,
  SummaryQuery,
} from '../../ports/fleet.ts';
import type { Cancel, Catalog, Clock, Log } from '../../ports.ts';
import { History, type HistoryLimits } from './history.ts';
import { tallyDevices, tallyTasks } from './reports-summary.ts';

export interface ReportsDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Its own: each write is synced. */
  readonly catalog: Catalog;
  readonly limits?: Partial<Record<'reports' | 'events', HistoryLimits>>;
}

const DAY_MS = 86_400_000;
const REPORTS: HistoryLimits = { retentionMs: 90 * DAY_MS, perDevice: 1_000 };
const EVENTS: HistoryLimits = { retentionMs: 90 * DAY_MS, perDevice: 500 };
const FLUSH_MS = 1_000;
const PRUNE_MS = 3_600_000;
const SOON_MS = 60_000;
const SUMMARY_MS = 7 * DAY_MS;
const SUMMARY_RUNS = 50_000;

export class Reports implements FleetSink, FleetHistory {
  private readonly deps: ReportsDeps;
  private readonly runs: History<ReportView>;
  private readonly happened: History<EventRecord>;
  private readonly cancels = new Map<string, Cancel>();
  private hurrying = false;

  constructor(deps: ReportsDeps) {
    this.deps = deps;
    const { catalog, limits } = deps;
    this.runs = new History(catalog, 'report', limits?.reports ?? REPORTS);
    this.happened = new History(catalog, 'event', limits?.events ?? EVENTS);
  }

  start(): void {
    this.every('prune', PRUNE_MS, () => this.prune());
    this.every('flush', FLUSH_MS, () => this.flush());
  }

  async stop(): Promise<void> {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
    await this.flush();
  }

  accepting(): boolean {
    return this.runs.accepting() && this.happened.accepting();
  }

  report(device: string, site: string, run: string, report: Report, receivedAt: number): void {
    const { header, endedAt, figures, ...rest } = report;
    const { epoch, number } = header;
    const at = placed(header, report.startedAt, receivedAt);
    const value: ReportView = {
      ...{ device, site, run, receivedAt, ...rest },
      ...(endedAt === 0 ? {} : { endedAt }),
      figures: Object.fromEntries(figures),
    };
    this.runs.put({ device, id: run, at, epoch, number, value });
    this.hurry();
  }

  event(device: string, site: string, message: EventMessage, receivedAt: number): void {
    const { header, events } = message;
    const { epoch, number } = header;
    events.forEach(({ wall, name, severity, text, attributes }, index) => {
      const at = placed(header, wall, receivedAt);
      const told = { name, severity, text, attributes: Object.fromEntries(attributes) };
      const value = { device, site, at: wall, receivedAt, ...told };
      this.happened.put({ device, id: `${epoch}-${number}-${index}`, at, epoch, number, value });
    });
    this.hurry();
  }

  async flush(): Promise<void> {
    await this.runs.flush();
    await this.happened.flush();
    this.hurrying = false;
  }

  async prune(): Promise<void> {
    const now = this.deps.clock.wall();
    await this.runs.prune(now);
    await this.happened.prune(now);
  }

  async forget(device: string): Promise<void> {
    await this.runs.forget(device);
    await this.happened.forget(device);
  }

  reports(query: ReportQuery): Promise<HistoryPage<ReportView>> {
    return this.runs.query(query, matching(query));
  }

  events(query: EventQuery): Promise<HistoryPage<EventRecord>> {
    const { name, severity } = query;
    return this.happened.query(
      query,
      (event) =>
        (name === undefined || event.name === name) &&
        (severity === undefined || event.severity === severity),
    );
  }

  async summary(query: SummaryQuery): Promise<ReportSummary> {
    const { until = Math.round(this.deps.clock.wall()), limit } = query;
    const { since = until - SUMMARY_MS } = query;
    const wanted = { ...query, since, until, limit: SUMMARY_RUNS };
    const { entries, next } = await this.runs.query(wanted, matching(query), SUMMARY_RUNS);
    return {
      ...{ since, until, runs: entries.length, complete: next === undefined },
      tasks: tallyTasks(entries),
      devices: tallyDevices(entries, limit),
    };
  }

  /** A fleet that comes back tells more in a second than may wait for one. */
  private hurry(): void {
    if (this.hurrying || !(this.runs.crowded() || this.happened.crowded())) return;
    this.hurrying = true;
    // A disk that refuses is tried again by the clock, not by each message.
    this.flush().catch(() => undefined);
  }

  private every(name: string, ms: number, work: () => Promise<void>): void {
    const next = (delay: number) => {
      this.cancels.set(
        name,
        this.deps.clock.after(delay, () => {
          work()
            .catch((error: unknown) =>
              this.deps.log.warn(`reports: ${name} failed and is tried again`, {
                error: String(error),
              }),
            )
            .finally(() => this.cancels.has(name) && next(ms));
        }),
      );
    };
    // A collector that is started anew each hour has to tidy up, too.
    next(Math.min(ms, SOON_MS));
  }
}

function matching({ subject, name, state }: Omit<ReportQuery, 'limit'>) {
  return (report: ReportView) =>
    (subject === undefined || report.subject === subject) &&
    (name === undefined || report.name === name) &&
    (state === undefined || report.state === state);
}

/** When it happened, so far as the device could know: never after it was heard here. */
function placed({ clock }: Header, wall: number, receivedAt: number): number {
  if (clock === CLOCK.unset) return receivedAt;
  return Math.max(0, Math.min(wall, receivedAt));
}
