/** A program that is started again when it ends, as a service manager does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const AGAIN_MS = 300;

export class Service {
  /** All that its lives wrote to stderr. */
  said = '';
  /** How often it was started. */
  starts = 0;
  readonly #command: readonly string[];
  #child: ChildProcess | undefined;
  #wanted = false;
  #running: Promise<void> = Promise.resolve();

  constructor(command: readonly string[]) {
    this.#command = command;
  }

  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    this.#child?.kill('SIGTERM');
    await this.#running;
  }

  /** The program and all that it began, at once, as by a power cut. It is started again. */
  cut(): void {
    const { pid } = this.#child ?? {};
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  }

  async #run(): Promise<void> {
    while (this.#wanted) {
      const [program = '', ...args] = this.#command;
      const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
      const child = spawn(program, args, {
        env,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      });
      this.starts++;
      this.#child = child;
      child.stderr.on('data', (chunk: Buffer) => {
        this.said += chunk.toString();
      });
      await once(child, 'exit');
      if (this.#wanted) await sleep(AGAIN_MS);
    }
  }
}
