/**
 * The real agent with one sampler more: a deterministic series whose every reading is written to a
 * ledger file before it is handed over. What the ledger has and the store lacks was lost.
 *
 * argv: settings as JSON. Bundled by `programs.ts`.
 */
import { appendFileSync } from 'node:fs';
import { AgentApp } from '../../../agent/app.ts';
import type { AgentConfig } from '../../../agent/config.ts';
import { createLog } from '../../../agent/io/log.ts';
import { gauge, sampler } from '../../../agent/samplers/sampler.ts';

export interface AgentSettings {
  readonly ledger: string;
  /** Label values of the series, each of which has every reading. */
  readonly columns: readonly string[];
  /** Added to all values. */
  readonly offset: number;
  readonly intervalMs: number;
  /** Samples nothing: only delivers what earlier lives left. */
  readonly quiet: boolean;
  readonly config: Omit<AgentConfig, 'samplers'>;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as AgentSettings;
const TICK = gauge('test_tick', 'Counts readings.', ['n']);
/** Where the test moves the clocks (shifted-clock.mjs), the one that it does not. */
const { trueNow = Date.now } = globalThis as { trueNow?: () => number };
let next = trueNow() + settings.offset;
/** On a busy machine two readings may follow at once; a series has one value in a millisecond. */
const APART_MS = 2;

const tick = sampler<number>({
  name: 'tick',
  summary: 'deterministic series',
  profiles: ['edge'],
  timeoutMs: 1_000,
  metrics: [TICK],
  read: () => {
    next++;
    // The value is the key: unique over all lives of the agent, and known before it is sampled.
    appendFileSync(settings.ledger, `${next} ${trueNow()}\n`);
    for (const end = performance.now() + APART_MS; performance.now() < end; );
    return next;
  },
  parse: (value, emit) => {
    for (const [place, n] of settings.columns.entries()) emit(TICK, value * 10 + place, [n]);
  },
});

const own = { enabled: true, interval: settings.intervalMs, timeout: 1_000, options: {} };
const config: AgentConfig = { ...settings.config, samplers: { tick: own } };
const log = createLog({ level: () => 'info', format: 'logfmt' });
const app = await AgentApp.open(config, log, { samplers: settings.quiet ? [] : [tick] });
// Before `started` is printed: a signal that comes right after it must find somebody at home.
process.once('SIGTERM', () => {
  app.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
await app.start();
process.stdout.write('started\n');
