/** The collector under load: a process of its own with the defaults of the product. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCollectorConfig } from '../../../collector/config.ts';
import { Mosquitto } from '../../support/mosquitto.ts';
import { freePort, Program } from '../../support/pipeline/programs.ts';
import { shippedLimits } from '../../support/shipped-mosquitto.ts';
import type { BrokerKind } from './settings.ts';

/** Of a log, when it is asked why its process ended. */
const LAST_LINES = 40;

/** As in its unit, both. */
const FLAGS = ['--max-semi-space-size=8', '--v8-pool-size=1'];
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_MMAP_MAX_: '16384',
  MALLOC_TRIM_THRESHOLD_: '1048576',
};

export interface Place {
  readonly folder: string;
  readonly bundle: string;
  readonly profile: boolean;
  readonly broker?: BrokerKind;
  /** Flags of Node's. */
  readonly flags?: readonly string[];
}

export class CollectorUnderLoad {
  readonly mqttPort: number;
  readonly http: string;
  /** By `performance.now()`. */
  spawnedAt = 0;
  private readonly program: Program;
  private readonly folder: string;
  private readonly mosquitto: Mosquitto | undefined;

  static async open(place: Place): Promise<CollectorUnderLoad> {
    const { folder, bundle, profile, flags = [], broker = 'embedded' } = place;
    const http = await freePort();
    const mosquitto =
      broker === 'mosquitto' ? await Mosquitto.start(folder, shippedLimits()) : undefined;
    const mqtt = mosquitto?.port ?? (await freePort());
    const loaded = await loadCollectorConfig(undefined, {
      MUSTER_DATA: join(folder, 'data'),
      MUSTER_HTTP_LISTEN: `127.0.0.1:${http}`,
      ...(mosquitto === undefined
        ? { MUSTER_MQTT_LISTEN: `127.0.0.1:${mqtt}` }
        : { MUSTER_BROKER_URL: mosquitto.url }),
    });
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    const profiling = profile ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, 'profile')}`] : [];
    const run = [bundle, JSON.stringify(loaded.config)];
    const command = [process.execPath, ...FLAGS, ...flags, ...profiling, ...run];
    return new CollectorUnderLoad(folder, command, { mqtt, http, mosquitto });
  }

  private constructor(
    folder: string,
    command: readonly string[],
    { mqtt, http, mosquitto }: { mqtt: number; http: number; mosquitto: Mosquitto | undefined },
  ) {
    this.folder = folder;
    this.mosquitto = mosquitto;
    this.mqttPort = mqtt;
    this.http = `http://127.0.0.1:${http}`;
    this.program = new Program(() => command, join(folder, 'collector.log'), ALLOCATOR);
  }

  get pid(): number {
    const { pid } = this.program;
    if (pid === undefined) throw new Error('the collector does not run');
    return pid;
  }

  /** How it ended without being told to, with the last of its log; while it runs, nothing. */
  async ending(): Promise<string | undefined> {
    // An asker sees its connection break before the end of the process is told.
    for (let looks = 0; looks < 20 && this.program.ending === undefined; looks++) await sleep(50);
    const { ending } = this.program;
    if (ending === undefined) return undefined;
    const last = this.logLines().slice(-LAST_LINES).join('\n  ');
    return `the collector ended with ${ending}; its log at last:\n  ${last || '(empty)'}`;
  }

  start(): Promise<void> {
    this.spawnedAt = performance.now();
    return this.program.start('started');
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.program.end(signal);
  }

  /** With the broker, when that is another program. */
  async close(): Promise<void> {
    await this.end('SIGKILL');
    await this.mosquitto?.stop();
  }

  /** Series of `/metrics` by name with labels. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const text = await (await fetch(`${this.http}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const cut = line.lastIndexOf(' ');
        return [line.slice(0, cut), Number(line.slice(cut + 1))] as const;
      }),
    );
  }

  /** Newest or all values of the marker series, by device. */
  async query(expression: string): Promise<{ instance: string; values: number[] }[]> {
    const response = await fetch(
      `${this.http}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`,
    );
    if (!response.ok) throw new Error(`query: ${response.status} ${await response.text()}`);
    const { data } = (await response.json()) as { data: { result: Answer[] } };
    return data.result.map(({ metric, value, values }) => ({
      instance: metric['instance'] ?? '',
      values: (value ? [value] : (values ?? [])).map(([, text]) => Number(text)),
    }));
  }

  logLines(): string[] {
    const path = join(this.folder, 'collector.log');
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
  }

  diskBytes(): number {
    return sizeOf(join(this.folder, 'data'));
  }
}

interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: [number, string];
  readonly values?: [number, string][];
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    try {
      return sum + (entry.isDirectory() ? sizeOf(path) : statSync(path).size);
    } catch {
      // LevelDB removes files while we look.
      return sum;
    }
  }, 0);
}
