/** The agent as a process: signals, reload, exit codes, the door. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeBatch, decodeBody, isPresent } from '../../protocol/messages/batch.ts';
import { decodeSchema, dictionaryId } from '../../protocol/messages/schema.ts';
import { decodeState } from '../../protocol/messages/state.ts';
import { until } from '../support/inbox.ts';
import { DEVICE, type Heard, ScriptedBroker, SITE } from '../support/link/scripted-broker.ts';
import { type TempFolder, tempFolder } from '../support/temp-folder.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Inside the project, so that packages are found from there. */
const OUT = join(ROOT, `node_modules/.cache/muster-tests/${process.pid}-agent`);
const children: ChildProcess[] = [];

beforeAll(async () => {
  await build({
    entryPoints: [join(ROOT, 'agent/main.ts')],
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  });
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function agent(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(OUT, 'main.mjs'), ...args]);
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  const code = once(child, 'exit').then(([number]) => number as number | null);
  return { child, said, code };
}

class Rig implements AsyncDisposable {
  readonly broker: ScriptedBroker;
  readonly folder: TempFolder;
  readonly #settings = { level: 'info', interval: '1s', ring: 'one' };

  private constructor(broker: ScriptedBroker, folder: TempFolder) {
    this.broker = broker;
    this.folder = folder;
  }

  static async open(): Promise<Rig> {
    const rig = new Rig(await ScriptedBroker.start(), await tempFolder('process'));
    await rig.configure({});
    return rig;
  }

  get file(): string {
    return join(this.folder.path, 'agent.yaml');
  }

  async configure(change: Partial<{ level: string; interval: string; ring: string }>) {
    const { level, interval, ring } = Object.assign(this.#settings, change);
    const lines = [
      `site: ${SITE}`,
      `device: ${DEVICE}`,
      `data: ${this.folder.path}/data`,
      `labels: { ring: ${ring} }`,
      `log: { level: ${level} }`,
      `broker: { url: 'mqtt://127.0.0.1:${this.broker.port}' }`,
      'publish: { batch: 1s }',
      `sampling: { interval: ${interval} }`,
      `socket: { path: ${this.folder.path}/door }`,
    ];
    await writeFile(this.file, `${lines.join('\n')}\n`);
  }

  states() {
    return this.broker.heard.items.flatMap(({ kind, payload }) => {
      const state = kind === 'state' ? decodeState(payload) : undefined;
      return state?.ok === true && state.value.online ? [state.value] : [];
    });
  }

  /** Times of one series, as sent. */
  times(name: string): number[] {
    const schemas = new Map(
      this.broker.heard.items
        .filter(({ kind }) => kind === 'schema')
        .map(({ payload }) => [dictionaryId(payload), decodeSchema(payload)]),
    );
    const ofBatch = ({ payload }: Heard): number[] => {
      const batch = decodeBatch(payload);
      const schema = batch.ok ? schemas.get(batch.value.schema) : undefined;
      if (!batch.ok || schema?.ok !== true) throw new Error('no dictionary');
      const { series } = schema.value;
      const blocks = decodeBody(batch.value.body, batch.value.header.wall, series);
      if (!blocks.ok) throw new Error(blocks.error.code);
      const alias = series.findIndex((one) => one.name === name);
      return blocks.value.flatMap(({ times, firstAlias, columns, presence }) =>
        alias < firstAlias || alias >= firstAlias + columns
          ? []
          : [...times].filter((_, row) => isPresent(presence.get(alias - firstAlias), row)),
      );
    };
    return this.broker.heard.items
      .filter(({ kind }) => kind === 'm' || kind === 'h')
      .flatMap(ofBatch)
      .sort((a, b) => a - b);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

describe('the process', () => {
  it('explains itself, and knows its exit codes', async () => {
    const [help, unknown, none] = [
      agent('--help'),
      agent('dance'),
      agent('run', '--config', '/no'),
    ];
    expect([await help.code, await unknown.code, await none.code]).toEqual([0, 2, 1]);
    expect(help.said.out).toContain('muster-agent run');
    expect(unknown.said.err).toContain('no command dance');
    expect(none.said.err).toContain('/no');
  });

  it('reloads at SIGHUP without losing a sample, and not from a wrong file', async () => {
    await using rig = await Rig.open();
    const running = agent('run', '--config', rig.file);
    await until(() => rig.times('node_load1').length >= 3);
    const status = agent('status', '--socket', `${rig.folder.path}/door`);
    expect(await status.code).toBe(0);
    expect(status.said.out).toContain(DEVICE);

    await rig.configure({ level: 'debug', ring: 'two', interval: '2s' });
    // Two at once: one sampling must be left.
    running.child.kill('SIGHUP');
    running.child.kill('SIGHUP');
    await until(() => rig.states().at(-1)?.labels.get('ring') === 'two');
    const changed = rig.times('node_load1').length;
    // A sample at each reload, the second of which may come late; then two at whole intervals.
    await until(() => rig.times('node_load1').length >= changed + 4);

    await rig.configure({ interval: 'often' });
    running.child.kill('SIGHUP');
    await until(() => running.said.err.includes('sampling.interval'));
    expect(running.said.err).toContain('the running one stays');
    const refused = rig.times('node_load1').length;
    await until(() => rig.times('node_load1').length >= refused + 1);

    // Hurry changes nothing.
    running.child.kill('SIGTERM');
    running.child.kill('SIGTERM');
    running.child.kill('SIGINT');
    expect(await running.code).toBe(0);
    const times = rig.times('node_load1');
    const steps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    // On a busy machine ticks may be slept through, which are left out by design; it never rests.
    expect(Math.max(...steps)).toBeLessThan(20_000);
    // With two samplings left over, two steps would take one interval.
    expect(steps.slice(-2).reduce((sum, step) => sum + step, 0)).toBeGreaterThan(3_000);
    const numbers = [
      ...rig.broker.numbers('m'),
      ...rig.broker.numbers('h'),
      ...rig.broker.numbers('event'),
    ];
    expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(numbers.map((_, n) => n + 1));
    expect(rig.broker.kinds().at(-1)).toBe('state');
  });

  it('stops at once while nobody answers, and in the middle of its start', async () => {
    await using rig = await Rig.open();
    rig.broker.mute = true;
    const first = agent('run', '--config', rig.file);
    await until(() => rig.broker.connections === 1);
    const before = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.code).toBe(0);
    expect(performance.now() - before).toBeLessThan(20_000);
    const second = agent('run', '--config', rig.file);
    await until(() => second.said.err.length > 0 || rig.broker.connections === 2);
    second.child.kill('SIGTERM');
    expect(await second.code).toBe(0);
  });
});
