/**
 * What a task must know after a restart, in one small durable fact: which turns were taken, the run
 * under way, the try that is to come, reports not yet told, the last runs.
 */
import type { ReportBody, ReportState } from '../../../protocol/messages/report.ts';
import { newTurns, type Turns } from '../../core/tasks/turns.ts';
import type { Facts } from '../../ports/caretaking.ts';
import type { Log } from '../../ports.ts';

/** A run that has begun. */
export interface RunStart {
  readonly id: string;
  readonly kind: string;
  /** UTC milliseconds. */
  readonly startedAt: number;
  readonly trigger: string;
  readonly attempt: number;
  readonly dryRun: boolean;
  /** Of the calendar: when it was due, and until when it may be tried again. */
  readonly turn?: { readonly due: number; readonly until: number };
}

/** A further try of a run that failed. */
export interface Retry {
  readonly due: number;
  readonly until: number;
  readonly attempt: number;
  readonly notBefore: number;
}

export interface PastRun {
  readonly id: string;
  readonly state: ReportState;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly trigger: string;
  readonly attempt: number;
  readonly text: string;
  readonly dryRun?: true;
}

/** A report that may not have reached the journal. */
export interface Untold {
  readonly id: string;
  readonly report: Omit<ReportBody, 'figures'> & {
    readonly figures: Readonly<Record<string, number>>;
  };
}

export interface Page {
  /** The schedule that `turns` are of; another one begins anew. */
  readonly schedule: string;
  readonly turns: Turns;
  readonly running?: RunStart | undefined;
  readonly retry?: Retry | undefined;
  readonly untold: readonly Untold[];
  /** Oldest first. */
  readonly history: readonly PastRun[];
}

const GROUP = 'tasks';
const FORMAT = 1;
const MOST_HISTORY = 20;
/** While the disk refuses reports; the journal keeps more of them in memory. */
const MOST_UNTOLD = 16;
/** A text is kept short in the history; the report has all of it. */
const TEXT_LENGTH = 200;

const BLANK: Page = { schedule: '', turns: newTurns(0), untold: [], history: [] };

export class Book {
  readonly #facts: Facts;
  readonly #log: Log;
  readonly #pages = new Map<string, Page>();
  #failing = false;

  constructor(facts: Facts, log: Log) {
    this.#facts = facts;
    this.#log = log;
    for (const fact of facts.names(GROUP)) {
      const name = fact.slice(GROUP.length + 1);
      const page = parsePage(facts.get(fact));
      if (page === undefined) log.warn('what is known of a task cannot be read', { task: name });
      this.#pages.set(name, page ?? BLANK);
    }
  }

  names(): readonly string[] {
    return [...this.#pages.keys()];
  }

  page(name: string): Page {
    return this.#pages.get(name) ?? BLANK;
  }

  /**
   * Counts at once, and resolves when it is durable or the disk has refused it. A full disk keeps no
   * task from running: one of them may be what makes room.
   */
  async set(name: string, change: Partial<Page>): Promise<void> {
    const page = { ...this.page(name), ...change };
    this.#pages.set(name, page);
    const text = JSON.stringify({ format: FORMAT, ...page });
    await this.#durable(name, () => this.#facts.put(`${GROUP}/${name}`, text));
  }

  async forget(name: string): Promise<void> {
    this.#pages.delete(name);
    await this.#durable(name, () => this.#facts.remove(`${GROUP}/${name}`));
  }

  async #durable(name: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#failing = false;
    } catch (error) {
      if (this.#failing) return;
      this.#failing = true;
      const reason = (error as Error).message;
      this.#log.error('a run of a task cannot be written down', { task: name, error: reason });
    }
  }
}

/** The page after a run or a skipped turn: in the history, and to be told. */
export function withReport(
  page: Page,
  id: string,
  report: ReportBody,
  dryRun = false,
): Partial<Page> {
  const { state, startedAt, endedAt, trigger, attempt } = report;
  const text = report.text.slice(0, TEXT_LENGTH);
  const past: PastRun = {
    ...{ id, state, startedAt, endedAt, trigger, attempt, text },
    ...(dryRun ? { dryRun } : {}),
  };
  const untold = { id, report: { ...report, figures: Object.fromEntries(report.figures) } };
  return {
    history: [...page.history, past].slice(-MOST_HISTORY),
    untold: [...page.untold, untold].slice(-MOST_UNTOLD),
  };
}

export function bodyOf({ report }: Untold): ReportBody {
  return { ...report, figures: new Map(Object.entries(report.figures)) };
}

/** Facts are whole or not there, so what has our format is ours. */
function parsePage(text: string | undefined): Page | undefined {
  if (text === undefined) return undefined;
  try {
    const read = JSON.parse(text) as Page & { readonly format: unknown };
    if (read.format !== FORMAT) return undefined;
    const { schedule, turns, running, retry, untold, history } = read;
    return { schedule, turns, running, retry, untold, history };
  } catch {
    return undefined;
  }
}
