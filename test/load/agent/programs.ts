/**
 * The built collector and agent as processes, for measuring. They run from copies: a build that
 * somebody starts meanwhile must not change what is measured.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../support/pipeline/programs.ts';

const DIST = new URL('../../../dist', import.meta.url).pathname;

/** Certificates are loaded at each start when this is set, which costs 50 ms. */
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;

/** A copy of a built program; its main file. */
export function copyProgram(name: 'agent' | 'collector', folder: string): string {
  const from = join(DIST, name);
  if (!existsSync(join(from, 'main.js'))) throw new Error(`${from}: npm run build first`);
  cpSync(from, join(folder, `program-${name}`), { recursive: true });
  return join(folder, `program-${name}`, 'main.js');
}

export class Running {
  readonly child: ChildProcess;
  readonly pid: number;

  constructor(file: string, args: readonly string[], stderr: 'inherit' | 'ignore' = 'inherit') {
    this.child = spawn(file, args, { stdio: ['ignore', 'ignore', stderr], env: environment });
    this.pid = this.child.pid ?? 0;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill(signal);
    await exited;
  }
}

export interface RunningCollector extends Running {
  readonly mqttPort: number;
  readonly http: string;
}

/** `more`: lines of its configuration. */
export async function startCollector(
  folder: string,
  more: readonly string[] = [],
): Promise<RunningCollector> {
  const main = copyProgram('collector', folder);
  const [http, mqttPort] = [await freePort(), await freePort()];
  const config = join(folder, 'collector.yaml');
  const lines = [
    `data: ${join(folder, 'collector')}`,
    `http: { listen: "127.0.0.1:${http}" }`,
    `mqtt: { listen: "127.0.0.1:${mqttPort}" }`,
    'log: { level: warn }',
    ...more,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const collector = new Running(process.execPath, [main, 'run', '--config', config]);
  await ready(`http://127.0.0.1:${http}/-/ready`, collector);
  return Object.assign(collector, { mqttPort, http: `http://127.0.0.1:${http}` });
}

async function ready(url: string, { child }: Running): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error('the collector ended');
}

export interface AgentSettings {
  readonly name: string;
  readonly port: number;
  readonly interval?: string;
  readonly batch?: string;
  /** Of the buffer. */
  readonly cap?: string;
  /** Lines that are added as they are. */
  readonly more?: readonly string[];
}

/** Writes an agent's file; its path. */
export function agentFile(
  folder: string,
  { name, port, interval, batch, cap = '4GiB', more = [] }: AgentSettings,
): string {
  const path = join(folder, `${name}.yaml`);
  const lines = [
    'site: bench',
    `device: ${name}`,
    `data: ${join(folder, name)}`,
    'log: { level: warn }',
    `broker: { url: "mqtt://127.0.0.1:${port}" }`,
    `socket: { path: ${join(folder, `${name}.sock`)} }`,
    `buffer: { cap: ${cap} }`,
    'clock: { source: trust }',
    ...(interval === undefined ? [] : [`sampling: { interval: ${interval} }`]),
    ...(batch === undefined ? [] : [`publish: { batch: ${batch} }`]),
    ...more,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
