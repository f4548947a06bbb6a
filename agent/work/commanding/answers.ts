/** How a command's messages leave: its end is durable before it is told, and told until that is known. */
import type { CommandResultBody } from '../../../protocol/messages/command-result.ts';
import {
  answerFrom,
  type CommandEnd,
  type CommandRecord,
  ended,
  readRecord,
} from '../../core/commands/record.ts';
import type { Journal } from '../../ports/caretaking.ts';
import type { Log } from '../../ports.ts';
import type { CommandRecords } from './records.ts';

export class CommandAnswers {
  readonly #log: Log;
  readonly #journal: Journal;
  readonly #records: CommandRecords;

  constructor(log: Log, journal: Journal, records: CommandRecords) {
    this.#log = log;
    this.#journal = journal;
    this.#records = records;
  }

  /** Not waited for: a disk that refuses the answer must not hold up other commands. */
  send(id: string, body: CommandResultBody): void {
    this.#journal.result(id, body).catch((error: unknown) => this.#lost(id, error));
  }

  async end(id: string, end: CommandEnd): Promise<void> {
    const record = ended(this.#records.get(id) ?? readRecord(''), end);
    await this.#records.putAnyway(id, record).catch((error: unknown) => this.#lost(id, error));
    this.tellEnd(id, record);
  }

  tellEnd(id: string, record: CommandRecord): void {
    const { name, end } = record;
    this.#log.info('command ended', { id, name, state: end?.state, text: end?.text });
    this.#journal
      .result(id, answerFrom(record))
      .then(() => this.#records.putAnyway(id, { ...record, told: true }))
      .catch((error: unknown) => this.#lost(id, error));
  }

  #lost(id: string, error: unknown): void {
    this.#log.warn('what became of a command cannot be stored', { id, error: String(error) });
  }
}
