/**
 * A week without a network, by the clock: checks that fail, a remedy within its limits, an agent that
 * is killed in between, all told into a real buffer. When the link is back, the collector has every
 * event and every try, in the order in which they were told, once.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { RemedyConfig } from '../../agent/config/remedies.ts';
import { SeriesTable } from '../../agent/core/series.ts';
import { startTimeline } from '../../agent/core/timeline.ts';
import { openBuffer } from '../../agent/io/buffer/level-buffer.ts';
import type { Journal } from '../../agent/ports/caretaking.ts';
import type { RecordBuffer } from '../../agent/ports.ts';
import type { Remedy } from '../../agent/remedies/remedy.ts';
import { Checking, type CheckingDeps } from '../../agent/work/checking/checking.ts';
import { BufferedJournal } from '../../agent/work/journal.ts';
import { Recording } from '../../agent/work/recording.ts';
import { Remedying } from '../../agent/work/remedying.ts';
import type { EventRecord, ReportView } from '../../collector/core/views.ts';
import { planned } from '../support/checks/scripted.ts';
import { memoryFacts } from '../support/facts/memory-facts.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { T0 } from '../support/ingest/device.ts';
import { Rig as CollectorRig } from '../support/ingest/rig.ts';
import { LinkRig } from '../support/link/rig.ts';
import { DEVICE } from '../support/link/scripted-broker.ts';
import { memoryHost } from '../support/memory-host.ts';
import { silentLog } from '../support/silent-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = T0 - 7 * DAY;

const RESTART: RemedyConfig = {
  ...{ kind: 'mend', options: {}, enabled: true, limit: 2, per: 6 * HOUR },
  ...{ backoff: { min: 10 * MINUTE, max: HOUR }, stopAfter: 5, timeout: 5 * MINUTE },
};
const PLAN = { remedies: { 'restart-web': RESTART }, checks: { web: 'restart-web' } };

/** The machine: it stays while the agent on it is killed and started. */
class Machine {
  readonly clock = new FakeClock(5_000, START);
  readonly facts = memoryFacts();
  /** All that was told, in that order. */
  readonly told: string[] = [];
  /** Hours since the start at which each try acted. */
  readonly tries: number[] = [];
  /** A try helps from here on. */
  helps = false;
  webIsDown = false;
  gatewayIsDown = false;
  private random = 0;
  private underWay = 0;
  private life = 0;

  get hours(): number {
    return (this.clock.wall() - START) / HOUR;
  }

  async agent(buffer: RecordBuffer) {
    const life = ++this.life;
    // What a killed agent had in hand comes to nothing.
    const { clock: ours } = this;
    const clock = {
      wall: () => ours.wall(),
      mono: () => ours.mono(),
      after: (ms: number, action: () => void) =>
        ours.after(ms, () => (this.life === life ? action() : undefined)),
    };
    const log = silentLog;
    const recording = new Recording({
      ...{ clock, log, buffer, table: new SeriesTable(), boot: '00'.repeat(8) },
      timeline: () => startTimeline({ wall: clock.wall(), mono: clock.mono(), synced: true }, 0),
      live: () => false,
      recorded: () => undefined,
      dictionaryChanged: () => undefined,
    });
    const journal = this.watched(new BufferedJournal({ clock, log, recording }));
    const unused = () => Promise.reject(new Error('not here'));
    const remedying = new Remedying(
      {
        ...{ clock, log, journal, facts: this.facts, kinds: [this.mend()] },
        ...{ runner: { run: unused }, helper: { ask: unused }, runTask: unused },
        quiet: () => false,
        random: () => (this.random = (this.random + 0.377) % 1),
      },
      PLAN,
    );
    const deps: CheckingDeps = {
      ...{ clock, log, journal, host: memoryHost({}), runner: { run: unused }, folder: '/' },
      prober: {} as CheckingDeps['prober'],
      random: () => 0.5,
      changed: () => undefined,
      stretch: () => 1,
      remedy: ({ what, check, remedy }) => {
        if (what === 'failed') remedying.failed(check, remedy);
        else if (what === 'recovered') remedying.recovered(check);
        else remedying.unclear(check);
      },
    };
    const minutes = { interval: 5 * MINUTE, failures: 2, of: 3 };
    const checking = new Checking(deps, [
      planned('gateway', () => (this.gatewayIsDown ? 'critical' : 'ok'), minutes),
      planned('web', () => (this.webIsDown || this.gatewayIsDown ? 'critical' : 'ok'), {
        ...{ ...minutes, critical: true, remedy: 'restart-web', dependsOn: ['gateway'] },
      }),
    ]);
    await remedying.start();
    checking.start();
    return { checking, remedying };
  }

  kill(): void {
    this.life += 1;
  }

