/** Processes by name or command line: how many, how old, how much memory, how many zombies. */
import {
  count,
  duration,
  type Infer,
  object,
  optional,
  type Schema,
  type SchemaNode,
  text,
} from '../../protocol/config/schema.ts';
import { formatDuration } from '../../protocol/config/units.ts';
import type { Host } from '../ports.ts';
import { type CheckContext, check } from './check.ts';
import { above, bytes, levelProblems, type Part, sizeLevels, together } from './parse/levels.ts';
import { type ProcessStat, pageBytes, processStat, residentBytes } from './parse/proc.ts';

const patternSchema: SchemaNode = {
  ...text('Regular expression that the command line (arguments parted by blanks) must match.', {
    examples: ['^/usr/bin/python3 /opt/line/main\\.py'],
  }),
  format: 'regex',
};

const number = (description: string) => count(description, { min: 0, max: 1e6, remote: true });

const schema = object('Looks for processes.', {
  name: optional(text('Name of the program, without its folder.')),
  pattern: optional(patternSchema as Schema<string>),
  min: count('It has failed when there are fewer.', { default: 1, min: 0, max: 1e6, remote: true }),
  max: optional(number('It has failed when there are more.')),
  minAge: optional(
    duration('A warning while the youngest is younger: it was restarted.', {
      min: '1s',
      max: '365d',
      remote: true,
    }),
  ),
  memory: sizeLevels('Resident memory of all of them together is at or above.'),
  zombies: optional(
    object('Zombies among them are so many or more.', {
      warning: optional(number('Warning.')),
      critical: optional(number('Critical.')),
    }),
  ),
});

type Options = Infer<typeof schema>;

interface Found extends ProcessStat {
  readonly pid: string;
}

/** What the last whole search found. */
interface Seen {
  readonly at: number;
  readonly pids: readonly string[];
  readonly starts: readonly number[];
}

const MEMORY = 'seen';
const PAGE = 'page';
/** The kernel keeps so much of a name. */
const COMM_LENGTH = 15;
const ZOMBIE = 'Z';
/** As long as those that were found still live, the whole table is read only so often. */
const SEARCH_MS = 900_000;

export const processCheck = check<Options>({
  kind: 'process',
  summary: 'processes by name or command line: number, age, memory, zombies',
  schema,
  intervalSeconds: 30,
  timeoutSeconds: 10,
  measuresTime: false,

  problems: (options) => [
    ...(options.name === undefined && options.pattern === undefined
      ? [{ key: 'name', message: 'name or pattern is needed' }]
      : []),
    ...(options.max !== undefined && options.max < options.min
      ? [{ key: 'max', message: `must not be below min (${options.min})` }]
      : []),
    ...levelProblems('memory', options.memory, 'above'),
    ...levelProblems('zombies', options.zombies, 'above'),
  ],

  async run(options, context) {
    const { clock } = context;
    const found = known(options, context) ?? (await search(options, context));
    const alive = found.filter(({ state }) => state !== ZOMBIE);
    const resident = alive.reduce((sum, one) => sum + residentOf(one, context), 0);
    const youngest = Math.max(0, ...alive.map(({ startedSeconds }) => startedSeconds));
    const ageMs = clock.mono() - youngest * 1000;
    const zombies = found.length - alive.length;
    const finding = together(
      [
        numberPart(options, alive.length),
        ...(alive.length === 0
          ? []
          : [
              agePart(options, ageMs),
              { state: above(resident, options.memory), text: bytes(resident) },
            ]),
        ...(zombies === 0
          ? []
          : [
              {
                state: above(zombies, options.zombies),
                text: `${zombies} ${zombies === 1 ? 'zombie' : 'zombies'}`,
              },
            ]),
      ],
      [
        { name: 'processes', unit: '', value: alive.length },
        { name: 'memory', unit: 'bytes', value: resident },
      ],
    );
    const what = options.name ?? options.pattern ?? '';
    return { ...finding, text: `${what}: ${finding.text}` };
  },
});

function numberPart({ min, max }: Options, number: number): Part {
  const text = number === 1 ? '1 process' : `${number} processes`;
  if (number < min) return { state: 'critical', text: `${text}, fewer than ${min}` };
  if (max !== undefined && number > max) {
    return { state: 'critical', text: `${text}, more than ${max}` };
  }
  return { state: 'ok', text };
}

function agePart({ minAge }: Options, ageMs: number): Part {
  const age = formatDuration(Math.max(0, Math.round(ageMs / 1000) * 1000));
  const isYoung = minAge !== undefined && ageMs < minAge;
  return { state: isYoung ? 'warning' : 'ok', text: `youngest ${age} old` };
}

/** Those of the last search, when they are all that it takes and all still live. */
function known(options: Options, { host, memory, clock }: CheckContext): Found[] | undefined {
  const seen = memory.get(MEMORY) as Seen | undefined;
  const wantsAll = options.max !== undefined || options.zombies !== undefined;
  if (seen === undefined || wantsAll || seen.pids.length < options.min) return undefined;
  if (seen.pids.length === 0 || clock.mono() - seen.at >= SEARCH_MS) return undefined;
  const found: Found[] = [];
  for (const [index, pid] of seen.pids.entries()) {
    const stat = statOf(host, pid);
    if (stat === undefined || stat.startedSeconds !== seen.starts[index]) return undefined;
    if (stat.state === ZOMBIE) return undefined;
    found.push({ ...stat, pid });
  }
  return found;
}

async function search(options: Options, { host, memory, clock }: CheckContext): Promise<Found[]> {
  const wanted = options.pattern === undefined ? undefined : new RegExp(options.pattern);
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name));
  const found = pids.flatMap((pid) => {
    const stat = statOf(host, pid);
    if (stat === undefined || !isNamed(options.name, stat, host, pid)) return [];
    // A zombie has no command line any more: only its name can tell.
    const matches = wanted?.test(commandLine(host, pid)) ?? true;
    return matches ? [{ ...stat, pid }] : [];
  });
  const starts = found.map(({ startedSeconds }) => startedSeconds);
  const seen: Seen = { at: clock.mono(), pids: found.map(({ pid }) => pid), starts };
  memory.set(MEMORY, seen);
  return found;
}

function statOf(host: Host, pid: string): ProcessStat | undefined {
  return processStat(host.readNow(`/proc/${pid}/stat`) ?? '');
}

/** By the kernel's name for it or, for longer names and scripts, by its first argument. */
function isNamed(name: string | undefined, stat: ProcessStat, host: Host, pid: string): boolean {
  if (name === undefined || stat.comm === name) return true;
  if (stat.comm !== name.slice(0, COMM_LENGTH)) return false;
  const program = commandLine(host, pid).split(' ', 1)[0] ?? '';
  return program.slice(program.lastIndexOf('/') + 1) === name;
}

function commandLine(host: Host, pid: string): string {
  return (host.readNow(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim();
}

/** `stat` tells it in pages: how large those are is learnt once, from the `status` of a process. */
function residentOf({ pid, residentPages }: Found, { host, memory }: CheckContext): number {
  const page = memory.get(PAGE) as number | undefined;
  if (page !== undefined) return residentPages * page;
  const resident = residentBytes(host.readNow(`/proc/${pid}/status`) ?? '');
  const learnt = pageBytes(resident, residentPages);
  if (learnt !== undefined) memory.set(PAGE, learnt);
  return resident;
}
