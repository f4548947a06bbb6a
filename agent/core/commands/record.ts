/**
 * What is kept of each command, so that its id is never acted on twice: a repeat is answered from
 * here, also after a reboot that the command itself asked for.
 */
import type { CommandResultBody, ResultState } from '../../../protocol/messages/command-result.ts';
import { isEnd, RESULT_STATES } from '../../../protocol/messages/command-result.ts';

export interface CommandEnd {
  readonly state: ResultState;
  readonly part: number;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface CommandRecord {
  readonly name: string;
  /** UTC milliseconds when it came, and of its deadline. */
  readonly at: number;
  readonly deadline: number;
  /** `waiting` for its turn, then `running` from before the first thing that it does. */
  readonly stage: 'waiting' | 'running' | 'ended';
  /** The machine's and the agent's life in which it began. */
  readonly boot: string;
  readonly life: string;
  readonly end?: CommandEnd;
  /** The end is on its way to the collector. */
  readonly told: boolean;
}

const KEPT_MS = 7 * 86_400_000;
const MOST_RECORDS = 512;
/** Above every part that a command can have sent before a crash. */
const PART_AFTER_CRASH = 1_000;

export function ended(record: CommandRecord, end: CommandEnd, told = false): CommandRecord {
  return { ...record, stage: 'ended', end, told };
}

export function writeRecord(record: CommandRecord): string {
  return JSON.stringify(record);
}

/** A record that cannot be read still says that its id was seen. */
export function readRecord(text: string): CommandRecord {
  try {
    const record = JSON.parse(text) as CommandRecord;
    const { end, stage, at, deadline } = record;
    const isWhole =
      typeof record.name === 'string' &&
      Number.isFinite(at) &&
      Number.isFinite(deadline) &&
      ['waiting', 'running', 'ended'].includes(stage) &&
      (stage === 'ended') === (end !== undefined) &&
      (end === undefined || (RESULT_STATES.includes(end.state) && isEnd(end.state)));
    if (isWhole) return record;
  } catch {
    // Said below.
  }
  return {
    name: '',
    at: 0,
    deadline: 0,
    stage: 'running',
    boot: '',
    life: '',
    told: false,
  };
}

/** The message that answers a repeat: the very one that was sent, or would have been. */
export function answerFrom({ end, name }: CommandRecord): CommandResultBody {
  if (end === undefined) return accepted(name);
  const { state, part, text, attributes } = end;
  return { state, part, text, output: '', attributes: new Map(Object.entries(attributes)) };
}

export function accepted(name: string): CommandResultBody {
  return {
    state: 'accepted',
    part: 0,
    text: `${name} is accepted`,
    output: '',
    attributes: new Map(),
  };
}

/** What became of a command that was under way when the agent ended. */
export function afterRestart(
  { name, stage, boot, life }: CommandRecord,
  now: { readonly boot: string; readonly life: string },
  endsBy: 'agent' | 'machine' | undefined,
): CommandEnd {
  const end = (state: 'succeeded' | 'failed', text: string): CommandEnd => ({
    state,
    part: PART_AFTER_CRASH,
    text,
    attributes: {},
  });
  if (stage === 'waiting')
    return end('failed', 'interrupted: the agent ended before its turn came');
  if (endsBy === 'machine' && boot !== now.boot)
    return end('succeeded', 'the machine was rebooted');
  if (endsBy === 'agent' && life !== now.life) return end('succeeded', 'the agent was restarted');
  return end('failed', `interrupted: the agent ended while ${name || 'it'} ran`);
}

/**
 * Ids whose records go, so that another one fits: what is over for long, then what was refused,
 * then the oldest. Never what is under way.
 */
export function forgettable(
  records: ReadonlyMap<string, CommandRecord>,
  now: number,
  most = MOST_RECORDS,
): readonly string[] {
  const over = [...records].filter(([, { stage, told }]) => stage === 'ended' && told);
  const isOld = ({ at, deadline }: CommandRecord) =>
    now > Math.max(at, deadline) + KEPT_MS || (at > now + KEPT_MS && now > deadline);
  const old = over.filter(([, record]) => isOld(record)).map(([id]) => id);
  const excess = records.size - old.length - (most - 1);
  if (excess <= 0) return old;
  const gone = new Set(old);
  const worth = ({ end }: CommandRecord) =>
    end?.state === 'refused' || end?.state === 'expired' ? 0 : 1;
  const rest = over
    .filter(([id]) => !gone.has(id))
    .sort(([, a], [, b]) => worth(a) - worth(b) || a.at - b.at);
  return [...old, ...rest.slice(0, excess).map(([id]) => id)];
}
