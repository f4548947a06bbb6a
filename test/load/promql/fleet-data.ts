/**
 * A fleet of `x`, `up` and `node_time_seconds`, one of each a device, over a bit more than an hour
 * (without the last the shipped rules have an alert pending for each device, and its series); and
 * one device with many series over many hours. In slices of time, because Prometheus takes nothing much older than
 * the newest it has.
 */
import { encodeLabels, RequestWriter } from './request-writer.ts';

const STEP = 15_000;
const SLICE_STEPS = 60;
const FLEET_STEPS = 264;
const DEVICE_SERIES = 80;
const REQUEST_BYTES = 1_500_000;
const SITES = 20;

export interface FleetShape {
  readonly devices: number;
  readonly deviceHours: number;
  /** UTC milliseconds of the last sample, a multiple of the step. */
  readonly end: number;
}

export interface Request {
  readonly body: Buffer;
  readonly samples: number;
}

interface Series {
  readonly labels: Buffer;
  readonly from: number;
  readonly value: (step: number) => number;
}

export function* requests({ devices, deviceHours, end }: FleetShape): Generator<Request> {
  const deviceSteps = Math.max(FLEET_STEPS, (deviceHours * 3_600_000) / STEP);
  const first = end - (deviceSteps - 1) * STEP;
  const fleetFrom = deviceSteps - FLEET_STEPS;
  const all = [...oneDevice(), ...fleet(devices, fleetFrom, first)];
  const writer = new RequestWriter();
  for (let step = 0; step < deviceSteps; step += SLICE_STEPS) {
    const last = Math.min(step + SLICE_STEPS, deviceSteps);
    for (const { labels, from, value } of all) {
      const begin = Math.max(step, from);
      if (begin >= last) continue;
      writer.series(labels, first + begin * STEP, STEP, last - begin, (i) => value(begin + i));
      if (writer.length > REQUEST_BYTES) yield writer.take();
    }
    if (writer.length > 0) yield writer.take();
  }
}

function oneDevice(): Series[] {
  return Array.from({ length: DEVICE_SERIES }, (_, n) => ({
    labels: encodeLabels({ __name__: `metric_${n}`, instance: 'one', job: 'node', site: 'one' }),
    from: 0,
    value: (step) =>
      n % 2 === 0 ? step * (n + 1) : Math.round(1000 * Math.sin(step / 50 + n)) / 10,
  }));
}

function fleet(devices: number, from: number, first: number): Series[] {
  return Array.from({ length: devices }, (_, n) => n).flatMap((n) => {
    const labels = { instance: `device-${n}`, job: 'node', site: `site-${n % SITES}` };
    return [
      {
        labels: encodeLabels({ __name__: 'x', ...labels }),
        from,
        value: (step: number) => step * (n + 1),
      },
      {
        labels: encodeLabels({ __name__: 'up', ...labels }),
        from,
        value: (step: number) => (n % 100 === 0 && step % 40 > 5 ? 0 : 1),
      },
      {
        labels: encodeLabels({ __name__: 'node_time_seconds', ...labels }),
        from,
        value: (step: number) => (first + step * STEP) / 1000,
      },
    ];
  });
}
