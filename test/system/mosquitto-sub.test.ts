/**
 * What a stranger's tool sees: Debian's mosquitto_sub on the embedded broker, beside a real agent
 * and a real collector.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../protocol/messages/batch.ts';
import { decodeSchema } from '../../protocol/messages/schema.ts';
import { decodeState } from '../../protocol/messages/state.ts';
import { Inbox } from '../support/inbox.ts';
import { Pipeline } from '../support/pipeline/pipeline.ts';
import { bundlePrograms } from '../support/pipeline/programs.ts';

const PROGRAM = '/usr/bin/mosquitto_sub';
const BRANCH = 'muster/v1/lab/device-under-test';

interface Seen {
  readonly retained: boolean;
  readonly topic: string;
  readonly payload: Buffer;
}

/** `r`, topic and payload in hexadecimal, one message a line. */
class Subscriber {
  readonly seen = new Inbox<Seen>();
  private readonly child: ChildProcess;

  constructor(port: number, filter: string) {
    // A capital in the client id: a watcher, not a device.
    const args = ['-h', '127.0.0.1', '-p', String(port), '-i', 'Watcher', '-q', '1'];
    this.child = spawn(PROGRAM, [...args, '-t', filter, '-F', '%r %t %x'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const [retained, topic = '', hex = ''] = line.split(' ');
      this.seen.push({ retained: retained === '1', topic, payload: Buffer.from(hex, 'hex') });
    });
  }

  async first(kind: string): Promise<Seen> {
    const [found] = await this.seen.take(1, ({ topic }) => topic === `${BRANCH}/${kind}`);
    return found as Seen;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill();
    await exited;
  }
}

function problems(view: string, { payload }: Seen): unknown {
  const file = new URL(`../../docs/schemas/mirror-${view}.schema.json`, import.meta.url);
  const ajv = new Ajv({ allowUnionTypes: true });
  const check = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
  check(JSON.parse(payload.toString()));
  return check.errors ?? [];
}

describe.skipIf(!existsSync(PROGRAM))('mosquitto_sub (mosquitto-clients)', () => {
  it('sees state, schema, batches and the JSON mirror', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mstr-sub-'));
    const programs = await bundlePrograms();
    const pipeline = await Pipeline.open({ folder, programs, intervalMs: 100, batchMs: 200 });
    await pipeline.start();
    const { mqttPort } = pipeline.address;
    const early = new Subscriber(mqttPort, `${BRANCH}/#`);
    try {
      expect(decodeState((await early.first('state')).payload)).toMatchObject({ ok: true });
      expect(decodeSchema((await early.first('schema')).payload)).toMatchObject({ ok: true });
      expect(decodeBatch((await early.first('m')).payload)).toMatchObject({ ok: true });
      // On demand: because somebody listens.
      const metrics = await early.first('json/metrics');
      expect(problems('metrics', metrics)).toEqual([]);
      expect(metrics.payload.toString()).toContain('test_tick');
      await early.first('json/state');
      const late = new Subscriber(mqttPort, `${BRANCH}/+/state`);
      const state = await late.first('json/state');
      await late.stop();
      expect(state.retained).toBe(true);
      expect(problems('state', state)).toEqual([]);
      expect(JSON.parse(state.payload.toString())).toMatchObject({ up: true, site: 'lab' });
    } finally {
      await early.stop();
      await pipeline.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
