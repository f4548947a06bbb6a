/**
 * A collector, a release repository and devices, as processes. Each device lives in a mount namespace
 * of its own, so that one release installs to one path on all of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportView } from '../../../collector/core/views.ts';
import type { DeviceRow, RolloutView } from '../../../collector/ports/rollouts.ts';
import { freePort } from '../free-port.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';
import { bundle, lendPackages } from './programs.ts';
import { Service } from './service.ts';

const DEADLINE_MS = 180_000;
const PASSPHRASE = 'a long sentence for tests';
export const FIRST_VERSION = '0.1.0';

export interface Release {
  readonly name: string;
  readonly version: string;
  /** Files of its archive. */
  readonly files?: Readonly<Record<string, string>>;
  /** Instead of files: a folder that is there. */
  readonly folder?: string;
  /** Lines of its specification. */
  readonly spec: readonly string[];
}

export class UpdatesFleet implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly collector: Service;
  readonly devices: ReadonlyMap<string, Service>;
  /** Where releases install to, on each device its own. */
  readonly place: string;
  readonly #http: number;
  readonly #mqtt: number;

  static async open(names: readonly string[]): Promise<UpdatesFleet> {
    const folder = await tempFolder('updates');
    const fleet = new UpdatesFleet(folder, names, await freePort(), await freePort());
    await fleet.#prepare(names);
    return fleet;
  }

  private constructor(folder: TempFolder, names: readonly string[], http: number, mqtt: number) {
    this.folder = folder;
    this.#http = http;
    this.#mqtt = mqtt;
    this.place = this.path('opt');
    const main = (program: string) => this.path('programs', program, 'main.js');
    const run = ['run', '--config', this.path('collector.yaml')];
    this.collector = new Service([process.execPath, main('collector'), ...run]);
    this.devices = new Map(
      names.map((name) => {
        const agent = ['run', '--config', this.path(name, 'agent.yaml')];
        const launch = [main('launcher'), '--root', join(this.place, 'agent'), '--', ...agent];
        const inside = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
        const own = ['sh', this.path(name, 'opt'), this.place, process.execPath, ...launch];
        return [name, new Service(['unshare', '--mount', 'sh', '-c', inside, ...own])];
      }),
    );
  }

  path(...parts: readonly string[]): string {
    return join(this.folder.path, ...parts);
  }

  /** What it printed; throws when it failed. */
  async muster(...args: readonly string[]): Promise<string> {
    const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
    const releases = this.path('collector', 'releases');
    const more = { MUSTER_PASSPHRASE: PASSPHRASE, MUSTER_RELEASES: releases, USER: 'tester' };
    const command = [this.path('programs', 'muster', 'main.js'), '--url', this.url(), ...args];
    const child = spawn(process.execPath, command, { cwd: this.path(), env: { ...env, ...more } });
    const printed = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      printed.out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      printed.err += chunk.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return printed.out;
    throw new Error(`muster ${args.join(' ')}: ${code}\n${printed.out}${printed.err}`);
  }

  async api<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url()}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Builds, adds, signs and publishes it. */
  async release({ name, version, files, folder, spec }: Release): Promise<void> {
    const source = folder ?? this.path('sources', `${name}-${version}`);
    for (const [file, text] of Object.entries(files ?? {})) {
      const path = join(source, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    }
    const archive = this.path('sources', `${name}-${version}.tar`);
    const specification = this.path('sources', `${name}-${version}.yaml`);
    await writeFile(specification, `${spec.join('\n')}\n`);
    await this.muster('release', 'build', source, '--out', archive);
    const what = ['--file', archive, '--spec', specification];
    await this.muster('release', 'add', name, version, ...what);
    await this.muster('release', 'sign', 'targets', '--key', 'targets.key');
    await this.muster('release', 'publish', '--key', 'online.key');
  }

  /** Starts a rollout of one package to those of a selector; its id. */
  async rollout(name: string, version: string, target: string): Promise<string> {
    const file = this.path('rollout.yaml');
    const lines = [
      `packages: [{ name: ${name}, version: ${version} }]`,
      `target: ${JSON.stringify(target)}`,
      'device: { deadline: 60s, retries: 0 }',
      'stages: [{ name: all, share: 100, gates: { errors: 100, soak: 0s } }]',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    const started = await this.muster('--json', 'rollout', 'start', file);
    return (JSON.parse(started) as RolloutView).id;
  }

  show(id: string): Promise<RolloutView> {
    return this.api(`/api/muster/v1/rollouts/${id}`);
  }

  async rows(id: string): Promise<readonly DeviceRow[]> {
    const path = `/api/muster/v1/rollouts/${id}/devices`;
    return (await this.api<{ devices: DeviceRow[] }>(path)).devices;
  }

  async installs(device: string, name: string): Promise<readonly ReportView[]> {
    const path = `/api/muster/v1/reports?subject=install&device=${device}`;
    const { reports } = await this.api<{ reports: ReportView[] }>(path);
    return reports.filter((one) => one.name === name);
  }

  /** What `current` of a package leads to on a device. */
  async current(device: string, name: string): Promise<string> {
    const link = join(this.path(device, 'opt'), name, 'current');
    return (await readlink(link)).replace(/^slots\//, '').replace(/-[0-9a-f]{16}$/, '');
  }

  /** Asks again until it holds. A collector that is away does not answer, which is no failure. */
  async eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
    const end = performance.now() + DEADLINE_MS;
    let last: unknown;
    while (performance.now() < end) {
      try {
        const value = await ask();
        if (holds(value)) return value;
        last = value;
      } catch (error) {
        last = String(error);
      }
      await sleep(100);
    }
    const logs = [...this.devices].map(([name, { said }]) => `--- ${name}\n${said}`);
    const all = [...logs, `--- collector\n${this.collector.said}`].join('\n');
    throw new Error(`in vain: ${JSON.stringify(last)}\n${all}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.devices.values(), this.collector].map((one) => one.stop()));
    await this.folder[Symbol.asyncDispose]();
  }

  private url(): string {
    return `http://127.0.0.1:${this.#http}`;
  }

  async #prepare(names: readonly string[]): Promise<void> {
    await lendPackages(this.path());
    // Programs of releases run as nobody.
    await chmod(this.path(), 0o755);
    await mkdir(this.place);
    const programs = ['agent', 'collector', 'launcher', 'muster'] as const;
    await Promise.all(
      programs.map((name) => bundle(name, this.path('programs', name), FIRST_VERSION)),
    );
    await this.#writeCollector();
    await this.#makeRepository();
    this.collector.start();
    await this.eventually(
      () => fetch(`${this.url()}/api/muster/v1/rollouts`),
      ({ ok }) => ok,
    );
    for (const name of names) await this.#layOut(name);
  }

  async #writeCollector(): Promise<void> {
    const lines = [
      'data: collector',
      `http: { listen: "127.0.0.1:${this.#http}" }`,
      `mqtt: { listen: "127.0.0.1:${this.#mqtt}" }`,
      'desired: { grace: 5s }',
      'rules: { shipped: false }',
    ];
    await writeFile(this.path('collector.yaml'), `${lines.join('\n')}\n`);
  }

  async #makeRepository(): Promise<void> {
    const roots = ['root1', 'root2', 'root3'];
    for (const key of [...roots, 'targets', 'online']) {
      await this.muster('release', 'keys', 'create', `${key}.key`);
    }
    const named = roots.flatMap((key) => ['--root-key', `${key}.key.pub`]);
    const online = ['--snapshot-key', 'online.key.pub', '--timestamp-key', 'online.key.pub'];
    const targets = ['--targets-key', 'targets.key.pub'];
    await this.muster('release', 'init', ...named, '--threshold', '2', ...targets, ...online);
    for (const key of roots.slice(0, 2)) {
      await this.muster('release', 'sign', 'root', '--key', `${key}.key`);
    }
    await this.muster('release', 'sign', 'targets', '--key', 'targets.key');
    await this.muster('release', 'publish', '--key', 'online.key');
  }

  /** A device as its installation leaves it: roots, its file, its first agent in a slot. */
  async #layOut(name: string): Promise<void> {
    const slot = join(this.path(name, 'opt'), 'agent', 'slots', 'first');
    await bundle('agent', slot, FIRST_VERSION);
    await symlink('slots/first', join(this.path(name, 'opt'), 'agent', 'current'));
    await mkdir(this.path(name, 'trust'));
    const roots = { director: 'director/metadata', release: 'releases/metadata' };
    for (const [repository, folder] of Object.entries(roots)) {
      const root = await readFile(this.path('collector', folder, '1.root.json'));
      await writeFile(this.path(name, 'trust', `${repository}.root.json`), root);
    }
    const lines = [
      'site: berlin',
      `device: ${name}`,
      'data: data',
      `broker: { url: mqtt://127.0.0.1:${this.#mqtt} }`,
      `collector: { url: "${this.url()}" }`,
      'updates: { jitter: 0s }',
      'publish: { batch: 1s }',
      'sampling: { interval: 1s }',
      'clock: { source: trust }',
      `socket: { path: ${this.path(name, 'door')} }`,
      'commands: { allow: [update-now, ping] }',
    ];
    await writeFile(this.path(name, 'agent.yaml'), `${lines.join('\n')}\n`);
  }
}
