/** The privileged helper, running: what it does, and all that it refuses. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHelper } from '../../agent/io/helper-client.ts';
import type { HelperRequest } from '../../agent/ports/caretaking.ts';
import {
  HELPER_MAIN,
  type HelperProcess,
  startHelper,
} from '../support/remedies/helper-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

const CONFIG = `
site: home
device: press-17
commands: { logs: { units: [logged.service] } }
remedies:
  restart-web: { restart-unit: { unit: web.service } }
  restart-broken: { restart-unit: { unit: broken.service } }
  restart-slow: { restart-unit: { unit: slow.service } }
  odd: { restart-unit: { unit: '--force' } }
tasks:
  fresh: { restart: { unit: getty@tty1.service } }
  say: { root: true, exec: { program: /bin/sh, args: [-c, 'echo one; echo two; echo $0', three] } }
  long: { root: true, exec: { program: /bin/sleep, args: ['60'] } }
  loud: { root: true, exec: { program: /usr/bin/head, args: [-c, '3000000', /dev/zero] } }
  mine: { exec: { program: /bin/true } }
  wrong: { root: true, exec: { program: relative } }
`;
const WITH_REBOOT = `${CONFIG.replace('remedies:', 'remedies:\n  again: { reboot: {} }')}`;

let helper: HelperProcess;
beforeAll(async () => {
  helper = await startHelper(CONFIG);
});
afterAll(async () => {
  await helper[Symbol.asyncDispose]();
});

const ask = (request: HelperRequest, signal?: AbortSignal, output?: (text: string) => void) =>
  createHelper(helper.socket).ask(request, {
    ...(signal === undefined ? {} : { signal }),
    ...(output === undefined ? {} : { output }),
  });
const restart = (unit: string) => ask({ verb: 'restart-unit', unit });
const task = (name: string, dryRun = false, timeoutMs = 30_000): HelperRequest => ({
  ...{ verb: 'run-task', task: name, dryRun, timeoutMs },
});

test('only the owner and the group may use the socket', async () => {
  expect((await stat(helper.socket)).mode & 0o777).toBe(0o660);
});

describe('restart-unit', () => {
  test('restarts a unit that a remedy or a task names', async () => {
    expect(await restart('web.service')).toEqual({ ok: true, text: 'restarted web.service' });
    expect((await restart('getty@tty1.service')).ok).toBe(true);
    const told = await helper.told();
    expect(told).toContain('restart -- web.service');
    expect(told).toContain('restart -- getty@tty1.service');
  });

  test('tells what systemd said', async () => {
    expect(await restart('broken.service')).toEqual({
      ok: false,
      text: 'systemctl restart failed: Unit broken.service not found.',
    });
  });

  test('stops when whoever asked gives up', async () => {
    const leave = new AbortController();
    const asked = ask({ verb: 'restart-unit', unit: 'slow.service' }, leave.signal);
    while (!(await helper.told()).some((line) => line.includes('slow'))) await pause(10);
    leave.abort();
    expect((await asked).ok).toBe(false);
    expect(await helper.told()).toContain('stopped');
  });

  test.each([
    'ssh.service',
    'logged.service',
    'web',
    'web.service ssh.service',
    '../web.service',
    'web.service\n',
    '--force',
    '-H.service',
    '*.service',
    'web.service;reboot',
    `${'a'.repeat(300)}.service`,
    '',
  ])('refuses %j', async (unit) => {
    const before = await helper.told();
    const { ok, text } = await restart(unit);
    expect(ok).toBe(false);
    expect(text).toMatch(/^refused: /);
    expect(await helper.told()).toEqual(before);
  });
});

describe('reboot', () => {
  test('only where the file declares it, at the moment of the request', async () => {
    const reboot: HelperRequest = { verb: 'reboot', reason: 'check web has failed\n; rm -rf /' };
    expect((await ask(reboot)).text).toMatch(/^refused: no remedy/);
    await writeFile(helper.config, WITH_REBOOT);
    expect(await ask(reboot)).toEqual({ ok: true, text: 'the machine reboots' });
    await writeFile(
      helper.config,
      `${CONFIG}`.replace('commands: {', 'commands: { allow: [reboot],'),
    );
    expect((await ask(reboot)).ok).toBe(true);
    await writeFile(helper.config, CONFIG);
    expect((await ask(reboot)).ok).toBe(false);
    expect((await helper.told()).filter((line) => line === 'reboot')).toHaveLength(2);
  });
});

describe('run-task', () => {
  test('runs it with the options of the file and sends its output', async () => {
    let output = '';
    const answer = await ask(task('say'), undefined, (text) => {
      output += text;
    });
    expect(answer).toMatchObject({ ok: true, outcome: { ok: true, figures: { exit_code: 0 } } });
    expect(output).toContain('one\ntwo\nthree\n');
  });

  test('a dry run does nothing', async () => {
    const answer = await ask(task('fresh', true));
    expect(answer).toMatchObject({ ok: true, text: 'would restart getty@tty1.service' });
  });

  test('ends at the time that is given', async () => {
    const { ok } = await ask(task('long', false, 300));
    expect(ok).toBe(false);
  });

  test('one at a time; a cancel stops it and waits for its end', async () => {
    const leave = new AbortController();
    const long = ask(task('long'), leave.signal);
    let second = await ask(task('say', true));
    while (second.ok) second = await ask(task('say', true));
    expect(second.text).toBe('refused: task long is still running');
    leave.abort();
    expect((await long).ok).toBe(false);
    expect((await ask(task('say'))).ok).toBe(true);
  });

  test('a caller that does not read its output holds nobody up', async () => {
    const socket = connect(helper.socket);
    socket.pause();
    socket.write(`${JSON.stringify(task('loud'))}\n`);
    let next = await ask(task('say'));
    for (let tries = 0; !next.ok && tries < 500; tries += 1) {
      await pause(10);
      next = await ask(task('say'));
    }
    expect(next.ok).toBe(true);
    socket.destroy();
  });

  test.each([
    ['no-such', 'no task is called no-such'],
    ['mine', 'not declared with root: true'],
    ['wrong', 'program'],
    ['__proto__', 'task is no name'],
    ['../say', 'task is no name'],
  ])('refuses %s', async (name, why) => {
    const { ok, text } = await ask(task(name));
    expect(ok).toBe(false);
    expect(text).toMatch(/^refused: /);
    expect(text).toContain(why);
  });
});

describe('what is no request', () => {
  test.each([
    ['no JSON', 'hello\n', 'no JSON object'],
    ['HTTP', 'GET / HTTP/1.1\r\n\r\n', 'refused'],
    ['a list', '["reboot"]\n', 'no JSON object'],
    ['another verb', '{"verb":"shell","command":"id"}\n', 'no such verb'],
    ['a verb of every object', '{"verb":"constructor"}\n', 'no such verb'],
    ['more than it takes', '{"verb":"reboot","reason":"x","force":true}\n', 'nothing else'],
    [
      'an own configuration',
      '{"verb":"run-task","task":"say","dryRun":false,"timeoutMs":1,"options":{}}\n',
      'nothing else',
    ],
    ['no time', '{"verb":"run-task","task":"say","dryRun":false,"timeoutMs":1e99}\n', 'timeoutMs'],
    ['a number for a name', '{"verb":"restart-unit","unit":7}\n', 'unit'],
    [
      'two requests',
      '{"verb":"reboot","reason":""}\n{"verb":"reboot","reason":""}\n',
      'more than one',
    ],
    ['a huge line', `{"verb":"${'x'.repeat(1_000_000)}"}\n`, 'too long'],
    ['a line without end', 'x'.repeat(1_000_000), 'too long'],
    ['bytes', Buffer.from([0, 255, 254, 10]), 'no JSON object'],
  ])('%s', async (_, bytes, why) => {
    const before = await helper.told();
    const text = await helper.send(bytes);
    // A flood may be cut off before it hears why.
    if (bytes.length < 100_000) expect(text).toContain(why);
    expect(text).not.toContain('"ok":true');
    expect(await helper.told()).toEqual(before);
    expect((await restart('web.service')).ok).toBe(true);
  });

  test('nothing at all is not waited for for ever, and harms no other', async () => {
    const silent = connect(helper.socket);
    expect((await restart('web.service')).ok).toBe(true);
    silent.resume();
    await once(silent, 'close');
  });
});

describe('the configuration file', () => {
  const refusal = async () => (await restart('web.service')).text;
  const whole = async (act: () => Promise<unknown>, undo: () => Promise<unknown>) => {
    expect(await refusal()).toBe('restarted web.service');
    await act();
    try {
      return await refusal();
    } finally {
      await undo();
    }
  };

  test.each([0o664, 0o646, 0o666])('is not trusted with mode %o', async (mode) => {
    const text = await whole(
      () => chmod(helper.config, mode),
      () => chmod(helper.config, 0o644),
    );
    expect(text).toMatch(/^refused: .*agent\.yaml may be written by its group or by others/);
  });

  test('is not trusted in a folder that others may write', async () => {
    const text = await whole(
      () => chmod(helper.folder, 0o775),
      () => chmod(helper.folder, 0o700),
    );
    expect(text).toMatch(/may be written by its group or by others; chmod go-w it$/);
  });

  test.skipIf(process.getuid?.() !== 0)('is not trusted when it belongs to another', async () => {
    const text = await whole(
      () => chown(helper.config, 12_345, 0),
      () => chown(helper.config, 0, 0),
    );
    expect(text).toMatch(/belongs to user 12345/);
  });

  test('is not trusted as a link', async () => {
    const real = join(helper.folder, 'real.yaml');
    const text = await whole(
      async () => {
        await rename(helper.config, real);
        await symlink(real, helper.config);
      },
      async () => {
        await rm(helper.config);
        await rename(real, helper.config);
      },
    );
    expect(text).toMatch(/is a link, which is not followed/);
  });

  test.each([
    ['that is a folder', (path: string) => mkdir(path), /is not a file/],
    ['that is not there', () => Promise.resolve(), /does not exist/],
    ['that is no YAML', (path: string) => writeFile(path, 'a: [\n'), /agent\.yaml:\d/],
    ['that is huge', (path: string) => writeFile(path, 'x'.repeat(300_000)), /is over/],
  ])('%s', async (_, make, why) => {
    const text = await whole(
      async () => {
        await rm(helper.config);
        await make(helper.config);
      },
      async () => {
        await rm(helper.config, { recursive: true, force: true });
        await writeFile(helper.config, CONFIG);
      },
    );
    expect(text).toMatch(why);
  });

  test('a key that the agent would refuse elsewhere does not take the remedy away', async () => {
    const text = await whole(
      () => writeFile(helper.config, `${CONFIG}\nbroker: { ulr: x }\n`),
      () => writeFile(helper.config, CONFIG),
    );
    expect(text).toBe('restarted web.service');
  });
});

describe('its life', () => {
  test('ends when nobody was there for a while', async () => {
    await using other = await startHelper(CONFIG, '--idle', '0.3');
    const [code] = (await once(other.child, 'exit')) as [number];
    expect(code).toBe(0);
  });

  test('ends at SIGTERM, stopping what runs', async () => {
    await using other = await startHelper(CONFIG);
    const asked = createHelper(other.socket).ask(
      { verb: 'restart-unit', unit: 'slow.service' },
      {},
    );
    while ((await other.told()).length === 0) await pause(10);
    other.child.kill('SIGTERM');
    expect((await asked).ok).toBe(false);
    expect(other.child.exitCode ?? ((await once(other.child, 'exit')) as [number])[0]).toBe(0);
    expect(await other.told()).toContain('stopped');
  });

  test('says in its log who asked for what, a line each', async () => {
    await using other = await startHelper(CONFIG);
    const reason = 'x\nlevel=info msg=answered verb=reboot ok=true';
    await createHelper(other.socket).ask({ verb: 'reboot', reason }, {});
    const lines = other
      .log()
      .trim()
      .split('\n')
      .map((line) => line.replace(/^time=\S+ /, ''));
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^level=info msg=asked verb=reboot what="x\?level=/),
      expect.stringMatching(/^level=warn msg=answered verb=reboot .* ok=false /),
    ]);
  });

  const isMissing = spawnSync('systemd-socket-activate', ['--version']).error !== undefined;
  test.skipIf(isMissing)('takes the socket that systemd hands over', async () => {
    await using folder = await tempFolder('helper');
    const socket = join(folder.path, 'given.sock');
    const config = join(folder.path, 'agent.yaml');
    await writeFile(config, CONFIG);
    await chmod(config, 0o644);
    const command = [process.execPath, '--import', 'tsx', HELPER_MAIN, '--config', config];
    const child = spawn('systemd-socket-activate', ['-l', socket, ...command, '--idle', '0.3'], {
      stdio: 'ignore',
    });
    const exit = once(child, 'exit') as Promise<[number]>;
    while ((await stat(socket).catch(() => undefined)) === undefined) await pause(20);
    const answer = await createHelper(socket).ask({ verb: 'reboot', reason: '' }, {});
    expect(answer.text).toMatch(/^refused: no remedy/);
    // It is the socket's owner that takes it away, not the helper.
    expect((await exit)[0]).toBe(0);
    expect((await stat(socket)).isSocket()).toBe(true);
  });

  test.each([
    [[], '--config is needed'],
    [['--config', '/etc/hosts'], 'systemd handed over no socket'],
    [['--config', '/etc/hosts', '--socket', '/tmp/x', '--idle', 'soon'], '--idle'],
    [['--shell'], '--shell'],
  ])('refuses to start with %j', (args, why) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', HELPER_MAIN, ...args],
      { encoding: 'utf8' },
    );
    expect(status).toBe(2);
    expect(stderr).toContain(why);
  });
});
