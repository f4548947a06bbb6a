/** How commands go on, as it happens: told first as it is, then each change, at the reader's pace. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEvents } from '../../collector/cli/events.ts';
import { createMetrics } from '../../collector/core/metrics.ts';
import { DEFAULT_LIMITS } from '../../collector/io/http/deps.ts';
import { EventStreams } from '../../collector/io/http/event-streams.ts';
import type { CommandEvent, FollowQuery } from '../../collector/ports/fleet-desk.ts';
import type { CommandResult } from '../../protocol/messages/command-result.ts';
import { MemoryCatalog } from '../support/alerting/memory-catalog.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FleetRig, type TestDevice } from '../support/fleet/rig.ts';
import { muster, serveFleet } from '../support/fleet/server.ts';
import { until } from '../support/inbox.ts';

const MINUTE = 60_000;
const order = { name: 'ping', args: {}, by: 'ada', comment: '', forMs: 10 * MINUTE };

let rig: FleetRig;
let app: FastifyInstance;
let first: TestDevice;

beforeEach(async () => {
  rig = await FleetRig.start(new MemoryCatalog());
  app = serveFleet(rig);
  first = await rig.device('pi-1');
});

afterEach(async () => {
  await app.close();
  await rig[Symbol.asyncDispose]();
});

/** Reads in the background; `told` waits until something was told, while the clock goes on. */
async function follow(query: Partial<FollowQuery>) {
  const events: CommandEvent[] = [];
  const controller = new AbortController();
  const iterate = await rig.fleet.desk.follow({ output: true, ...query });
  let over = false;
  const reading = (async () => {
    for await (const event of iterate(controller.signal)) events.push(event);
    over = true;
  })();
  const told = async (what: (event: CommandEvent) => boolean): Promise<CommandEvent> => {
    await passing(() => events.some(what));
    return events.find(what) as CommandEvent;
  };
  const ended = async () => {
    await passing(() => over);
    await reading;
  };
  return { events, controller, told, ended };
}

async function passing(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await rig.clock.advance(200);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const isState = (state: string) => (event: CommandEvent) =>
  event.kind === 'device' && event.data.state === state;
const outputs = (events: readonly CommandEvent[]) =>
  events.flatMap((one) => (one.kind === 'output' ? [one.data] : []));

describe('a command that is followed', () => {
  it('is told as it is, then as it goes on, with its output, until it ends', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    const { events, told, ended } = await follow({ command: id });
    await told((event) => event.kind === 'command' && event.data.endedAt === 0);
    await first.commands.take(1);
    await told(isState('sent'));
    await first.answer(id, { state: 'accepted' });
    await told(isState('accepted'));
    await first.answer(id, { state: 'running', part: 1, output: 'one\n' });
    await told((event) => event.kind === 'output' && event.data.part === 1);
    await first.answer(id, { state: 'succeeded', part: 2, text: 'good', output: 'two\n' });
    await ended();
    expect(outputs(events)).toEqual([
      { device: 'pi-1', part: 1, output: 'one\n' },
      { device: 'pi-1', part: 2, output: 'two\n' },
    ]);
    expect(events.at(-2)).toMatchObject({ kind: 'device', data: { state: 'succeeded' } });
    expect(events.at(-1)).toMatchObject({
      ...{ kind: 'command', command: id },
      data: { counts: { succeeded: 1 }, successRate: 1 },
    });
    expect(events.at(-1)).not.toMatchObject({ data: { endedAt: 0 } });
  });

  it('that has ended is told whole, and the stream ends', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await first.commands.take(1);
    await first.answer(id, { state: 'running', part: 1, output: 'one\n' });
    await first.answer(id, { state: 'failed', part: 2, text: 'bad' });
    await until(() => rig.fleet.desk.command(id).endedAt > 0);
    for (const query of [{ command: id }, { command: id, device: 'pi-1' }]) {
      const { events, ended } = await follow(query);
      await ended();
      expect(events.map(({ kind }) => kind)).toEqual(['output', 'device', 'command']);
    }
    const { events, ended } = await follow({ command: id, output: false });
    await ended();
    expect(events.map(({ kind }) => kind)).toEqual(['device', 'command']);
  });

  it('ends for those that nobody hears of when its deadline passes', async () => {
    await first.end();
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all', forMs: MINUTE });
    const { events, ended } = await follow({ command: id });
    await rig.clock.advance(2 * MINUTE);
    await ended();
    expect(events.some(isState('expired'))).toBe(true);
  });

  it('on one device ends with that device', async () => {
    await (await rig.device('pi-2')).end();
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    const { events, ended } = await follow({ command: id, device: 'pi-1' });
    await first.commands.take(1);
    await first.answer(id, { state: 'succeeded', part: 1 });
    await ended();
    expect(events.filter(({ kind }) => kind === 'device').at(-1)).toMatchObject({
      data: { device: 'pi-1', state: 'succeeded' },
    });
    expect(events.some((one) => one.kind === 'device' && one.data.device === 'pi-2')).toBe(false);
    expect(rig.fleet.desk.command(id).endedAt).toBe(0);
  });

  it('goes to a device whose commands are followed: new ones are told too', async () => {
    const { id: before } = await rig.fleet.desk.send({ ...order, selector: 'pi-1' });
    const { told, controller, ended } = await follow({ device: 'pi-1' });
    await told((event) => event.command === before);
    const { id: after } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await told((event) => event.command === after);
    await first.commands.take(2);
    await first.answer(after, { state: 'succeeded' });
    await told((event) => event.command === after && isState('succeeded')(event));
    controller.abort();
    await ended();
  });

  it('costs a list of devices while its reader does not read', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    const controller = new AbortController();
    const iterate = await rig.fleet.desk.follow({ command: id, output: true });
    const events = iterate(controller.signal)[Symbol.asyncIterator]();
    expect((await events.next()).done).toBe(false);
    await first.commands.take(1);
    for (let part = 1; part <= 40; part++) {
      await first.answer(id, { state: 'running', part, output: `${part}\n` });
    }
    await first.answer(id, { state: 'succeeded', part: 41 });
    await until(() => rig.fleet.desk.command(id).endedAt > 0);
    const rest: CommandEvent[] = [];
    let over = false;
    void (async () => {
      for (let one = await events.next(); one.done !== true; one = await events.next()) {
        rest.push(one.value);
      }
      over = true;
    })();
    await passing(() => over);
    expect(outputs(rest).map(({ part }) => part)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    // 42 changes of the device: how it was when it was first read, and how it is.
    expect(rest.filter(({ kind }) => kind === 'device').length).toBeLessThanOrEqual(2);
    expect(rest.at(-1)).toMatchObject({ kind: 'command', data: { counts: { succeeded: 1 } } });
  });
});

