/** Programs killed in the middle of a task or a command: nothing twice, nothing forgotten. */
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeCommandResult } from '../../protocol/messages/command-result.ts';
import { bundleAll } from '../support/caretaking/programs.ts';
import { DEVICE, Rig } from '../support/caretaking/rig.ts';

beforeAll(bundleAll);

function slow(seconds: number) {
  return (folder: string) => [
    'tasks:',
    '  slow:',
    '    exec:',
    '      program: /bin/sh',
    `      args: [-c, "echo begun >>${folder}/begun; sleep ${seconds}; echo done >>${folder}/done"]`,
    'commands: { allow: [ping, run-task, restart-agent] }',
  ];
}

describe('the agent', () => {
  it('killed in the middle of a task tells that it was interrupted, and does not run it again', async () => {
    await using rig = await Rig.open(slow(20));
    const id = await rig.send('tasks', 'run', 'all', 'slow');
    await rig.eventually(
      () => rig.runs('slow'),
      ([run]) => run?.state === 'running',
    );
    await rig.agent.end('SIGKILL');
    rig.agent.start();
    const { counts } = await rig.ended(id);
    expect(counts.failed).toBe(1);
    const [run, ...others] = await rig.eventually(
      () => rig.runs('slow'),
      ([first]) => first?.state === 'interrupted',
    );
    expect(others).toEqual([]);
    expect(run?.trigger).toBe(`command:${id}`);
    await rig.eventually(
      () => rig.events('task.interrupted'),
      ({ length }) => length === 1,
    );
    expect(await rig.lines('begun')).toBe(1);
  });

  it('restarts when told to, with code 75, and says once that it has', async () => {
    await using rig = await Rig.open(() => []);
    const heard = await rig.listen(`muster/v1/+/${DEVICE}/res/+`);
    const id = await rig.send('commands', 'send', DEVICE, 'restart-agent');
    expect(await rig.agent.end()).toBe(75);
    rig.agent.start();
    expect((await rig.ended(id)).counts.succeeded).toBe(1);
    // A later command's answer comes behind all that the first one still had to say.
    await rig.said('commands', 'send', DEVICE, 'ping', '--wait');
    const ends = heard.flatMap(({ topic, payload }) => {
      const result = decodeCommandResult(payload);
      if (!result.ok) throw new Error(result.error.code);
      return topic.endsWith(id) && result.value.state === 'succeeded' ? [result.value.text] : [];
    });
    expect(ends).toHaveLength(1);
  });
});

describe('the collector', () => {
  it('killed while a device works asks nothing twice and forgets nothing', async () => {
    await using rig = await Rig.open(slow(4));
    await rig.set('fleet', 'labels: { ring: early }');
    await rig.desired(({ state }) => state === 'applied');
    await rig.said('flags', 'set', 'speed', '--type', 'number', '--default', '3');
    const id = await rig.send('tasks', 'run', 'all', 'slow');
    await rig.eventually(
      () => rig.lines('begun'),
      (lines) => lines === 1,
    );
    await rig.collector.end('SIGKILL');
    await rig.eventually(
      () => rig.lines('done'),
      (lines) => lines === 1,
    );
    rig.collector.start();
    expect((await rig.ended(id)).counts.succeeded).toBe(1);
    expect(await rig.said('commands', 'send', DEVICE, 'ping', '--wait')).toContain('1 succeeded');
    expect(await rig.lines('begun')).toBe(1);
    expect((await rig.runs('slow')).map(({ state }) => state)).toEqual(['succeeded']);
    const { state, flags } = await rig.desired(({ state }) => state === 'applied');
    expect({ state, flags }).toEqual({ state: 'applied', flags: { speed: 3 } });
    expect(await rig.said('config', 'history', 'fleet')).toContain('tester');
  });
});
