/** The check `exec` with Debian's monitoring plug-ins (skipped where they are missing), and others. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execCheck } from '../../agent/checks/exec.ts';
import { createRunner } from '../../agent/io/runner.ts';
import { OpenSockets } from '../support/checks/open-sockets.ts';
import { refusals, runCheck } from '../support/checks/run-check.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const PLUGINS = '/usr/lib/nagios/plugins';
const plugin = (name: string, ...args: string[]) => ({ program: `${PLUGINS}/${name}`, args });

/** Of a process group; those that ended and wait for somebody to notice do not count. */
function runningIn(group: number): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, state, , ofGroup] = /\) (\S) (\d+) (\d+) /.exec(stat) ?? [];
      return Number(ofGroup) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}

describe.skipIf(!existsSync(`${PLUGINS}/check_dummy`))(
  'monitoring plug-ins (skipped where they are missing)',
  () => {
    it.each([
      ['0', 'ok', 'OK: hello'],
      ['1', 'warning', 'WARNING: hello'],
      ['2', 'critical', 'CRITICAL: hello'],
      ['3', 'unknown', 'UNKNOWN: hello'],
      ['7', 'unknown', ''],
    ])('check_dummy %s is %s', async (code, state, text) => {
      const found = await runCheck(execCheck, plugin('check_dummy', code, 'hello'));
      expect(found).toMatchObject({ state, text: expect.stringContaining(text) as string });
    });

    it('check_disk gives free space in bytes', async () => {
      const found = await runCheck(
        execCheck,
        plugin('check_disk', '-w', '1', '-c', '1', '-p', '/'),
      );
      expect(found.text).toMatch(/^DISK /);
      expect(found.text).not.toContain('|');
      expect(found.figures).toEqual([
        { name: '/', unit: 'bytes', value: expect.any(Number) as number },
      ]);
      expect(found.figures?.[0]?.value).toBeGreaterThan(1_000_000);
    });

    it('check_load gives three figures', async () => {
      const found = await runCheck(execCheck, plugin('check_load', '-w', '900', '-c', '999'));
      expect(found.state).toBe('ok');
      expect(found.figures?.map(({ name }) => name)).toEqual(['load1', 'load5', 'load15']);
    });

    it('check_procs counts', async () => {
      const found = await runCheck(execCheck, plugin('check_procs', '-c', '1:'));
      expect(found.state).toBe('ok');
      expect(found.figures).toContainEqual({
        name: 'procs',
        unit: '',
        value: expect.any(Number) as number,
      });
    });

    it('check_tcp tells time in seconds, and a closed port as critical', async () => {
      const server = await OpenSockets.of(createServer((socket) => void socket.end()));
      const args = ['-H', '127.0.0.1', '-p', String(server.port)];
      const found = await runCheck(execCheck, plugin('check_tcp', ...args));
      expect(found).toMatchObject({ state: 'ok', figures: [{ name: 'time', unit: 'seconds' }] });
      await server[Symbol.asyncDispose]();
      const closed = await runCheck(execCheck, plugin('check_tcp', ...args));
      expect(closed).toMatchObject({ state: 'critical' });
    });
  },
);

describe('any program', () => {
  let folder: TempFolder;
  beforeAll(async () => {
    folder = await tempFolder('mstr-exec');
  });
  afterAll(() => folder[Symbol.asyncDispose]());

  async function script(text: string): Promise<string> {
    const path = join(folder.path, 'plug-in');
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
    return path;
  }

  it('gives arguments and environment as they are: there is no shell', async () => {
    const program = await script('printf "%s|" "$1" "$NAME"');
    const args = ['$(id) ; * "x"'];
    const found = await runCheck(execCheck, { program, args, env: { NAME: '7' } });
    expect(found.text).toBe(args[0]);
  });

  it('keeps the first line and drops long output, but not its figures', async () => {
    const program = await script("printf 'fine | a=1s\\nlong text\\nmore | b=2KB\\nc=50%%\\n'");
    expect(await runCheck(execCheck, { program })).toEqual({
      state: 'ok',
      text: 'fine',
      figures: [
        { name: 'a', unit: 'seconds', value: 1 },
        { name: 'b', unit: 'bytes', value: 2048 },
        { name: 'c', unit: 'ratio', value: 0.5 },
      ],
    });
  });

  it('takes what was said on standard error when there is nothing else', async () => {
    const program = await script('echo sorry >&2; exit 3');
    expect(await runCheck(execCheck, { program })).toEqual({ state: 'unknown', text: 'sorry' });
    const silent = await script('exit 2');
    const found = await runCheck(execCheck, { program: silent });
    expect(found).toEqual({ state: 'critical', text: `${silent} said nothing` });
  });

  it('survives endless output', async () => {
    const program = await script('head -c 3000000 /dev/zero | tr "\\0" x; exit 1');
    const found = await runCheck(execCheck, { program });
    expect(found.state).toBe('warning');
    expect(found.text.length).toBeLessThanOrEqual(400);
  });

  it.each([
    ['trap "" TERM; sleep 60 & wait', 'was stopped'],
    ['sleep 60', 'was stopped'],
    // A plug-in that says unknown when it is told to stop took too long nevertheless.
    ['trap "exit 3" TERM; sleep 60 & wait', 'was stopped'],
  ])('stops what does not end, with what it started, and it has failed: %s', async (text, said) => {
    const program = await script(`echo $$ > ${folder.path}/pid; ${text}`);
    const runner = createRunner({ killAfterMs: 50 });
    const found = await runCheck(execCheck, { program }, { timeoutMs: 300, runner, over: 'never' });
    expect(found).toMatchObject({
      state: 'critical',
      text: expect.stringContaining(said) as string,
    });
    const group = Number(readFileSync(join(folder.path, 'pid'), 'utf8'));
    expect(runningIn(group)).toEqual([]);
  });

  it.each([
    ['/nonexistent/plug-in', 'is not there'],
    ['/etc/passwd', 'may not be run'],
  ])('says why %s could not be run', async (program, text) => {
    const found = await runCheck(execCheck, { program });
    expect(found).toMatchObject({
      state: 'unknown',
      text: expect.stringContaining(text) as string,
    });
  });

  it('knows nothing when a signal ended it', async () => {
    const program = await script('kill -9 $$');
    const found = await runCheck(execCheck, { program });
    expect(found).toEqual({ state: 'unknown', text: `${program} was ended by SIGKILL` });
  });

  it.each([
    [{}, 'program: is needed'],
    [{ program: 'check_disk' }, 'program: '],
    [{ program: '/bin/true', args: 'x' }, 'args: must be a list'],
    [{ program: '/bin/true', args: ['a\0b'] }, 'args.0: holds a NUL'],
    [{ program: '/bin/true', env: { 'A=B': 'x' } }, 'env.A=B: '],
    [{ program: '/bin/true', env: { A: 'a\0b' } }, 'env.A: holds a NUL'],
    [{ program: '/bin/true', shell: true }, 'shell: no such key'],
  ])('%j is refused', (tree, message) => {
    expect(refusals(execCheck, tree).join('\n')).toContain(message);
  });
});
