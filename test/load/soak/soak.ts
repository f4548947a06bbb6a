/** A soak beside a run of the fleet bench: the agent, the drawing and the verdict. */
import { join } from 'node:path';
import type { CollectorUnderLoad } from '../fleet/collector.ts';
import type { FleetOptions } from '../fleet/settings.ts';
import type { Workers } from '../fleet/workers.ts';
import { SoakAgent } from './agent.ts';
import { HeapFile } from './heap.ts';
import { judgeAgent, judgeCollector } from './verdict.ts';
import { SoakWatch } from './watch.ts';

export class Soak {
  readonly #folder: string;
  readonly #options: FleetOptions;
  readonly #heap: HeapFile;
  #agent: SoakAgent | undefined;
  #watch: SoakWatch | undefined;

  constructor(folder: string, options: FleetOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#heap = new HeapFile(folder, 'collector');
  }

  /** For the collector's process. */
  get flags(): readonly string[] {
    return this.#heap.flags;
  }

  begin({ mqttPort, pid }: CollectorUnderLoad, workers: Workers): SoakWatch {
    const windowSeconds = this.#options.sampleSeconds ?? this.#options.seconds;
    if (this.#options.agent === true) this.#agent = new SoakAgent(this.#folder, mqttPort);
    const data = join(this.#folder, 'data');
    const deps = { windowSeconds, pid, data, heap: this.#heap, workers, agent: this.#agent };
    this.#watch = new SoakWatch(deps);
    return this.#watch;
  }

  /** Prints what was found; answers whether all was flat. */
  judge(): boolean {
    const { rows = [], agentRows = [] } = this.#watch ?? {};
    const findings = [
      ...judgeCollector(rows),
      ...(this.#agent === undefined ? [] : judgeAgent(agentRows)),
    ];
    console.log('\nafter warm-up, which is the first half:');
    for (const { flat, text } of findings) console.log(`  ${flat ? 'flat' : 'RISES'}  ${text}`);
    const flat = findings.every((one) => one.flat);
    console.log(flat ? 'verdict: flat after warm-up' : 'verdict: not flat');
    return flat;
  }

  async end(): Promise<void> {
    await this.#agent?.end();
  }
}
