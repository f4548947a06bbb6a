/** A small fleet that behaves: samples up to now in the store, and more of them on demand. */
import type {
  DeviceView,
  HealthView,
  LiveMessage,
  LiveSample,
} from '../../collector/core/views.ts';
import type { Report } from '../../protocol/messages/report.ts';
import { device } from './http-fixture.ts';
import type { MemoryStore } from './memory-store.ts';
import { report } from './reports/messages.ts';

const STEP_MS = 5000;

export function demoDevices(now: number): DeviceView[] {
  const gap = { from: now - 7_200_000, to: now - 7_080_000, cause: 'power', samples: 240 };
  return [
    device('gateway-oslo-3f1a2b', {
      site: 'oslo',
      lastSeen: now - 1000,
      health: {
        ...{ overall: 'healthy', reason: '', since: now - 86_400_000, failing: 0, at: now - 1000 },
        checks: [],
      },
    }),
    device('pi-berlin-a1b2c3', {
      lastSeen: now - 3000,
      health: demoHealth(now),
      gaps: [
        gap,
        { ...gap, from: now - 3_600_000, to: now - 3_598_000, cause: 'killed', samples: 9 },
      ],
    }),
    device('pi-berlin-d4e5f6', { up: false, lastSeen: now - 5_400_000, agentVersion: '0.0.9' }),
    device('pi-clone-0a0b0c', {
      problems: ['clone: two machines use this device id: give one of them another id'],
    }),
    device('x86-lisbon-777777', {
      site: 'lisbon',
      lastSeen: now - 2000,
      labels: { ring: 'stable', role: 'edge' },
    }),
  ];
}

/** What its tasks and remedies did, by run. */
export function demoReports(now: number): ReadonlyMap<string, Report> {
  const cleaned = report(1, { startedAt: now - 21_600_000, endedAt: now - 21_588_000 });
  return new Map([
    ['t1', { ...cleaned, text: 'removed 312 files, 1.2 GiB freed' }],
    [
      'r1',
      report(2, {
        ...{ subject: 'remedy', name: 'restart-web', kind: 'restart-unit', state: 'failed' },
        ...{ startedAt: now - 360_000, endedAt: now - 330_000, trigger: 'check:web' },
        text: 'web.service did not start: exit status 1',
      }),
    ],
    [
      't2',
      report(3, {
        ...{ name: 'security-updates', kind: 'security-updates', state: 'running' },
        ...{ startedAt: now - 40_000, endedAt: 0, text: 'upgrading 3 packages' },
      }),
    ],
  ]);
}

function demoHealth(now: number): HealthView {
  const check = { critical: false, component: 'network', since: now - 86_400_000, labels: {} };
  const reason = 'web: connection refused: 127.0.0.1:8080';
  return {
    ...{ overall: 'unhealthy', reason, since: now - 420_000, failing: 1, at: now - 3000 },
    checks: [
      {
        ...{ ...check, name: 'gateway', kind: 'ping', state: 'ok', at: now - 3000 },
        ...{ text: '192.168.1.1 answered in 1.2 ms', durationMs: 4 },
      },
      {
        ...{ ...check, name: 'data-disk', kind: 'disk', state: 'warning', at: now - 9000 },
        ...{ text: '/data is 87 % full (limit 85 %)', durationMs: 1, since: now - 7_200_000 },
      },
      {
        ...{ ...check, name: 'web', kind: 'http', state: 'critical', at: now - 3000 },
        ...{ text: 'connection refused: 127.0.0.1:8080', durationMs: 2, since: now - 420_000 },
        critical: true,
      },
    ],
  };
}

type Reading = readonly [name: string, labels: Readonly<Record<string, string>>, value: number];

/** What one device measures at a time: smooth, deterministic, different for each device. */
function readings(id: string, time: number): Reading[] {
  const seconds = time / 1000;
  const phase = id.length + id.charCodeAt(3);
  const wave = (period: number): number =>
    0.5 + 0.5 * Math.sin((seconds / period + phase) * 2 * Math.PI);
  const busy = (offset: number): number =>
    seconds * 0.35 - 30 * Math.cos((seconds + offset * 40 + phase) / 120);
  const cpus = [0, 1, 2, 3].flatMap((cpu): Reading[] => [
    ['node_cpu_seconds_total', { cpu: String(cpu), mode: 'idle' }, seconds - busy(cpu)],
    ['node_cpu_seconds_total', { cpu: String(cpu), mode: 'user' }, busy(cpu)],
  ]);
  const disk = { mountpoint: '/', device: '/dev/mmcblk0p2', fstype: 'ext4' };
  const data = { mountpoint: '/data', device: '/dev/sda1', fstype: 'ext4' };
  return [
    ...cpus,
    ['node_load1', {}, 0.2 + 2 * wave(400)],
    ['node_load5', {}, 0.4 + 1.2 * wave(700)],
    ['node_load15', {}, 0.6 + 0.5 * wave(1300)],
    ['node_memory_MemTotal_bytes', {}, 4 * 2 ** 30],
    ['node_memory_MemAvailable_bytes', {}, (1.2 + 1.4 * wave(900)) * 2 ** 30],
    [
      'node_network_receive_bytes_total',
      { device: 'eth0' },
      Math.floor(seconds * 40_000 - 4e6 * Math.cos(seconds / 150)),
    ],
    ['node_network_transmit_bytes_total', { device: 'eth0' }, Math.floor(seconds * 9000)],
    ['node_network_receive_bytes_total', { device: 'lo' }, seconds * 1e6],
    ['node_filesystem_size_bytes', disk, 29 * 2 ** 30],
    ['node_filesystem_avail_bytes', disk, (4 + 8 * wave(5000)) * 2 ** 30],
    ['node_filesystem_size_bytes', data, 220 * 2 ** 30],
    ['node_filesystem_avail_bytes', data, 170 * 2 ** 30],
    ['node_thermal_zone_temp', { type: 'cpu-thermal', zone: '0' }, 48 + 14 * wave(600)],
    ['muster_agent_buffer_records', {}, id.includes('lisbon') ? 1240 : 0],
    ['muster_agent_buffer_bytes', {}, id.includes('lisbon') ? 412_000 : 0],
  ];
}

export function feedHistory(
  store: MemoryStore,
  fleet: readonly DeviceView[],
  now: number,
  spanMs: number,
): void {
  for (const one of fleet) {
    const end = one.up === false ? now - 5_400_000 : now;
    for (let time = now - spanMs; time <= end; time += STEP_MS) {
      // Ten minutes ago something was silent for a while.
      if (time > now - 640_000 && time < now - 540_000) continue;
      for (const { labels, value } of samples(one, time)) store.feed(labels, [[time, value]]);
    }
  }
}

export function liveMessage(
  one: DeviceView,
  time: number,
): Extract<LiveMessage, { kind: 'sample' }> {
  return { kind: 'sample', device: one.id, site: one.site, at: time, data: samples(one, time) };
}

function samples({ id, site }: DeviceView, time: number): LiveSample[] {
  return readings(id, time).map(([name, labels, value]) => ({
    labels: { __name__: name, instance: id, job: 'node', site, ...labels },
    time,
    value,
  }));
}
