/** Advice about the collector's size, as an event of its own that streams and history carry. */
import type { DeviceEvent } from '../../protocol/messages/event.ts';
import type { ScalingAdvice } from './capacity.ts';

/** In the place of site and device: the collector itself, as in its alerts' topics. */
const COLLECTOR = { site: '_fleet', device: '_collector' } as const;

export function scalingNews(
  { direction, resource, text }: ScalingAdvice,
  begins: boolean,
  at: number,
) {
  const event: DeviceEvent = {
    wall: at,
    name: begins ? 'collector.scale' : 'collector.scaled',
    severity: begins ? 'warning' : 'info',
    text: begins ? `scale ${direction}: ${text}` : `no need to scale ${direction} for ${resource}`,
    attributes: new Map([
      ['direction', direction],
      ['resource', resource],
    ]),
  };
  return { kind: 'event', ...COLLECTOR, at, event } as const;
}
