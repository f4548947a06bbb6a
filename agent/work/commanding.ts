/**
 * Remote commands: each id is acted on at most once, and always answered.
 *
 * Its record is durable before anything is done, and its end before it is told; what a crash left
 * is told at the next start. Some commands end by a restart of the agent or of the machine: theirs
 * is told by the next life.
 */
import {
  type CommandName,
  decodeCommand,
  type RemoteCommand,
} from '../../protocol/messages/command.ts';
import { explain } from '../../protocol/result.ts';
import { inTime, judgeCommand } from '../core/commands/judge.ts';
import {
  accepted,
  afterRestart,
  answerFrom,
  type CommandEnd,
  type CommandRecord,
  ended,
} from '../core/commands/record.ts';
import type { Facts, Journal } from '../ports/caretaking.ts';
import type { Cancel, Log } from '../ports.ts';
import type { CommandAnswer, CommandContext, RemoteCommandKind } from '../remote/command.ts';
import { CommandAnswers } from './commanding/answers.ts';
import { CommandOutput } from './commanding/output.ts';
import { CommandRecords } from './commanding/records.ts';

export interface CommandingDeps {
  readonly log: Log;
  readonly journal: Journal;
  readonly facts: Facts;
  readonly kinds: readonly RemoteCommandKind[];
  /** What commands reach the agent and the machine by. */
  readonly context: Omit<CommandContext, 'id' | 'signal' | 'print' | 'logs'>;
  /** From the device's own configuration, as it is now. */
  readonly allowed: () => readonly CommandName[];
  readonly logs: () => CommandContext['logs'];
  /** Whether the wall clock is believed. */
  readonly trusted: () => boolean;
  /** The kernel's boot id, and something that no other process of the agent has. */
  readonly boot: string;
  readonly life: string;
}

const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;
const MOST_AT_ONCE = 4;
const MOST_WAITING = 16;
/** A restart that was asked for and has not come by then will not come. */
const RESTART_MS = 600_000;

interface Job {
  readonly id: string;
  readonly command: RemoteCommand;
  readonly kind: RemoteCommandKind;
  readonly record: CommandRecord;
}

export class Commanding {
  readonly #deps: CommandingDeps;
  readonly #records: CommandRecords;
  readonly #answers: CommandAnswers;
  readonly #running = new Map<string, { readonly name: string; readonly abort: AbortController }>();
  readonly #waiting: Job[] = [];
  #queue: Promise<void> = Promise.resolve();
  /** What is left of waiting for restarts: it would keep the process, which is to end, alive. */
  readonly #restarts = new Set<Cancel>();
  #stopped = false;

  constructor(deps: CommandingDeps) {
    this.#deps = deps;
    this.#records = new CommandRecords(deps.facts);
    this.#answers = new CommandAnswers(deps.log, deps.journal, this.#records);
  }

  /** Tells what became of commands that were under way when the agent ended. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      for (const [id, record] of this.#records.all()) {
        if (record.stage === 'ended') {
          if (!record.told) this.#answers.tellEnd(id, record);
        } else await this.#answers.end(id, afterRestart(record, this.#deps, this.#endsBy(record)));
      }
      await this.#records.forget(this.#deps.journal.now());
    });
  }

  /** What comes on `cmd/<id>`; resolves when it is decided, not when it is done. */
  received(id: string, bytes: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#decide(id, bytes));
  }

