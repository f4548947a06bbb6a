/** All devices: figures are asked for every few seconds, changes of state arrive by themselves. */

import { plural } from '../../core/present.ts';
import type { DeviceSummary, DeviceView } from '../../core/views.ts';
import { fetchDevices, listen, query } from '../api.ts';
import { every, h, setText, type View } from '../dom.ts';
import type { Figures, Order } from './rows.ts';
import { arrange, FLEET_DISK, FLEET_METRICS, figuresOf, NO_FIGURES } from './rows.ts';
import { FleetTable } from './table.ts';

const POLL_MS = 5000;
const FIGURES = `{__name__=~"${FLEET_METRICS.join('|')}"}`;
const DISKS = `{__name__=~"${FLEET_DISK.join('|')}",mountpoint="/"}`;

export function fleetView(root: HTMLElement): View {
  let devices = new Map<string, DeviceSummary>();
  let figures = new Map<string, Figures>();
  let order: Order = { key: 'id', descending: false };

  const summary = h('p', { class: 'summary' });
  const failure = h('p', { class: 'failure', role: 'alert' });
  const search = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Name, site, state, label…',
    autocomplete: 'off',
    oninput: draw,
  });
  const table = new FleetTable((key) => {
    order = { key, descending: order.key === key && !order.descending };
    draw();
  });
  root.append(
    h('h1', { tabindex: -1 }, 'Fleet'),
    h('div', { class: 'bar' }, summary, h('label', { for: 'search' }, 'Search '), search),
    failure,
    table.element,
  );

  function draw(): void {
    const all = [...devices.values()];
    const rows = all.map((device) => ({ device, figures: figures.get(device.id) ?? NO_FIGURES }));
    table.show(arrange(rows, search.value, order), order, all.length, Date.now());
    setText(summary, summarize(all));
  }

  async function refresh(): Promise<void> {
    try {
      const [listed, ...vectors] = await Promise.all([
        fetchDevices(),
        query(FIGURES),
        query(DISKS),
      ]);
      devices = new Map(listed.map((device) => [device.id, device]));
      figures = figuresOf(vectors.flat());
      setText(failure, '');
    } catch (error) {
      setText(
        failure,
        `The collector does not answer: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    }
    draw();
  }

  const stopPolling = every(POLL_MS, () => void refresh());
  const stopListening = listen(
    { kinds: ['state'] },
    (message) => {
      if (message.kind !== 'state') return;
      devices.set(message.device, asSummary(message.data, devices.get(message.device)));
      draw();
    },
    () => {},
  );
  return {
    close() {
      stopPolling();
      stopListening();
    },
  };
}

function summarize(devices: readonly DeviceSummary[]): string {
  const down = devices.filter(({ up }) => up === false).length;
  const unknown = devices.filter(({ up }) => up === undefined).length;
  const parts = [
    plural(devices.length, 'device'),
    `${devices.length - down - unknown} up`,
    `${down} down`,
  ];
  const sick = (['unhealthy', 'degraded'] as const).flatMap((overall) => {
    const amount = devices.filter(({ health }) => health?.overall === overall).length;
    return amount === 0 ? [] : [`${amount} ${overall}`];
  });
  return [...parts, ...(unknown === 0 ? [] : [`${unknown} unknown`]), ...sick].join(' · ');
}

function asSummary(device: DeviceView, before: DeviceSummary | undefined): DeviceSummary {
  return { held: before?.held ?? 0, gapCount: device.gaps.length, ...device };
}
