/** Asks a collector over HTTP about rollouts, and waits for what comes of them. */
import type { DeviceRow, RolloutView } from '../../../collector/ports/rollouts.ts';

export interface Directed {
  readonly version: number;
  /** Of the decision, by path. */
  readonly files: Readonly<Record<string, number>>;
}

export class Asking {
  private readonly base: () => string;

  /** `base`: the collector's address, which another start may change. */
  constructor(base: () => string) {
    this.base = base;
  }

  async ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.base() + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  start(file: string): Promise<RolloutView> {
    return this.ask('POST', API, { file, by: 'ada' });
  }

  act(id: string, action: string, more: object = {}): Promise<RolloutView> {
    return this.ask('POST', `${API}/${id}/${action}`, { by: 'ada', ...more });
  }

  view(id: string): Promise<RolloutView> {
    return this.ask('GET', `${API}/${id}`);
  }

  async rows(id: string): Promise<readonly DeviceRow[]> {
    return (await this.ask<{ devices: DeviceRow[] }>('GET', `${API}/${id}/devices`)).devices;
  }

  /** As it is when it fits; the test's own time limit ends a wait for what never comes. */
  async until(id: string, fits: (view: RolloutView) => boolean): Promise<RolloutView> {
    for (;;) {
      const view = await this.view(id);
      if (fits(view)) return view;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What the director tells a device. */
  async directed(device: string): Promise<Directed> {
    const file = (name: string) =>
      this.ask<{ signed: Signed }>('GET', `/director/${device}/metadata/${name}`);
    const stamp = await file('timestamp.json');
    const version = stamp.signed.meta?.['snapshot.json']?.version ?? 0;
    const { targets = {} } = (await file(`${version}.targets.json`)).signed;
    const files = Object.entries(targets).map(([path, { custom }]) => [path, custom.version]);
    return { version, files: Object.fromEntries(files) as Record<string, number> };
  }
}

interface Signed {
  readonly meta?: Readonly<Record<string, { readonly version: number }>>;
  readonly targets?: Readonly<Record<string, { readonly custom: { readonly version: number } }>>;
}

const API = '/api/muster/v1/rollouts';
