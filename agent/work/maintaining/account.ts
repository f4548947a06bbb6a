/** How the tasks fare, for people and for metrics. */
import type { ReportState } from '../../../protocol/messages/report.ts';
import type { TasksConfig } from '../../config/tasks.ts';
import type { Agenda } from './agenda.ts';
import type { Book, PastRun } from './book.ts';
import type { TaskFigures } from './metrics.ts';

type Tasks = TasksConfig['tasks'];

export class Account {
  readonly #book: Book;
  readonly #agenda: Agenda;
  readonly #runs = new Map<string, Map<ReportState, number>>();

  constructor(book: Book, agenda: Agenda) {
    this.#book = book;
    this.#agenda = agenda;
  }

  count(name: string, state: ReportState): void {
    const own = this.#runs.get(name) ?? new Map<ReportState, number>();
    this.#runs.set(name, own.set(state, (own.get(state) ?? 0) + 1));
  }

  figures(tasks: Tasks, now: number): readonly TaskFigures[] {
    return Object.entries(tasks).map(([name, { kind }]) => ({
      name,
      kind,
      next: this.#agenda.next(name, now),
      last: this.#book.page(name).history.findLast(counts),
      runs: this.#runs.get(name) ?? new Map<ReportState, number>(),
    }));
  }

  status(tasks: Tasks, now: number) {
    return Object.entries(tasks).map(([name, { kind, enabled, root, schedule, window }]) => {
      const { history, retry } = this.#book.page(name);
      return {
        ...{ name, kind, enabled, root },
        schedule: schedule?.text ?? 'by hand',
        window: window?.name,
        next: this.#agenda.next(name, now),
        waits: this.#agenda.whyNot(name),
        retry: retry && { attempt: retry.attempt, notBefore: retry.notBefore },
        history,
      };
    });
  }
}

/** What did the task's work, or should have. */
function counts({ state, dryRun }: PastRun): boolean {
  return state !== 'skipped' && dryRun !== true;
}
