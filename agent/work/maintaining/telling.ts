/** What is told of runs: reports under the run's own id, and an event for what went wrong. */
import type { ReportBody, ReportState } from '../../../protocol/messages/report.ts';
import type { Journal } from '../../ports/caretaking.ts';
import type { Clock } from '../../ports.ts';
import { type Book, bodyOf, type Page, type RunStart, withReport } from './book.ts';
import type { Ending } from './execution.ts';

const EVENTS: ReadonlySet<ReportState> = new Set(['failed', 'timed-out', 'interrupted']);

/** At the agent's end: for the journal to take what was told last. */
const PATIENCE_MS = 2_000;

/** An ending without output. */
export function endingOf(state: ReportState, text: string): Ending {
  return { state, text, output: '', changes: [], figures: new Map(), permanent: false };
}

export class Telling {
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #book: Book;
  readonly #underWay = new Set<Promise<void>>();

  constructor(clock: Clock, journal: Journal, book: Book) {
    this.#clock = clock;
    this.#journal = journal;
    this.#book = book;
  }

  now(): number {
    return this.#journal.now();
  }

  /** Waits for nothing: a full disk must not keep a clean-up from running. */
  begun(name: string, start: RunStart, text: string): void {
    const body = reportOf(name, start, { ...endingOf('running', text), endedAt: 0 });
    this.#follow(this.#journal.report(start.id, body));
  }

  /** Durable before it is told, so that it is told after a crash too; once it is told, no more. */
  async ended(name: string, start: RunStart, ending: Ending, change: Partial<Page>): Promise<void> {
    const report = reportOf(name, start, { ...ending, endedAt: this.now() });
    const told = withReport(this.#book.page(name), start.id, report, start.dryRun);
    await this.#book.set(name, { ...told, ...change });
    this.#tell(name, start.id, report);
    if (EVENTS.has(ending.state)) this.#event(name, start, ending);
  }

  /** What was written down in an earlier life and may not have been told. */
  again(name: string): void {
    for (const one of this.#book.page(name).untold) this.#tell(name, one.id, bodyOf(one));
  }

  /** Until all is told, or the journal does not take it. */
  async settled(): Promise<void> {
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(PATIENCE_MS, resolve);
    });
    const all = Promise.all(this.#underWay).then(() => undefined);
    await Promise.race([all, late]).finally(() => cancel());
  }

  #tell(name: string, id: string, report: ReportBody): void {
    this.#follow(this.#journal.report(id, report).then(() => this.#told(name, id)));
  }

  async #told(name: string, id: string): Promise<void> {
    if (!this.#book.names().includes(name)) return;
    const { untold } = this.#book.page(name);
    await this.#book.set(name, { untold: untold.filter((one) => one.id !== id) });
  }

  #event(name: string, { id, kind }: RunStart, { state, text }: Ending): void {
    const event = {
      name: `task.${state}`,
      severity: 'warning',
      text: `task ${name} ${state}: ${text}`,
      attributes: { task: name, kind, id },
    } as const;
    this.#follow(this.#journal.event(event));
  }

  #follow(telling: Promise<void>): void {
    const followed = telling
      .catch(() => undefined)
      .finally(() => {
        this.#underWay.delete(followed);
      });
    this.#underWay.add(followed);
  }
}

function reportOf(
  name: string,
  { kind, startedAt, trigger, attempt }: RunStart,
  { state, text, output, changes, figures, endedAt }: Ending & { readonly endedAt: number },
): ReportBody {
  return {
    subject: 'task',
    ...{ name, kind, state, startedAt, endedAt, trigger, attempt },
    ...{ text, output, changes, figures },
  };
}
