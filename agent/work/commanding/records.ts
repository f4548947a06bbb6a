/** The records of commands, durable, by id. */
import {
  type CommandRecord,
  forgettable,
  readRecord,
  writeRecord,
} from '../../core/commands/record.ts';
import type { Facts } from '../../ports/caretaking.ts';

const GROUP = 'command';

export class CommandRecords {
  readonly #facts: Facts;
  readonly #records = new Map<string, CommandRecord>();

  constructor(facts: Facts) {
    this.#facts = facts;
    for (const name of facts.names(GROUP)) {
      const id = name.slice(GROUP.length + 1);
      this.#records.set(id, readRecord(facts.get(name) ?? ''));
    }
  }

  get(id: string): CommandRecord | undefined {
    return this.#records.get(id);
  }

  all(): readonly (readonly [string, CommandRecord])[] {
    return [...this.#records];
  }

  /** Rejects when it is not durable; nothing has changed then. */
  async put(id: string, record: CommandRecord): Promise<void> {
    await this.#facts.put(`${GROUP}/${id}`, writeRecord(record));
    this.#records.set(id, record);
  }

  /** In this life it holds though the disk refuses it. */
  async putAnyway(id: string, record: CommandRecord): Promise<void> {
    this.#records.set(id, record);
    await this.#facts.put(`${GROUP}/${id}`, writeRecord(record));
  }

  /** Makes room for one more. */
  async forget(now: number): Promise<void> {
    for (const id of forgettable(this.#records, now)) {
      await this.#facts.remove(`${GROUP}/${id}`);
      this.#records.delete(id);
    }
  }
}