it('an end is not undone by output that came right before it', async () => {
  const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
  await first.commands.take(1);
  const header = {
    ...{ epoch: '0102030405060708', number: 1, low: 1, boot: 'aabbccddeeff0011' },
    ...{ wall: rig.clock.wall(), mono: 0, clock: 1 as const },
  };
  const body = { header, text: '', output: '', attributes: new Map<string, string>() };
  const tell = (result: Partial<CommandResult>) =>
    rig.fleet.sink.result?.(
      ...(['pi-1', 'berlin', id] as const),
      { ...body, state: 'running', part: 0, ...result },
      rig.clock.wall(),
    );
  // As after a reconnect: all in one turn.
  for (let part = 1; part <= 5; part++) tell({ part, output: `${part}\n` });
  tell({ state: 'succeeded', part: 6 });
  await rig.fleet.sink.flush();
  expect(rig.fleet.desk.command(id)).toMatchObject({ counts: { succeeded: 1, running: 0 } });
  expect(rig.fleet.desk.command(id).endedAt).toBeGreaterThan(0);
  expect(await rig.fleet.desk.output(id, 'pi-1')).toBe('1\n2\n3\n4\n5\n');
});

describe('by HTTP', () => {
  const url = '/api/muster/v1/commands/events';

  it('comes as Server-Sent Events and ends', async () => {
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    const response = await fetch(`${base}${url}?command=${id}&output=true`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const kinds: string[] = [];
    let over = false;
    void (async () => {
      for await (const { kind } of readEvents(response.body as ReadableStream<Uint8Array>)) {
        kinds.push(kind);
      }
      over = true;
    })();
    await passing(() => kinds.includes('command'));
    await first.answer(id, { state: 'succeeded', part: 1, output: 'pong' });
    await passing(() => over);
    expect(kinds).toContain('output');
    expect(kinds.slice(-2)).toEqual(['device', 'command']);
  });

  it.each([
    ['', 400, 'which command or which device'],
    ['?command=none', 404, 'there is no command none'],
    ['?output=maybe&device=pi-1', 400, 'output'],
  ])('%s is refused', async (query, status, text) => {
    const answer = await app.inject({ url: `${url}${query}` });
    expect(answer.statusCode).toBe(status);
    expect(answer.body).toContain(text);
  });

  it('a command that did not go to the device is refused', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'pi-1' });
    const answer = await app.inject({ url: `${url}?command=${id}&device=pi-9` });
    expect(answer.statusCode).toBe(404);
  });

  it('lists what went to a device, with how far it is there', async () => {
    await rig.device('pi-2');
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'device in (pi-1,pi-2)' });
    await rig.fleet.desk.send({ ...order, selector: 'pi-2' });
    await first.commands.take(1);
    await first.answer(id, { state: 'failed', text: 'no' });
    await until(() => rig.fleet.desk.command(id).counts.failed === 1);
    const ask = async (query: string) =>
      (await app.inject({ url: `/api/muster/v1/commands?${query}` })).json<{
        commands: unknown[];
      }>();
    expect((await ask('device=pi-1')).commands).toMatchObject([
      { id, target: { device: 'pi-1', state: 'failed', text: 'no' } },
    ]);
    expect((await ask('device=pi-2')).commands).toHaveLength(2);
    expect((await ask('device=pi-2&limit=1')).commands).toHaveLength(1);
    expect((await ask('device=pi-9')).commands).toEqual([]);
    expect((await ask('')).commands).not.toMatchObject([{ target: {} }]);
  });
});

