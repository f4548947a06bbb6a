/** Agents with more or less to look after, and what each of them cost. */
import { askLocalDoor } from '../../../agent/io/local-door-client.ts';
import { cpuParts, memoryOf } from '../agent/proc.ts';
import { agentFile, Running } from '../agent/programs.ts';
import { careLines, type Targets } from './settings.ts';

const DAY_MS = 86_400_000;

export const KINDS = ['nothing', 'without-exec', 'all'] as const;
export type Kind = (typeof KINDS)[number];

/** A built agent: this one, or one to compare it with. */
export interface Build {
  readonly title: string;
  readonly main: string;
}

/** The agent has a door for `payload`; who has none sends nothing that is counted. */
export interface One {
  readonly name: string;
  readonly pid: number;
  readonly door?: string;
}

export interface Agent extends One {
  readonly build: Build;
  readonly kind: Kind;
  readonly running: Running;
}

export interface Look {
  readonly at: number;
  readonly own: number;
  readonly children: number;
  readonly payload: number;
}

export interface Figures {
  readonly rssMb: number;
  readonly anonymousMb: number;
  readonly cpuHour: number;
  readonly childrenHour: number;
  /** Own and children's, without what others took of the machine (`quiet-seconds.ts`). */
  readonly cpuQuiet: number;
  readonly payloadDay: number;
}

export function startAgent(build: Build, targets: Targets, kind: Kind, n: number): Agent {
  const name = `${kind}-${n}${build.title === '' ? '' : '-before'}`;
  // What a busy machine makes it do less of would flatter it.
  const more = [
    'adapt: { enabled: false }',
    ...(kind === 'nothing' ? [] : careLines(targets, kind === 'all')),
  ];
  const { folder, mqtt: port } = targets;
  const config = agentFile(folder, { name, port, interval: '10s', batch: '60s', more });
  const running = new Running(process.execPath, [build.main, 'run', '--config', config]);
  const [pid, door] = [running.pid, `${folder}/${name}.sock`];
  return { build, kind, running, name: `${build.title}${kind}`, pid, door };
}

export async function look({ pid, door }: One): Promise<Look> {
  const payload = door === undefined ? Number.NaN : await sentBytes(door);
  return { at: performance.now(), payload, ...cpuParts(pid) };
}

async function sentBytes(door: string): Promise<number> {
  const answer = await askLocalDoor(door);
  if (!answer.ok) throw new Error(answer.why);
  const { link } = answer.value as { link: { sentBytes: number } };
  return link.sentBytes;
}

export async function figuresOf(
  one: One,
  before: Look | undefined,
  cpuQuiet: number,
): Promise<Figures> {
  if (before === undefined) throw new Error('not seen before');
  const memory = memoryOf(one.pid);
  const after = await look(one);
  const ms = after.at - before.at;
  const hours = ms / 3_600_000;
  return {
    ...memory,
    cpuQuiet,
    cpuHour: (after.own - before.own) / hours,
    childrenHour: (after.children - before.children) / hours,
    payloadDay: ((after.payload - before.payload) * DAY_MS) / ms / 1000,
  };
}
