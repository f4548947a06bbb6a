/** `npm start` as a stranger meets it: live value, taken port, Ctrl-C, old data found again. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('npm start', () => {
  let copy = '';
  let env: NodeJS.ProcessEnv = {};
  let http = 0;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    copy = mkdtempSync(join(tmpdir(), 'mstr-start-'));
    const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
    for (const file of tracked
      .split('\0')
      .filter((name) => /^(agent|collector|deploy|protocol|scripts|package|tsconfig)/.test(name))) {
      mkdirSync(dirname(join(copy, file)), { recursive: true });
      cpSync(join(ROOT, file), join(copy, file));
    }
    // Installing is npm's; what is tried here is everything after it.
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    http = await freePort();
    env = {
      ...process.env,
      MUSTER_HTTP_PORT: String(http),
      MUSTER_MQTT_PORT: String(await freePort()),
    };
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(copy, { recursive: true, force: true });
  });

  /** Starts it and waits until it printed `text`; answers all that it printed. */
  async function start(text: string): Promise<{ child: ChildProcess; printed: () => string }> {
    const child = spawn(process.execPath, ['scripts/start.mjs'], {
      cwd: copy,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      const collect = (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes(text)) resolve();
      };
      child.stdout.on('data', collect);
      child.stderr.on('data', collect);
      child.once('exit', () => (printed.includes(text) ? resolve() : reject(new Error(printed))));
    });
    return { child, printed: () => printed };
  }

  async function stop(child: ChildProcess): Promise<number | null> {
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
    running.delete(child);
    return child.exitCode;
  }

  async function values(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${http}/api/v1/query?query=node_load1[1h]`);
    const { data } = (await answer.json()) as { data: { result: { values: unknown[] }[] } };
    return data.result.reduce((sum, series) => sum + series.values.length, 0);
  }

  it('shows this machine, stops on Ctrl-C, and finds its data again', async () => {
    const first = await start('Press Ctrl-C to stop');
    expect(first.printed()).toMatch(/page +http:\/\/127\.0\.0\.1:\d+\//);
    expect(first.printed()).toContain('curl');
    const before = await values();
    expect(before).toBeGreaterThan(0);
    expect((await fetch(`http://127.0.0.1:${http}/`)).status).toBe(200);
    expect(await stop(first.child)).toBe(0);

    const second = await start('Press Ctrl-C to stop');
    expect(await values()).toBeGreaterThan(before);
    expect(await stop(second.child)).toBe(0);
  });

  it('names a taken port and what to do', async () => {
    const taken = createServer().listen(http, '127.0.0.1');
    await once(taken, 'listening');
    const { child, printed } = await start('MUSTER_HTTP_PORT=');
    if (child.exitCode === null) await once(child, 'exit');
    taken.close();
    expect(child.exitCode).not.toBe(0);
    expect(printed()).toContain(`Port ${http} (HTTP) on 127.0.0.1 is taken`);
  });
});