  /** Moves on, timer by timer, with everything that follows from each. */
  async until(hours: number): Promise<void> {
    const { clock } = this;
    const end = 5_000 + hours * HOUR;
    for (;;) {
      await this.settle();
      const next = clock.next();
      if (next === undefined || next > end) break;
      await clock.advance(Math.max(0, next - clock.mono()));
    }
    await clock.advance(end - clock.mono());
    await this.settle();
  }

  private async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await setImmediate();
      if (this.underWay > 0) quiet = 0;
    }
  }

  private watched(journal: Journal): Journal {
    const count = <T>(operation: Promise<T>): Promise<T> => {
      this.underWay++;
      return operation.finally(() => this.underWay--);
    };
    return {
      now: () => journal.now(),
      event: (event) => {
        this.told.push(`${journal.now()} ${event.name} ${event.text}`);
        return count(journal.event(event));
      },
      report: (id, body) => count(journal.report(id, body)),
      result: (id, body) => count(journal.result(id, body)),
    };
  }

  private mend(): Remedy {
    return {
      ...{ kind: 'mend', summary: '', schema: {}, timeoutSeconds: 60, claims: () => ['unit:web'] },
      run: () => {
        this.tries.push(this.hours);
        if (this.helps) this.webIsDown = false;
        return Promise.resolve({ ok: true, text: 'restarted' });
      },
    };
  }
}

/** Oldest first. */
async function all<T>(
  page: (cursor: string | undefined) => Promise<{ entries: readonly T[]; next?: string }>,
): Promise<T[]> {
  const found: T[] = [];
  let cursor: string | undefined;
  do {
    const { entries, next } = await page(cursor);
    found.push(...entries);
    cursor = next;
  } while (cursor !== undefined);
  return found.reverse();
}

/** The link is back: the agent's own, to the collector's own ingest, and each message comes twice. */
async function drain(path: string, collector: CollectorRig): Promise<void> {
  await using link = await LinkRig.open({ buffer: path });
  link.broker.collector = ({ topic, payload }) => {
    const message = { topic, payload, retained: false };
    void collector.ingest.receive(message);
    void collector.ingest.receive(message);
    void collector.settled().then(() => {
      const acks = collector.published.splice(0);
      for (const ack of acks.filter((one) => one.topic.endsWith('/ack'))) {
        link.broker.say('ack', ack.payload as Uint8Array);
      }
    });
  };
  await link.start();
  await link.until(() => link.buffer.stats().records === 0);
}

test('a week offline with checks and a remedy', async () => {
  await using folder = await tempFolder('care-week');
  const path = join(folder.path, 'buffer');
  const open = (bootId: string) => openBuffer({ path, capBytes: 50_000_000, bootId });
  const machine = new Machine();
  let buffer = await open('first');
  await machine.agent(buffer);

  await machine.until(10);
  // Nothing helps, for a day and more; at hour 12 the agent is killed, and is back at once.
  machine.webIsDown = true;
  await machine.until(12);
  machine.kill();
  await buffer.close();
  buffer = await open('second');
  await machine.agent(buffer);
  await machine.until(40);
  machine.webIsDown = false;
  // What stands behind a gateway that is down is not down: nothing is tried.
  await machine.until(72);
  machine.gatewayIsDown = true;
  await machine.until(75);
  machine.gatewayIsDown = false;
  // Later a restart helps at once.
  await machine.until(100);
  machine.webIsDown = true;
  machine.helps = true;
  await machine.until(7 * 24);
  machine.kill();
  await buffer.close();

  await using collector = await CollectorRig.open();
  await drain(path, collector);
  const more = (cursor: string | undefined) => (cursor === undefined ? {} : { cursor });
  const events = await all<EventRecord>((cursor) =>
    collector.reports.events({ device: DEVICE, limit: 100, ...more(cursor) }),
  );
  const runs = await all<ReportView>((cursor) =>
    collector.reports.reports({ device: DEVICE, limit: 100, ...more(cursor) }),
  );

  // Every event, in the order in which it was told, once.
  expect(events.map(({ at, name, text }) => `${at} ${name} ${text}`)).toEqual(machine.told);
  expect(events.filter(({ name }) => name.startsWith('remedy.')).map(({ name }) => name)).toEqual([
    ...Array<string>(5).fill('remedy.tried'),
    'remedy.stopped',
    'remedy.resumed',
    'remedy.tried',
  ]);
  // Each try is one run with its end, and no more of them than the limit lets.
  expect(runs.map(({ name, state }) => `${name} ${state}`)).toEqual(
    Array(6).fill('restart-web succeeded'),
  );
  expect(runs.map(({ startedAt }) => (startedAt - START) / HOUR)).toEqual(machine.tries);
  for (const at of machine.tries) {
    const within = machine.tries.filter((one) => one > at - 6 && one <= at);
    expect(within.length).toBeLessThanOrEqual(2);
  }
  const inTheDark = machine.tries.filter((at) => at > 40 && at < 100);
  expect(inTheDark).toEqual([]);
  expect(machine.tries.at(-1)).toBeGreaterThan(100);
});