describe('a stream that waits for its reader', () => {
  /** As much of a reply as a stream needs; its socket takes nothing more. */
  function stuck() {
    const listeners = new Map<string, () => void>();
    const raw = {
      ...{ destroyed: false, writableEnded: false, writableLength: 0 },
      ...{ setHeader: () => {}, writeHead: () => {}, write: () => false, end: () => {} },
      once: (name: string, listener: () => void) => listeners.set(name, listener),
      off: (name: string) => listeners.delete(name),
      destroy: () => {
        raw.destroyed = true;
        for (const listener of [...listeners.values()]) listener();
      },
    };
    const reply = { raw, hijack: () => reply, getHeaders: () => ({}) };
    return { raw, reply: reply as unknown as FastifyReply };
  }

  it('drops one who reads nothing for long', async () => {
    const clock = new FakeClock();
    const metrics = createMetrics();
    const streams = new EventStreams(clock, metrics, { ...DEFAULT_LIMITS, streamStallMs: 60_000 });
    const { raw, reply } = stuck();
    const stream = streams.begin(reply);
    let written = false;
    const writing = stream.write('x').then(() => {
      written = true;
    });
    await clock.advance(59_000);
    expect([raw.destroyed, written]).toEqual([false, false]);
    await clock.advance(2_000);
    await writing;
    expect(raw.destroyed).toBe(true);
    expect(metrics.text()).toContain('muster_collector_http_streams_dropped_total 1');
  });
});

describe('muster', () => {
  it('watches a command: states, output in whole lines, the end', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await first.commands.take(1);
    await first.answer(id, { state: 'accepted', text: 'ping is accepted' });
    await first.answer(id, { state: 'running', part: 1, output: 'one\ntw' });
    await until(() => rig.fleet.desk.command(id).counts.running === 1);
    let out: string | undefined;
    void muster(app, ['commands', 'watch', id]).then((text) => {
      out = text;
    });
    await first.answer(id, { state: 'succeeded', part: 2, text: 'good', output: 'o\nthree' });
    await passing(() => out !== undefined);
    expect(out).toContain('pi-1 | one\n');
    expect(out).toMatch(/pi-1 \| two\n(.*\n)*pi-1 \| three\npi-1 {2}succeeded: good\n/);
    expect(out).toMatch(/1 succeeded \(100 % succeeded\)\n$/);
  });

  it('gives a line of JSON for each event, and fails when a device does', async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await first.commands.take(1);
    await first.answer(id, { state: 'failed', part: 1, text: 'bad', output: 'why\n' });
    await until(() => rig.fleet.desk.command(id).endedAt > 0);
    let failed = '';
    let out = '';
    const failure = muster(app, ['--json', 'commands', 'watch', id], undefined, (text) => {
      out += text;
    }).catch((error: unknown) => {
      failed = String(error);
    });
    await failure;
    expect(failed).toContain('1 of 1 device did not succeed');
    const kinds = out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as CommandEvent).kind);
    expect(kinds).toEqual(['output', 'device', 'command']);
  });

  it('asks again and again where there is no stream', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await first.commands.take(1);
    let turns = 0;
    const turn = async () => {
      if (++turns === 3) await first.answer(id, { state: 'succeeded' });
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    expect(await muster(app, ['commands', 'watch', id], turn)).toContain('1 succeeded');
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('waits for a collector that went away', async () => {
    const { id } = await rig.fleet.desk.send({ ...order, selector: 'all' });
    await first.commands.take(1);
    let turns = 0;
    const turn = async () => {
      if (++turns === 3) await first.answer(id, { state: 'succeeded' });
      await new Promise((resolve) => setTimeout(resolve, 1));
    };
    const away = () => turns === 1 || turns === 2;
    const out = await muster(app, ['commands', 'watch', id], turn, undefined, away);
    expect(out).toContain('1 succeeded');
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('lists the commands of a device', async () => {
    await rig.device('pi-2');
    await rig.fleet.desk.send({ ...order, selector: 'pi-2' });
    expect(await muster(app, ['commands', '--device', 'pi-1'])).toBe('no commands\n');
    expect(await muster(app, ['commands', '--device', 'pi-2'])).toContain('ping');
  });
});
