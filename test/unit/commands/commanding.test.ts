/** Commands: each id acts at most once and is always answered, whatever crashes in between. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommandContext, RemoteCommandKind } from '../../../agent/remote/command.ts';
import { remoteCommands } from '../../../agent/remote/index.ts';
import { Commanding } from '../../../agent/work/commanding.ts';
import type { CommandName } from '../../../protocol/messages/command.ts';
import { encodeCommand } from '../../../protocol/messages/command.ts';
import { type CommandResultBody, isEnd } from '../../../protocol/messages/command-result.ts';
import { memoryFacts } from '../../support/facts/memory-facts.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { rounds } from '../../support/rounds.ts';
import { silentLog } from '../../support/silent-log.ts';

interface Fixture {
  readonly clock: FakeClock;
  readonly texts: Map<string, string>;
  readonly results: [string, CommandResultBody][];
  readonly acted: string[];
  readonly events: string[];
  boot: number;
  life: number;
}

function fixture(): Fixture {
  const clock = new FakeClock(1_000_000);
  return { clock, texts: new Map(), results: [], acted: [], events: [], boot: 1, life: 1 };
}

interface LifeOptions {
  readonly crash?: { readonly change: number; readonly after: boolean };
  readonly allowed?: readonly CommandName[];
  readonly kinds?: readonly RemoteCommandKind[];
  readonly context?: Partial<CommandContext>;
  readonly trusted?: boolean;
}

const ALL = remoteCommands.map(({ name }) => name);

/** One life of the agent on that device. */
function live(of: Fixture, options: LifeOptions = {}) {
  const inner = memoryFacts(of.texts);
  let dead = false;
  let changes = 0;
  const change = async (act: () => Promise<void>): Promise<void> => {
    const isLast = ++changes === options.crash?.change;
    // A write takes its time, in which everything that does not wait for it would happen.
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    if (!dead && (!isLast || options.crash?.after === true)) await act();
    if (isLast) kill();
    if (dead) await new Promise(() => undefined);
  };
  const kill = () => {
    dead = true;
    commanding.stop();
  };
  const act = (what: string) => {
    if (!dead) of.acted.push(what);
    return Promise.resolve({ ok: true, text: what });
  };
  const commanding = new Commanding({
    log: silentLog,
    journal: {
      now: () => of.clock.wall(),
      event: ({ name }) => {
        of.events.push(name);
        return Promise.resolve();
      },
      report: () => Promise.resolve(),
      result: (id, body) => {
        if (!dead) of.results.push([id, body]);
        return Promise.resolve();
      },
    },
    facts: {
      ...inner,
      put: (name, text) => change(() => inner.put(name, text)),
      remove: (name) => change(() => inner.remove(name)),
    },
    kinds: options.kinds ?? remoteCommands,
    context: {
      clock: of.clock,
      host: memoryHost({}),
      runner: {
        run: () => Promise.reject(new Error('nothing runs here')),
      },
      helper: { ask: ({ verb }) => act(verb) },
      runCheck: (name) => act(`check ${name}`),
      runTask: (name, { dryRun, trigger }) => act(`task ${name} ${String(dryRun)} ${trigger}`),
      cancelTask: (name) => name === 'tidy',
      restartAgent: () => void act('restart'),
      updateNow: () => act('update'),
      ...options.context,
    },
    allowed: () => options.allowed ?? ALL,
    logs: () => ({ units: ['app.service'], files: ['/var/log/app.log'] }),
    trusted: () => options.trusted ?? true,
    boot: `boot-${of.boot}`,
    life: `life-${of.life++}`,
  });
  return { commanding, kill, isDead: () => dead };
}

const command = (
  of: Fixture,
  name: string,
  args: Readonly<Record<string, string>> = {},
  deadlineMs = 60_000,
) =>
  encodeCommand({
    name,
    issuedAt: of.clock.wall(),
    deadline: of.clock.wall() + deadlineMs,
    args: new Map(Object.entries(args)),
    by: 'tester',
  });

const said = (of: Fixture) =>
  of.results.map(([id, { state, part, text }]) => `${id} ${part} ${state}: ${text}`);

async function tell(of: Fixture, name: string, args = {}, options: LifeOptions = {}) {
  const { commanding } = live(of, options);
  await commanding.start();
  await commanding.received('c1', command(of, name, args));
  await of.clock.advance(0);
  return said(of).at(-1);
}

