/** Commands and pressure on the real machine: a real file's last lines, real figures. */
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  collectorRules,
  collectorSchema,
  commandsRules,
  commandsSchema,
  flagsSchema,
  resolveCollector,
  resolveCommands,
  resolveFlags,
} from '../../agent/config/commands.ts';
import { createClock } from '../../agent/io/clock.ts';
import { openHost } from '../../agent/io/host.ts';
import { createRunner } from '../../agent/io/runner.ts';
import type { CommandContext } from '../../agent/remote/command.ts';
import { remoteCommands } from '../../agent/remote/index.ts';
import { FiguresReader } from '../../agent/work/adapting/reader.ts';
import { check } from '../../protocol/config/check.ts';
import { COMMANDS } from '../../protocol/messages/command.ts';
import { tempFolder } from '../support/temp-folder.ts';

const collect = remoteCommands.find(({ name }) => name === 'collect-logs');

function contextFor(files: readonly string[], print: (text: string) => void): CommandContext {
  const no = () => Promise.resolve({ ok: false, text: 'no' });
  return {
    id: 'c1',
    clock: createClock(),
    host: openHost(),
    runner: createRunner(),
    helper: { ask: no },
    signal: new AbortController().signal,
    print,
    runCheck: no,
    runTask: no,
    cancelTask: () => false,
    restartAgent: () => undefined,
    updateNow: no,
    logs: { units: [], files },
  };
}

describe('collect-logs', () => {
  test('sends the last lines of a declared file, whatever its name looks like', async () => {
    await using folder = await tempFolder('logs');
    const path = join(folder.path, '-n 5; rm.log');
    await writeFile(path, '');
    for (let n = 0; n < 500; n++) await appendFile(path, `line ${n}\n`);
    let text = '';
    const context = contextFor([path], (part) => {
      text += part;
    });
    const answer = await collect?.run(
      new Map([
        ['file', path],
        ['lines', '3'],
      ]),
      context,
    );
    expect(answer).toEqual({ ok: true, text: `3 last lines of ${path}` });
    expect(text).toBe('line 497\nline 498\nline 499\n');
    const gone = await collect?.run(
      new Map([['file', path]]),
      contextFor([`${path}x`], () => undefined),
    );
    expect(gone).toMatchObject({ ok: false });
  });

  test('says why a declared file cannot be read', async () => {
    const answer = await collect?.run(
      new Map([['file', '/nonexistent/app.log']]),
      contextFor(['/nonexistent/app.log'], () => undefined),
    );
    expect(answer?.ok).toBe(false);
    expect(answer?.text).toMatch(/^tail failed: .*No such file/);
  });
});

describe('the configuration of commands', () => {
  const schema = commandsSchema(remoteCommands);

  test('the registry has every command of the protocol once; reboot must be allowed by name', () => {
    expect(remoteCommands.map(({ name }) => name)).toEqual(Object.keys(COMMANDS));
    const { value } = check(schema, {});
    expect(value?.allow).toEqual(Object.keys(COMMANDS).filter((name) => name !== 'reboot'));
  });

  test.each([
    [{ allow: ['rm'] }, ['commands.allow.0'], 'not-allowed'],
    [{ logs: { units: ['--file=/etc/shadow'] } }, ['logs.units.0'], 'malformed'],
    [{ alow: [] }, ['alow'], 'unknown-key'],
  ])('%j is refused', (tree, [where], code) => {
    const { problems } = check(schema, tree);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code });
    expect(where?.endsWith(problems[0]?.keys.join('.') ?? '?')).toBe(true);
  });

  test('rules and paths', () => {
    const settings = { allow: ['ping' as const], logs: { units: [], files: ['app.log', '/a'] } };
    expect(commandsRules(settings)).toMatchObject([{ keys: ['commands', 'logs'] }]);
    expect(resolveCommands(settings, '/etc/muster').logs.files).toEqual([
      '/etc/muster/app.log',
      '/a',
    ]);
    expect(collectorRules({ url: 'http://a', caFile: 'ca.pem' })).toHaveLength(1);
    expect(collectorRules({ url: 'https://a', caFile: 'ca.pem' })).toEqual([]);
    expect(resolveCollector({ url: 'https://a', caFile: 'ca.pem' }, '/etc')).toEqual({
      url: 'https://a',
      caFile: '/etc/ca.pem',
    });
    expect(check(collectorSchema, { url: 'https://u:p@a' }).problems).toHaveLength(1);
    expect(check(flagsSchema, {}).problems).toEqual([]);
    expect(resolveFlags({}, '/etc', '/run/muster/agent.sock').file).toBe('/run/muster/flags.json');
    expect(resolveFlags({ file: 'f' }, '/etc', '/run/a').file).toBe('/etc/f');
  });
});

test('the figures of this machine are sensible', async () => {
  const host = openHost();
  const reader = new FiguresReader(host, '/');
  await reader.read();
  const figures = await reader.read();
  host.close();
  expect(figures.memoryAvailable).toBeGreaterThan(0);
  expect(figures.memoryAvailable).toBeLessThanOrEqual(1);
  expect(figures.loadPerCore).toBeGreaterThanOrEqual(0);
  expect(figures.diskSize).toBeGreaterThan(figures.diskFree ?? Number.NaN);
});
