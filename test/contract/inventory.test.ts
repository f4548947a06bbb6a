import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import {
  factsOf,
  type Inventory,
  readInventory,
  type SystemInformation,
} from '../../agent/io/inventory.ts';
import { memoryHost } from '../support/memory-host.ts';

const written: SystemInformation = {
  system: () =>
    Promise.resolve({
      manufacturer: 'ACME',
      model: 'To Be Filled By O.E.M.',
      virtual: false,
      serial: 'S3CRET',
      uuid: 'S3CRET',
    }),
  osInfo: () => Promise.resolve({ distro: 'Debian GNU/Linux', release: '12', serial: 'S3CRET' }),
  blockDevices: () =>
    Promise.resolve([
      { name: 'mmcblk0', type: 'disk', size: 31_914_983_424, model: 'BJTD4R', serial: 'S3CRET' },
      { name: 'mmcblk0p1', type: 'part', size: 1000, model: '', serial: '' },
      { name: 'zram0', type: 'disk', size: 0, model: '', serial: '' },
    ]),
  networkInterfaces: () =>
    Promise.resolve([
      { iface: 'lo', type: 'virtual', mac: '', internal: true },
      { iface: 'eth0', type: 'wired', mac: '02:fc:00:00:00:01', internal: false },
    ]),
};
const load = () => Promise.resolve(written);
const board = memoryHost({ '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0' });

test('the model of a board, its disks and interfaces; no serial number, no address', async () => {
  const inventory = await readInventory(board, { load });
  expect(inventory).toMatchObject({
    hostname: hostname(),
    manufacturer: 'ACME',
    model: 'Raspberry Pi 4 Model B Rev 1.4',
    os: { name: 'Debian GNU/Linux', version: '12' },
    disks: [{ name: 'mmcblk0', model: 'BJTD4R', sizeBytes: 31_914_983_424 }],
    interfaces: [{ name: 'eth0', type: 'wired' }],
  });
  expect(inventory).not.toHaveProperty('virtualisation');
  expect(JSON.stringify(inventory)).not.toMatch(/S3CRET|02:fc/);
});

test('addresses when asked for; words that say nothing are left out', async () => {
  const inventory = await readInventory(memoryHost({}), { load, addresses: true });
  expect(inventory.model).toBe('');
  expect(inventory.interfaces).toEqual([
    { name: 'eth0', type: 'wired', address: '02:fc:00:00:00:01' },
  ]);
});

test('facts are flat texts, empty ones left out', async () => {
  const facts = factsOf(await readInventory(board, { load }));
  expect(facts.get('disks')).toBe('mmcblk0 BJTD4R 31914983424 bytes');
  expect(facts.get('interfaces')).toBe('eth0 wired');
  expect([...facts.values()]).not.toContain('');
});

test('questions that hang or fail cost their own answer alone', async () => {
  const hanging = { ...written, system: () => new Promise<never>(() => {}) };
  const failing = { ...hanging, blockDevices: () => Promise.reject(new Error('no lsblk')) };
  const inventory = await readInventory(memoryHost({}), {
    load: () => Promise.resolve(failing),
    patienceMs: 30,
  });
  expect(inventory).toMatchObject({ model: '', disks: [], os: { version: '12' } });
  const without = await readInventory(memoryHost({}), {
    load: () => Promise.reject(new Error('not shipped')),
  });
  expect(without.cpu.cores).toBeGreaterThan(0);
});

test('this machine, by systeminformation itself', async () => {
  const inventory: Inventory = await readInventory(memoryHost({}));
  expect(inventory.memoryBytes).toBeGreaterThan(1e6);
  expect(inventory.os.name).not.toBe('');
});
