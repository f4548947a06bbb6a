/** Debian's mosquitto on a free loopback port, or not at all. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

const PROGRAM = '/usr/sbin/mosquitto';
export const haveMosquitto = existsSync(PROGRAM);

export class Mosquitto {
  readonly port: number;
  readonly url: string;
  readonly #config: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, config: string) {
    this.port = port;
    this.url = `mqtt://127.0.0.1:${port}`;
    this.#config = config;
  }

  /** With Debian's defaults, open to all, unless `settings` says otherwise. */
  static async start(
    folder: string,
    settings: readonly string[] = ['allow_anonymous true'],
  ): Promise<Mosquitto> {
    const port = await freePort();
    const config = join(folder, 'mosquitto.conf');
    const lines = [`listener ${port} 127.0.0.1`, 'persistence false', ...settings];
    await writeFile(config, `${lines.join('\n')}\n`);
    const broker = new Mosquitto(port, config);
    await broker.resume();
    return broker;
  }

  async resume(): Promise<void> {
    this.#child = spawn(PROGRAM, ['-c', this.#config], { stdio: 'ignore' });
    while (!(await accepts(this.port))) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  });
}
