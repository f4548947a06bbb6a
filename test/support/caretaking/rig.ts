/** One collector and one device, as processes, with what a person would look at them with. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { askLocalDoor } from '../../../agent/io/local-door-client.ts';
import type { ReportView } from '../../../collector/core/views.ts';
import type { CampaignView, DesiredView } from '../../../collector/ports/fleet-desk.ts';
import { freePort } from '../free-port.ts';
import { type TempFolder, tempFolder } from '../temp-folder.ts';
import { runOnce, type Said, Service } from './programs.ts';

export const DEVICE = 'press-17';
export const SITE = 'berlin';
const SHIPPED = join(import.meta.dirname, '../../../deploy/rules/work.yml');
const DEADLINE_MS = 180_000;

export interface Heard {
  readonly topic: string;
  readonly payload: Buffer;
  readonly retained: boolean;
}

export class Rig implements AsyncDisposable {
  readonly folder: TempFolder;
  readonly agent: Service;
  readonly collector: Service;
  private readonly http: number;
  private readonly mqtt: number;
  private readonly listeners: MqttClient[] = [];

  /** Both run and know each other. `care`: what the device's file says beside the usual. */
  static async open(care: (folder: string) => readonly string[]): Promise<Rig> {
    const folder = await tempFolder('caretaking');
    const rig = new Rig(folder, await freePort(), await freePort());
    await rig.writeFiles(care(folder.path));
    rig.collector.start();
    rig.agent.start();
    await rig.desired((view) => view.reported !== undefined);
    return rig;
  }

  private constructor(folder: TempFolder, http: number, mqtt: number) {
    this.folder = folder;
    this.http = http;
    this.mqtt = mqtt;
    this.agent = new Service('agent', join(folder.path, 'agent.yaml'));
    this.collector = new Service('collector', join(folder.path, 'collector.yaml'));
  }

  /** `muster` with these arguments. */
  muster(...args: readonly string[]): Promise<Said> {
    return runOnce('muster', ['--url', `http://127.0.0.1:${this.http}`, ...args]);
  }

  /** What it printed; throws when it failed. */
  async said(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.muster(...args);
    if (code !== 0) throw new Error(`muster ${args.join(' ')}: ${code}\n${out}${err}`);
    return out;
  }

  async api<T>(path: string): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.http}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Values of a PromQL expression, newest. */
  async query(expression: string): Promise<readonly number[]> {
    const query = new URLSearchParams({ query: expression });
    const { data } = await this.api<{ data: { result: { value: [number, string] }[] } }>(
      `/api/v1/query?${query.toString()}`,
    );
    return data.result.map(({ value }) => Number(value[1]));
  }

  async runs(task: string): Promise<readonly ReportView[]> {
    return (await this.api<{ runs: ReportView[] }>(`/api/muster/v1/tasks/${task}`)).runs;
  }

  async reports(subject: ReportView['subject']): Promise<readonly ReportView[]> {
    const path = `/api/muster/v1/reports?subject=${subject}`;
    return (await this.api<{ reports: ReportView[] }>(path)).reports;
  }

  async events(name: string): Promise<readonly { name: string; text: string }[]> {
    const { events } = await this.api<{ events: { name: string; text: string }[] }>(
      `/api/muster/v1/events?name=${name}`,
    );
    return events;
  }

  /** Sends a command and does not wait; its id. */
  async send(...args: readonly string[]): Promise<string> {
    return (JSON.parse(await this.said('--json', ...args)) as CampaignView).id;
  }

  /** The command, once it is over. */
  ended(id: string): Promise<CampaignView> {
    return this.eventually(
      () => this.api<CampaignView>(`/api/muster/v1/commands/${id}`),
      ({ endedAt }) => endedAt > 0,
    );
  }

  desired(holds: (view: DesiredView) => boolean): Promise<DesiredView> {
    const path = `/api/muster/v1/devices/${DEVICE}/desired`;
    return this.eventually(() => this.api<DesiredView>(path), holds);
  }

  /** Lays a layer's file down and sets it. */
  async set(layer: string, ...lines: readonly string[]): Promise<void> {
    const file = this.path('layer.yml');
    await writeFile(file, `${lines.join('\n')}\n`);
    await this.said('config', 'set', layer, file);
  }

  async door(path: string): Promise<Readonly<Record<string, unknown>>> {
    const answer = await askLocalDoor(this.path('door'), path);
    if (!answer.ok) throw new Error(`${path}: ${answer.why}`);
    return answer.value;
  }

  path(name: string): string {
    return join(this.folder.path, name);
  }

  /** How often the device's programs wrote a line there. */
  async lines(name: string): Promise<number> {
    const text = await readFile(this.path(name), 'utf8').catch(() => '');
    return text.split('\n').length - 1;
  }

  /** What comes on the bus from now on, retained messages first. */
  async listen(filter: string): Promise<readonly Heard[]> {
    const heard: Heard[] = [];
    const clientId = `watcher_${this.listeners.length}`;
    const client = await connectAsync(`mqtt://127.0.0.1:${this.mqtt}`, { clientId });
    this.listeners.push(client);
    client.on('message', (topic, payload, { retain }) =>
      heard.push({ topic, payload, retained: retain }),
    );
    await client.subscribeAsync(filter);
    return heard;
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
      await sleep(50);
    }
    throw new Error(`in vain: ${JSON.stringify(last)}\n${this.agent.said}${this.collector.said}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.listeners) await client.endAsync(true);
    await this.agent[Symbol.asyncDispose]();
    await this.collector[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }

  private async writeFiles(care: readonly string[]): Promise<void> {
    const agent = [
      `site: ${SITE}`,
      `device: ${DEVICE}`,
      'data: data',
      'labels: { ring: canary }',
      `broker: { url: mqtt://127.0.0.1:${this.mqtt} }`,
      'publish: { batch: 1s }',
      'sampling: { interval: 1s }',
      'clock: { source: trust }',
      `socket: { path: ${this.path('door')} }`,
      ...care,
    ];
    const collector = [
      'data: collector',
      `http: { listen: "127.0.0.1:${this.http}" }`,
      `mqtt: { listen: "127.0.0.1:${this.mqtt}" }`,
      'desired: { grace: 5s }',
      `rules: { shipped: false, files: [quick.yml], queryOffset: 0s }`,
    ];
    // The shipped rules, only looked at more often.
    const shipped = await readFile(SHIPPED, 'utf8');
    const quick = shipped
      .replaceAll(/interval: \w+/g, 'interval: 1s')
      .replaceAll(/for: \w+/g, 'for: 0s');
    await writeFile(this.path('agent.yaml'), `${agent.join('\n')}\n`);
    await writeFile(this.path('collector.yaml'), `${collector.join('\n')}\n`);
    await writeFile(this.path('quick.yml'), quick);
  }
}
