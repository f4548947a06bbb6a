/** The directory and the feed in the shapes that the HTTP side asks for. */
import { isPresent } from '../../protocol/messages/batch.ts';
import type { Device } from '../core/device.ts';
import { viewDevice, viewGap } from '../core/device-view.ts';
import { stampIdentity } from '../core/identity.ts';
import { STALE_BITS } from '../core/stale.ts';
import type { DeviceView, LiveMessage, LiveSample } from '../core/views.ts';
import type { DeviceDirectory, LiveFeed, LiveFilter } from '../ports/http.ts';
import type { Cancel } from '../ports.ts';
import type { Directory } from './directory.ts';
import { type Feed, NEWS_KINDS, type News } from './feed.ts';

export interface LiveViewsDeps {
  readonly directory: Directory;
  readonly feed: Feed;
  readonly isUp: (device: Device) => boolean | undefined;
  readonly forget: (device: Device) => Promise<void>;
}

export class LiveViews implements DeviceDirectory, LiveFeed {
  private readonly deps: LiveViewsDeps;

  constructor(deps: LiveViewsDeps) {
    this.deps = deps;
  }

  list(): readonly DeviceView[] {
    return [...this.deps.directory.all()].map((device) => this.view(device));
  }

  get(id: string): DeviceView | undefined {
    const device = this.deps.directory.get(id);
    return device && this.view(device);
  }

  async forget(id: string): Promise<boolean> {
    const device = this.deps.directory.get(id);
    if (device === undefined) return false;
    await this.deps.forget(device);
    return true;
  }

  onChange(listener: (id: string) => void): Cancel {
    return this.deps.feed.subscribe(['state'], ({ device }) => listener(device));
  }

  subscribe({ devices, kinds }: LiveFilter, listener: (message: LiveMessage) => void): Cancel {
    return this.deps.feed.subscribe(kinds ?? NEWS_KINDS, (news) => {
      if (devices !== undefined && !devices.includes(news.device)) return;
      const message = this.message(news);
      if (message !== undefined) listener(message);
    });
  }

  private view(device: Device): DeviceView {
    return viewDevice(device, this.deps.isUp(device));
  }

  private message(news: News): LiveMessage | undefined {
    const { device, site, at } = news;
    const base = { device, site, at };
    if (news.kind === 'sample') return { ...base, kind: 'sample', data: samplesOf(news) };
    if (news.kind === 'gap') return { ...base, kind: 'gap', data: viewGap(news.gap) };
    if (news.kind === 'event') {
      const { name, severity, text, attributes } = news.event;
      return {
        ...base,
        kind: 'event',
        data: { name, severity, text, attributes: Object.fromEntries(attributes) },
      };
    }
    const view = this.get(device);
    return view && { ...base, kind: 'state', data: view };
  }
}

/** Every present cell with its stored labels; staleness markers are no samples. */
function samplesOf({
  series,
  blocks,
  site,
  device,
}: Extract<News, { kind: 'sample' }>): LiveSample[] {
  const samples: LiveSample[] = [];
  for (const { times, firstAlias, columns, values, presence } of blocks) {
    const bits = new BigUint64Array(values.buffer, values.byteOffset, values.length);
    for (let column = 0; column < columns; column++) {
      const definition = series[firstAlias + column];
      if (definition === undefined) continue;
      const labels = Object.fromEntries(stampIdentity(definition, site, device));
      times.forEach((time, row) => {
        const at = column * times.length + row;
        if (!isPresent(presence.get(column), row) || bits[at] === STALE_BITS) return;
        samples.push({ labels, time, value: values[at] as number });
      });
    }
  }
  return samples;
}
