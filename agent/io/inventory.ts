/**
 * What the device is made of: read at start and once a day, for people who look at a fleet.
 *
 * systeminformation knows where each kind of machine keeps this, at the price of child processes,
 * so it is loaded for this alone, and nothing waits for it for ever. Serial numbers and unique ids
 * are never taken over; hardware addresses only when asked for.
 */
import { arch, cpus, hostname, release, totalmem } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import type { Host } from '../ports.ts';

export interface Inventory {
  readonly hostname: string;
  readonly manufacturer: string;
  readonly model: string;
  /** The hypervisor's name; absent on real hardware. */
  readonly virtualisation?: string;
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memoryBytes: number;
  readonly os: { readonly name: string; readonly version: string };
  readonly kernel: string;
  readonly arch: string;
  readonly disks: readonly InventoryDisk[];
  readonly interfaces: readonly InventoryInterface[];
}

export interface InventoryDisk {
  readonly name: string;
  readonly model: string;
  readonly sizeBytes: number;
}

export interface InventoryInterface {
  readonly name: string;
  readonly type: string;
  readonly address?: string;
}

export interface InventoryOptions {
  /** Also the hardware addresses of the interfaces. */
  readonly addresses?: boolean;
  /** Without an answer by then, what needs no child process has to do. */
  readonly patienceMs?: number;
  /** Tests bring their own. */
  readonly load?: () => Promise<SystemInformation>;
}

/** What is used of the package. */
export interface SystemInformation {
  system(): Promise<Pick<Systeminformation.SystemData, SystemFields>>;
  osInfo(): Promise<Pick<Systeminformation.OsData, 'distro' | 'release'>>;
  blockDevices(): Promise<Pick<Systeminformation.BlockDevicesData, DiskFields>[]>;
  networkInterfaces(): Promise<unknown>;
}
type SystemFields = 'manufacturer' | 'model' | 'virtual' | 'virtualHost';
type DiskFields = 'name' | 'type' | 'size' | 'model';
type NetFields = 'iface' | 'type' | 'mac' | 'internal';

const PATIENCE_MS = 30_000;

export async function readInventory(
  host: Host,
  options: InventoryOptions = {},
): Promise<Inventory> {
  const load = options.load ?? (() => import('systeminformation'));
  const asked = Promise.resolve().then(load);
  const ask = <T>(question: (from: SystemInformation) => Promise<T>, otherwise: T): Promise<T> =>
    inTime(asked.then(question), options.patienceMs ?? PATIENCE_MS, otherwise);
  const [system, os, disks, interfaces] = await Promise.all([
    ask((from) => from.system(), { manufacturer: '', model: '', virtual: false }),
    ask((from) => from.osInfo(), { distro: 'Linux', release: '' }),
    ask((from) => from.blockDevices(), []),
    ask((from) => from.networkInterfaces(), []),
  ]);
  const processors = cpus();
  return {
    hostname: hostname(),
    manufacturer: known(system.manufacturer),
    model: deviceTreeModel(host) ?? known(system.model),
    ...(system.virtual && { virtualisation: known(system.virtualHost) || 'unknown' }),
    cpu: { model: known(processors[0]?.model), cores: processors.length },
    memoryBytes: totalmem(),
    os: { name: known(os.distro), version: known(os.release) },
    kernel: release(),
    arch: arch(),
    disks: disks
      .filter(({ type, size }) => type === 'disk' && size > 0)
      .map(({ name, model, size }) => ({ name, model: known(model), sizeBytes: size })),
    interfaces: (Array.isArray(interfaces) ? (interfaces as NetInterface[]) : [])
      .filter(({ internal }) => !internal)
      .map(({ iface, type, mac }) => ({
        name: iface,
        type: known(type),
        ...(options.addresses === true && { address: mac }),
      })),
  };
}

type NetInterface = Pick<Systeminformation.NetworkInterfacesData, NetFields>;

/** The inventory as the flat texts that `state` carries. */
export function factsOf(inventory: Inventory): ReadonlyMap<string, string> {
  const facts: readonly (readonly [string, string])[] = [
    ['hostname', inventory.hostname],
    ['manufacturer', inventory.manufacturer],
    ['model', inventory.model],
    ['virtualisation', inventory.virtualisation ?? ''],
    ['cpu', inventory.cpu.model],
    ['cores', String(inventory.cpu.cores)],
    ['memory_bytes', String(inventory.memoryBytes)],
    ['os', inventory.os.name],
    ['os_version', inventory.os.version],
    ['kernel', inventory.kernel],
    ['arch', inventory.arch],
    ['disks', inventory.disks.map(diskText).join(', ')],
    ['interfaces', inventory.interfaces.map(interfaceText).join(', ')],
  ];
  return new Map(facts.filter(([, value]) => value !== ''));
}

function diskText({ name, model, sizeBytes }: InventoryDisk): string {
  return [name, model, `${sizeBytes} bytes`].filter((part) => part !== '').join(' ');
}

function interfaceText({ name, type, address = '' }: InventoryInterface): string {
  return [name, type, address].filter((part) => part !== '').join(' ');
}

/** Boards without a BIOS tell their model there, ended by a NUL. */
function deviceTreeModel(host: Host): string | undefined {
  return host.readNow('/proc/device-tree/model')?.replaceAll('\0', '').trim();
}

/** Manufacturers fill what they do not know with words that say nothing. */
function known(text: string | undefined): string {
  const trimmed = text?.trim() ?? '';
  const saysNothing = /^(-|unknown|to be filled by o\.e\.m\.|default string|system manufacturer)$/i;
  return saysNothing.test(trimmed) ? '' : trimmed;
}

function inTime<T>(answer: Promise<T>, patienceMs: number, otherwise: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(otherwise), patienceMs);
    timer.unref();
    answer.then(resolve, () => resolve(otherwise)).finally(() => clearTimeout(timer));
  });
}