describe('a command', () => {
  test('is accepted, done once and answered; a repeat is answered from the record', async () => {
    const of = fixture();
    const { commanding } = live(of);
    await commanding.start();
    const bytes = command(of, 'run-task', { task: 'tidy', dryRun: 'true' });
    await commanding.received('c1', bytes);
    await of.clock.advance(0);
    const first = said(of);
    expect(first).toEqual([
      'c1 0 accepted: run-task is accepted',
      'c1 1 succeeded: task tidy true command:c1',
    ]);
    await commanding.received('c1', bytes);
    const next = live(of).commanding;
    await next.start();
    await next.received('c1', bytes);
    await of.clock.advance(0);
    expect(said(of)).toEqual([...first, first[1], first[1]]);
    expect(of.acted).toEqual(['task tidy true command:c1']);
  });

  test.each([
    ['ping', {}, /succeeded: muster-agent .* at 2026-/],
    ['run-check', { check: 'web' }, /succeeded: check web$/],
    ['run-check', {}, /refused: run-check: argument check names/],
    ['run-task', { task: 'x', dryRun: 'perhaps' }, /refused: .*dryRun is true or false/],
    [
      'run-task',
      { task: 'x', root: '/' },
      /refused: run-task knows no argument root; .* task, dryRun/,
    ],
    ['cancel-task', { task: 'tidy' }, /succeeded: tidy is told to stop/],
    ['cancel-task', { task: 'other' }, /failed: other does not run/],
    ['cancel-task', {}, /refused: /],
    [
      'collect-logs',
      { unit: 'ssh.service' },
      /failed: ssh.service is not among commands.logs.units \(app/,
    ],
    ['collect-logs', { file: '/etc/shadow' }, /failed: .etc.shadow is not among/],
    ['collect-logs', {}, /refused: .*one of the arguments unit and file/],
    ['collect-logs', { unit: 'a', lines: '1e9' }, /refused: .*lines is a number/],
    ['collect-logs', { file: '/var/log/app.log' }, /failed: Error: nothing runs here/],
    ['update-now', {}, /succeeded: update/],
    ['pong', {}, /refused: this agent knows no command pong; did you mean ping\?/],
    ['rm', { path: '/' }, /refused: this agent knows no command rm; known are ping/],
  ] as const)('%s %j', async (name, args, pattern) => {
    expect(await tell(fixture(), name, args)).toMatch(pattern);
  });

  test('outside the list is refused, told and done never', async () => {
    const of = fixture();
    expect(await tell(of, 'reboot', {}, { allowed: ['ping'] })).toMatch(
      /c1 0 refused: this device does not obey reboot: it is not in its commands.allow/,
    );
    expect(of.events).toEqual(['command.refused']);
    expect(of.acted).toEqual([]);
  });

  test('late by a clock that is believed is expired; by one that is not it is obeyed', async () => {
    for (const trusted of [true, false]) {
      const of = fixture();
      const { commanding } = live(of, { trusted });
      await commanding.received('c1', command(of, 'ping', {}, -1));
      await of.clock.advance(0);
      expect(said(of).at(-1)).toMatch(trusted ? /expired: its deadline passed/ : /succeeded/);
    }
  });

  test('that cannot be read is refused under its id', async () => {
    const of = fixture();
    const { commanding } = live(of);
    await commanding.received('c1', Uint8Array.of(0xff));
    await commanding.received('../../etc', command(of, 'ping'));
    expect(said(of)).toHaveLength(1);
    expect(said(of)[0]).toMatch(/c1 0 refused: it cannot be read/);
  });

  test('whose record cannot be stored is not begun', async () => {
    const of = fixture();
    const { commanding } = live(of, { crash: { change: 1, after: false } });
    void commanding.received('c1', command(of, 'run-check', { check: 'web' }));
    await of.clock.advance(0);
    expect(of.acted).toEqual([]);
    expect(of.texts.size).toBe(0);
  });
});

describe('a reboot', () => {
  test('is answered after the new boot, and a repeat does not boot again', async () => {
    const of = fixture();
    const bytes = command(of, 'reboot');
    const first = live(of);
    await first.commanding.received('c1', bytes);
    await of.clock.advance(0);
    expect(said(of).at(-1)).toBe('c1 1 running: reboot');
    first.kill();
    of.boot++;
    const { commanding } = live(of);
    await commanding.start();
    await commanding.received('c1', bytes);
    await of.clock.advance(0);
    expect(said(of).slice(2)).toEqual(Array(2).fill('c1 1000 succeeded: the machine was rebooted'));
    expect(of.acted).toEqual(['reboot']);
  });

  test('that does not come has failed; so has one in which only the agent ended', async () => {
    const of = fixture();
    const { commanding, kill } = live(of);
    await commanding.received('c1', command(of, 'reboot'));
    await of.clock.advance(600_000);
    expect(said(of).at(-1)).toBe('c1 2 failed: no restart came');
    await commanding.received('c2', command(of, 'reboot'));
    await of.clock.advance(0);
    kill();
    await live(of).commanding.start();
    expect(said(of).at(-1)).toBe('c2 1000 failed: interrupted: the agent ended while reboot ran');
  });

  test('that the helper refuses has failed at once', async () => {
    const of = fixture();
    const context = { helper: { ask: () => Promise.resolve({ ok: false, text: 'not now' }) } };
    expect(await tell(of, 'reboot', {}, { context })).toBe('c1 1 failed: not now');
  });

  test('that would cut an update short is not begun, and says so', async () => {
    const of = fixture();
    const context = { inTheWayOfReboot: () => 'an update is under way' };
    expect(await tell(of, 'reboot', {}, { context })).toBe(
      'c1 1 failed: not rebooted: an update is under way; send it again when that has ended',
    );
    expect(of.acted).toEqual([]);
  });

  test('of the agent alone counts as done in its next life', async () => {
    const of = fixture();
    const first = live(of);
    await first.commanding.received('c1', command(of, 'restart-agent'));
    await of.clock.advance(0);
    expect(of.acted).toEqual(['restart']);
    first.kill();
    await live(of).commanding.start();
    expect(said(of).at(-1)).toBe('c1 1000 succeeded: the agent was restarted');
  });
});

/** A kind that runs until the test lets it end, and counts how many run at once. */
function slow(name: CommandName, running: Map<string, number>, most: number[]): RemoteCommandKind {
  return {
    name,
    args: [],
    byDefault: true,
    run: (_, { clock }) => {
      running.set(name, (running.get(name) ?? 0) + 1);
      most.push([...running.values()].reduce((sum, n) => sum + n, 0));
      expect(running.get(name)).toBe(1);
      return new Promise((resolve) => {
        clock.after(10_000, () => {
          running.set(name, 0);
          resolve({ ok: true, text: 'done' });
        });
      });
    },
  };
}

describe('many at once', () => {
  test('one of each name, four in all; the others wait their turn until their deadline', async () => {
    const of = fixture();
    const most: number[] = [];
    const running = new Map<string, number>();
    const kinds = ALL.map((name) => slow(name, running, most));
    const { commanding } = live(of, { kinds });
    for (let n = 0; n < 24; n++) {
      await commanding.received(`c${n}`, command(of, ALL[n % 8] ?? '', {}, 25_000));
    }
    expect(said(of).filter((line) => line.includes('refused'))).toHaveLength(4);
    // In small steps: the fake clock must not run ahead of the writes.
    for (let n = 0; n < 120; n++) await of.clock.advance(1_000);
    expect(Math.max(...most)).toBe(4);
    const ends = of.results.filter(([, { state }]) => isEnd(state));
    expect(new Set(ends.map(([id]) => id)).size).toBe(24);
    expect(ends.filter(([, { state }]) => state === 'succeeded')).toHaveLength(12);
    expect(ends.filter(([, { state }]) => state === 'expired')).toHaveLength(8);
  });

  test('records are kept for a week and 512 at most', async () => {
    const of = fixture();
    const { commanding } = live(of);
    for (let n = 0; n < 600; n++) {
      await commanding.received(`c${n}`, command(of, n % 2 === 0 ? 'ping' : 'nonsense'));
    }
    await of.clock.advance(0);
    expect(of.texts.size).toBe(512);
    // What was done is remembered longer than what was refused.
    expect(of.texts.has('command/c0')).toBe(true);
    expect(of.texts.has('command/c1')).toBe(false);
    await of.clock.advance(8 * 86_400_000);
    await commanding.received('last', command(of, 'ping'));
    await of.clock.advance(0);
    expect([...of.texts.keys()]).toEqual(['command/last']);
  });
});

describe('output', () => {
  const printing = (texts: readonly string[]): RemoteCommandKind => ({
    name: 'collect-logs',
    args: [],
    byDefault: true,
    run: (_, { print }) => {
      for (const text of texts) print(text);
      return Promise.resolve({ ok: true, text: 'sent' });
    },
  });

  test('comes in pieces in order, whole up to the bound, and says when it was cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            what: fc.constantFrom('x', 'é', '€', '😀', 'line\n'),
            times: fc.integer({ min: 0, max: 40_000 }),
          }),
          { maxLength: 6 },
        ),
        async (parts) => {
          const of = fixture();
          const texts = parts.map(({ what, times }) => what.repeat(times));
          const { commanding } = live(of, { kinds: [printing(texts)] });
          await commanding.received('c1', command(of, 'collect-logs'));
          await of.clock.advance(0);
          const bodies = of.results.map(([, body]) => body);
          expect(bodies.map(({ part }) => part)).toEqual(bodies.map((_, index) => index));
          const all = texts.join('');
          const output = bodies.map((body) => body.output).join('');
          expect(all.startsWith(output)).toBe(true);
          for (const body of bodies)
            expect(Buffer.byteLength(body.output)).toBeLessThanOrEqual(16_384);
          const isCut = Buffer.byteLength(all) > 262_144;
          expect(bodies.at(-1)?.text).toBe(isCut ? 'sent (its output was cut)' : 'sent');
          if (isCut) expect(Buffer.byteLength(output)).toBeGreaterThan(262_140);
          else expect(output.length).toBe(all.length);
        },
      ),
      { numRuns: rounds(30) },
    ));

  test('is sent while the command runs', async () => {
    const of = fixture();
    const kind: RemoteCommandKind = {
      ...printing([]),
      run: (_, { print, clock }) =>
        new Promise((resolve) => {
          print('one ');
          clock.after(5_000, () => {
            print('two');
            resolve({ ok: true, text: 'sent' });
          });
        }),
    };
    const { commanding } = live(of, { kinds: [kind] });
    await commanding.received('c1', command(of, 'collect-logs'));
    await of.clock.advance(3_000);
    expect(of.results.map(([, { output }]) => output)).toEqual(['', 'one ']);
    await of.clock.advance(3_000);
    expect(of.results.map(([, { output }]) => output)).toEqual(['', 'one ', 'two', '']);
  });
});

