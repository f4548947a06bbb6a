/** An agent beside the fleet, as it ships, sampling each second. */
import { join } from 'node:path';
import { agentFile, copyProgram, Running } from '../agent/programs.ts';
import { HeapFile } from './heap.ts';
import { bytesIn, type Look, lookAt } from './look.ts';

const NAME = 'soak-agent';

export class SoakAgent {
  readonly #running: Running;
  readonly #heap: HeapFile;
  readonly #data: string;

  constructor(folder: string, port: number) {
    this.#heap = new HeapFile(folder, 'agent');
    this.#data = join(folder, NAME);
    const main = copyProgram('agent', folder);
    const timing = { interval: '1s', batch: '1s', cap: '50MiB' };
    const config = agentFile(folder, { name: NAME, port, ...timing });
    const args = [...this.#heap.flags, main, 'run', '--config', config];
    this.#running = new Running(process.execPath, args);
  }

  look(): Look {
    return lookAt(this.#running.pid, this.#heap.read());
  }

  bufferBytes(): number {
    return bytesIn(this.#data);
  }

  async end(): Promise<void> {
    await this.#running.stop();
  }
}
