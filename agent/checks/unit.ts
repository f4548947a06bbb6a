/** A unit of systemd: its state, how often it was restarted, its memory. */
import {
  choice,
  count,
  duration,
  type Infer,
  list,
  object,
  optional,
  text,
} from '../../protocol/config/schema.ts';
import { formatDuration } from '../../protocol/config/units.ts';
import { type CheckContext, check } from './check.ts';
import { above, bytes, levelProblems, type Part, sizeLevels, together } from './parse/levels.ts';
import { properties } from './parse/proc.ts';

const STATES = ['active', 'reloading', 'inactive', 'activating', 'deactivating'] as const;
const PROPERTIES = ['LoadState', 'ActiveState', 'SubState', 'Result', 'NRestarts', 'MemoryCurrent'];
const MEMORY = 'restarts';

const schema = object('Looks at a unit of systemd.', {
  unit: text('Its name.', {
    pattern: '^[A-Za-z0-9:_.@\\\\][A-Za-z0-9:_.@\\\\-]{0,254}$',
    examples: ['nginx.service'],
  }),
  states: list('States in which it is good. Default: active.', choice('A state.', STATES)),
  restarts: optional(
    object('systemd restarted it so often or more within `per`.', {
      warning: optional(count('Warning.', { min: 1, max: 10_000, remote: true })),
      critical: optional(count('Critical.', { min: 1, max: 10_000, remote: true })),
      per: duration('Time in which restarts count.', {
        default: '10m',
        min: '10s',
        max: '7d',
        remote: true,
      }),
    }),
  ),
  memory: sizeLevels('Memory of all its processes is at or above.'),
});

type Options = Infer<typeof schema>;

interface Counted {
  readonly at: number;
  readonly restarts: number;
}

export const unitCheck = check<Options>({
  kind: 'unit',
  summary: 'a systemd unit: its state, restarts, memory',
  schema,
  intervalSeconds: 60,
  timeoutSeconds: 10,

  problems: ({ restarts, memory }) => [
    ...levelProblems('restarts', restarts, 'above'),
    ...levelProblems('memory', memory, 'above'),
  ],

  async run(options, context) {
    const { unit } = options;
    const { runner, ending, timeoutMs } = context;
    const answer = await runner.run(
      ['systemctl', 'show', '--no-pager', `--property=${PROPERTIES.join()}`, '--', unit],
      { timeoutMs, ending, env: { LC_ALL: 'C' } },
    );
    if (answer.refused !== undefined) throw new Error(`systemctl cannot run: ${answer.refused}`);
    const found = properties(answer.stdout);
    if (!found.has('ActiveState')) {
      throw new Error(answer.stderr.trim() || 'systemctl told nothing of the unit');
    }
    const finding = together(
      [
        statePart(options, found),
        ...restartParts(options, Number(found.get('NRestarts')), context),
        ...memoryParts(options, found.get('MemoryCurrent') ?? ''),
      ],
      figures(found),
    );
    return { ...finding, text: `${unit}: ${finding.text}` };
  },
});

function statePart({ states }: Options, found: ReadonlyMap<string, string>): Part {
  const [load, active, sub, result] = ['LoadState', 'ActiveState', 'SubState', 'Result'].map(
    (name) => found.get(name) ?? '',
  );
  if (load === 'not-found') return { state: 'critical', text: 'no such unit' };
  const why = result === '' || result === 'success' ? '' : `, ${result}`;
  const text = `${active} (${sub}${why})`;
  const wanted: readonly string[] = states.length === 0 ? ['active'] : states;
  if (wanted.includes(active ?? '')) return { state: 'ok', text };
  // Between two states it is neither good nor bad, unless systemd only waits to start it once more.
  const isPassing = /^(activating|deactivating|reloading|refreshing)$/.test(active ?? '');
  return { state: isPassing && sub !== 'auto-restart' ? 'warning' : 'critical', text };
}

/** The count of restarts goes back to nothing when somebody restarts the unit. */
function restartParts(
  { restarts: rule }: Options,
  restarts: number,
  { memory, clock }: CheckContext,
): Part[] {
  if (rule === undefined || Number.isNaN(restarts)) return [];
  const now = clock.mono();
  const seen = ((memory.get(MEMORY) as readonly Counted[] | undefined) ?? []).filter(
    (one) => one.restarts <= restarts,
  );
  // The newest count from before `per` is where the counting starts.
  const first = seen.findLastIndex(({ at }) => at <= now - rule.per);
  const kept = [...seen.slice(Math.max(0, first)), { at: now, restarts }];
  memory.set(MEMORY, kept.length > 1 && kept.at(-2)?.restarts === restarts ? thinned(kept) : kept);
  const rise = restarts - (kept[0]?.restarts ?? restarts);
  if (rise === 0) return [];
  return [
    { state: above(rise, rule), text: `restarted ${rise} times in ${formatDuration(rule.per)}` },
  ];
}

/** Of counts that are equal, the first and the last are enough. */
function thinned(counts: readonly Counted[]): readonly Counted[] {
  return counts.filter(
    ({ restarts }, at) =>
      restarts !== counts[at - 1]?.restarts || restarts !== counts[at + 1]?.restarts,
  );
}

/** systemd prints `[not set]`, or the largest number, where memory is not accounted. */
function memoryParts({ memory }: Options, current: string): Part[] {
  if (!/^\d{1,16}$/.test(current)) return [];
  return [{ state: above(Number(current), memory), text: `${bytes(Number(current))} of memory` }];
}

function figures(found: ReadonlyMap<string, string>) {
  const current = found.get('MemoryCurrent') ?? '';
  return /^\d{1,16}$/.test(current)
    ? [{ name: 'memory', unit: 'bytes', value: Number(current) }]
    : [];
}