const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ send: fc.nat(5), repeat: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ reboot: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      crash: fc.record({ change: fc.integer({ min: 1, max: 8 }), after: fc.boolean() }),
    }),
  },
);

describe('crashes, repeats and reordering', () => {
  test('each id acts at most once, and each one that is sent until answered has one end', () =>
    fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (steps) => {
        const of = fixture();
        const names = ['run-check', 'reboot', 'restart-agent', 'run-task', 'rm', 'ping'];
        const bytes = names.map((name) => {
          const args: Readonly<Record<string, string>> =
            name === 'run-check' ? { check: 'c' } : name === 'run-task' ? { task: 't' } : {};
          return command(of, name, args, 7 * 86_400_000);
        });
        let agent = live(of);
        const restart = async (options: LifeOptions = {}, boot = false) => {
          agent.kill();
          if (boot) of.boot++;
          agent = live(of, options);
          void agent.commanding.start();
          await of.clock.advance(0);
        };
        const send = async (n: number) => {
          void agent.commanding.received(`id${n}`, bytes[n] ?? new Uint8Array());
          await of.clock.advance(0);
        };
        for (const step of steps) {
          if (agent.isDead()) await restart();
          if ('send' in step) {
            await send(step.send);
            if (step.repeat) await send(step.send);
          } else if ('wait' in step) await of.clock.advance(step.wait * 1000);
          else if ('reboot' in step) await restart({}, step.reboot);
          else await restart({ crash: step.crash });
        }
        await restart();
        for (let n = 0; n < names.length; n++) await send(n);
        await of.clock.advance(3_600_000);
        await restart();
        for (let n = 0; n < names.length; n++) await send(n);
        await of.clock.advance(0);
        expect(of.acted.length).toBe(new Set(of.acted).size);
        names.forEach((name, n) => {
          const ends = of.results.filter(([id, { state }]) => id === `id${n}` && isEnd(state));
          const texts = new Set(
            ends.map(([, { state, part, text }]) => `${state} ${part} ${text}`),
          );
          expect([name, [...texts]]).toEqual([name, [...texts].slice(0, 1)]);
          expect(texts.size).toBe(1);
        });
        agent.kill();
      }),
      { numRuns: rounds(150) },
    ));
});