  /** What is under way is told as interrupted by the next life. */
  stop(): void {
    this.#stopped = true;
    for (const { abort } of this.#running.values()) abort.abort();
    for (const cancel of this.#restarts) cancel();
  }

  /** For the local door. */
  status() {
    return this.#records.all().map(([id, { name, stage, end, at }]) => ({
      id,
      name,
      stage: end?.state ?? stage,
      text: end?.text ?? '',
      at: new Date(at).toISOString(),
    }));
  }

  async #decide(id: string, bytes: Uint8Array): Promise<void> {
    const { log, journal } = this.#deps;
    if (this.#stopped) return;
    if (!ID.test(id)) return log.warn('a command without a proper id is ignored');
    const known = this.#records.get(id);
    if (known !== undefined) return this.#answers.send(id, answerFrom(known));
    const decoded = decodeCommand(bytes);
    const now = journal.now();
    if (!decoded.ok) {
      const text = `it cannot be read: ${explain(decoded.error)}`;
      return this.#refuse(id, '', now, now, { state: 'refused', text });
    }
    const command = decoded.value;
    const { name, deadline, by } = command;
    const verdict = this.#judge(command, now);
    if (!verdict.ok) return this.#refuse(id, name, now, deadline, verdict, by);
    const kind = this.#kind(name);
    if (kind === undefined) return;
    const stage = this.#mayRun(name) ? 'running' : 'waiting';
    const record = this.#newRecord(name, stage, now, deadline);
    const job = { id, command, kind, record };
    try {
      await this.#records.forget(now);
      await this.#records.put(id, record);
    } catch (error) {
      // Not acted on, not recorded: the collector sends it again until its deadline.
      return log.error('a command cannot be stored and is not begun', { id, error: String(error) });
    }
    log.info('command accepted', { id, name, by });
    this.#answers.send(id, accepted(name));
    if (stage === 'running') this.#run(job);
    else this.#waiting.push(job);
  }

  #judge(command: RemoteCommand, now: number): ReturnType<typeof judgeCommand> {
    const { kinds, allowed, trusted } = this.#deps;
    const about = { kinds, allowed: allowed(), now, trusted: trusted() };
    const verdict = judgeCommand(command, about);
    if (!verdict.ok || this.#waiting.length < MOST_WAITING) return verdict;
    return { ok: false, state: 'refused', text: `${MOST_WAITING} commands wait already` };
  }

  async #refuse(
    id: string,
    name: string,
    at: number,
    deadline: number,
    { state, text }: { readonly state: 'refused' | 'expired'; readonly text: string },
    by = '',
  ): Promise<void> {
    const { log, journal } = this.#deps;
    const record = ended(
      this.#newRecord(name, 'ended', at, deadline),
      { state, part: 0, text, attributes: {} },
      true,
    );
    this.#answers.send(id, answerFrom(record));
    const attributes = { id, command: name, by };
    log.warn('command refused', { ...attributes, why: text });
    journal
      .event({
        name: 'command.refused',
        severity: 'warning',
        text: `${name || id}: ${text}`,
        attributes,
      })
      .catch(() => undefined);
    // Without its record it would be judged again, which changes nothing but the answer's words.
    await this.#records
      .forget(at)
      .then(() => this.#records.put(id, record))
      .catch((error: unknown) => log.warn('a refusal is not stored', { id, error: String(error) }));
  }

  #newRecord(
    name: string,
    stage: CommandRecord['stage'],
    at: number,
    deadline: number,
  ): CommandRecord {
    const { boot, life } = this.#deps;
    return { name, at, deadline, stage, boot, life, told: false };
  }

  #mayRun(name: string): boolean {
    const names = [...this.#running.values()].map(({ name }) => name);
    return names.length < MOST_AT_ONCE && !names.includes(name);
  }

  /** Gives their turn to those that wait, oldest first. */
  async #next(): Promise<void> {
    for (const job of [...this.#waiting]) {
      if (this.#stopped || !this.#mayRun(job.kind.name)) continue;
      this.#waiting.splice(this.#waiting.indexOf(job), 1);
      const { id, command } = job;
      const { journal, trusted } = this.#deps;
      const verdict = inTime(command, { now: journal.now(), trusted: trusted() });
      if (!verdict.ok) {
        const { state, text } = verdict;
        await this.#answers.end(id, { state, part: 1, text, attributes: {} });
        continue;
      }
      const record: CommandRecord = { ...job.record, stage: 'running' };
      try {
        await this.#records.put(id, record);
      } catch (error) {
        await this.#answers.end(id, failure(1, `it cannot be stored: ${String(error)}`));
        continue;
      }
      this.#run(job);
    }
  }

  #run(job: Job): void {
    const abort = new AbortController();
    this.#running.set(job.id, { name: job.kind.name, abort });
    this.#finish(job, abort.signal).catch((error: unknown) =>
      this.#deps.log.error('a command failed', { id: job.id, error: String(error) }),
    );
  }

  /** The command itself; only its end comes back into the turn. */
  async #finish({ id, command, kind }: Job, signal: AbortSignal): Promise<void> {
    const output = new CommandOutput(this.#deps.context.clock, (body) =>
      this.#answers.send(id, body),
    );
    let restart = false;
    const context: CommandContext = {
      ...this.#deps.context,
      id,
      signal,
      logs: this.#deps.logs(),
      print: (text) => output.print(text),
      restartAgent: () => {
        restart = true;
      },
    };
    const answer = await kind
      .run(command.args, context)
      .catch((error: unknown): CommandAnswer => ({ ok: false, text: String(error) }));
    if (this.#stopped) return;
    const part = output.end();
    const text = output.isCut ? `${answer.text} (its output was cut)` : answer.text;
    if (answer.ok && kind.endsBy !== undefined) {
      const { journal, context: about } = this.#deps;
      await journal.result(id, { ...accepted(kind.name), state: 'running', part, text });
      if (this.#stopped) return;
      const noneCame = () => this.#over(id, failure(part + 1, 'no restart came'));
      this.#restarts.add(about.clock.after(RESTART_MS, noneCame));
      if (restart) about.restartAgent();
      return;
    }
    const { attributes = {} } = answer;
    this.#over(id, { state: answer.ok ? 'succeeded' : 'failed', part, text, attributes });
  }

  #over(id: string, end: CommandEnd): void {
    void this.#inTurn(async () => {
      if (this.#stopped || !this.#running.delete(id)) return;
      await this.#answers.end(id, end);
      await this.#next();
    });
  }

  #kind(name: string): RemoteCommandKind | undefined {
    return this.#deps.kinds.find((one) => one.name === name);
  }

  #endsBy({ name }: CommandRecord): 'agent' | 'machine' | undefined {
    return this.#kind(name)?.endsBy;
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(job);
    this.#queue = done.catch((error: unknown) =>
      this.#deps.log.error('commands failed', { error: String(error) }),
    );
    return this.#queue;
  }
}

function failure(part: number, text: string): CommandEnd {
  return { state: 'failed', part, text, attributes: {} };
}
