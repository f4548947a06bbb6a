/** Devices that people work on: their alerts are kept and shown, and nobody is told. */
import type { LabelSet } from '../label-set.ts';

/** Exactly one of the three kinds of scope. */
export type Scope =
  | { readonly kind: 'device'; readonly device: string }
  | { readonly kind: 'site'; readonly site: string }
  /** All of these labels of the device, `site` among them. */
  | { readonly kind: 'selector'; readonly labels: Readonly<Record<string, string>> };

/** Times in UTC milliseconds. */
export interface Maintenance {
  readonly id: string;
  readonly scope: Scope;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly by: string;
  readonly comment: string;
}

/** A device's own labels; `undefined` when the device is not known. */
export type DeviceLabels = (device: string) => Readonly<Record<string, string>> | undefined;

export function isOn({ startsAt, endsAt }: Maintenance, now: number): boolean {
  return startsAt <= now && now < endsAt;
}

/** Whether the scope holds the device. */
function coversDevice(
  scope: Scope,
  device: string,
  site: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (scope.kind === 'device') return scope.device === device;
  if (scope.kind === 'site') return scope.site === site;
  return Object.entries(scope.labels).every(
    ([name, value]) => (name === 'site' ? site : (labels[name] ?? '')) === value,
  );
}

/**
 * The maintenance that an alert falls under. Alerts name their device as `instance`; one that names
 * only a site falls under the maintenance of that site.
 */
export function maintenanceOf(
  alert: LabelSet,
  all: readonly Maintenance[],
  labelsOf: DeviceLabels,
  now: number,
): Maintenance | undefined {
  const device = alert.get('instance');
  const site = alert.get('site');
  const labels = device === '' ? undefined : labelsOf(device);
  return all.find((one) => {
    if (!isOn(one, now)) return false;
    if (device === '') return one.scope.kind === 'site' && one.scope.site === site;
    return coversDevice(one.scope, device, site, labels ?? {});
  });
}
