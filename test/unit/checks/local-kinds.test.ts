/** Checks of the machine itself, on recorded kernel texts. */
import { describe, expect, it } from 'vitest';
import { type Check, type CheckWorld, Sight } from '../../../agent/checks/check.ts';
import { cpuCheck } from '../../../agent/checks/cpu.ts';
import { diskCheck } from '../../../agent/checks/disk.ts';
import { fileCheck } from '../../../agent/checks/file.ts';
import { memoryCheck } from '../../../agent/checks/memory.ts';
import { processCheck } from '../../../agent/checks/process.ts';
import { temperatureCheck } from '../../../agent/checks/temperature.ts';
import { unitCheck } from '../../../agent/checks/unit.ts';
import {
  answering,
  checkContext,
  finding,
  lookOnce,
  optionsOf,
} from '../../support/checks/context.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { type MemoryFiles, type MemoryHostOptions, memoryHost } from '../../support/memory-host.ts';

const on = (files: MemoryFiles, options: MemoryHostOptions = {}) =>
  checkContext({ host: memoryHost(files, options) });

describe('memory', () => {
  const meminfo = (available: number, swapFree = 1_000_000) =>
    on({
      '/proc/meminfo': `MemTotal:        2000000 kB\nMemFree:          100000 kB\nMemAvailable:    ${available} kB\nSwapTotal:       1000000 kB\nSwapFree:        ${swapFree} kB\n`,
    });

  it.each([
    [{}, 1_000_000, 1_000_000, 'ok: 50 % of memory available (976.6 MiB), 0 % of swap used'],
    [{}, 150_000, 1_000_000, 'warning: 7.5 % of memory available (146.5 MiB), 0 % of swap used'],
    [{}, 100_000, 1_000_000, 'critical: 5 % of memory available (97.7 MiB), 0 % of swap used'],
    [{ available: { critical: 60 } }, 1_000_000, 1_000_000, 'critical: 50 %'],
    [{ swap: { warning: 50 } }, 1_000_000, 400_000, 'warning: 60 % of swap used, 50 % of memory'],
  ])('%j with %d available', async (options, available, swapFree, said) => {
    expect(await lookOnce(memoryCheck, options, meminfo(available, swapFree))).toContain(said);
  });

  it('cannot tell without the kernel', async () => {
    await expect(lookOnce(memoryCheck, {}, on({}))).rejects.toThrow('MemAvailable');
  });
});

describe('cpu', () => {
  const stat = (user: number, idle: number, iowait: number) =>
    `cpu  ${user} 0 0 ${idle} ${iowait} 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0\nbtime 1\n`;

  async function busy(options: object, ...rows: readonly string[]): Promise<string> {
    const files: Record<string, string> = { '/proc/loadavg': '9.00 5.00 1.00 1/100 1\n' };
    const clock = new FakeClock();
    const context = checkContext({ host: memoryHost(files), clock });
    files['/proc/stat'] = rows[0] ?? '';
    const first = lookOnce(cpuCheck, options, context);
    await clock.advance(400);
    files['/proc/stat'] = rows[1] ?? '';
    await clock.advance(200);
    if (rows.length < 3) return first;
    await first;
    files['/proc/stat'] = rows[2] ?? '';
    return lookOnce(cpuCheck, options, context);
  }

  it('looks twice the first time', async () => {
    const text = await busy({}, stat(1000, 1000, 0), stat(1010, 1080, 10));
    expect(text).toBe('ok: 10 % busy, 10 % waiting for disks, load 2.50 for each core');
  });

  it('compares with the run before', async () => {
    const text = await busy({}, stat(0, 0, 0), stat(0, 100, 0), stat(99, 101, 0));
    expect(text).toContain('critical: 99 % busy');
  });

  it.each([
    [{ load: { warning: 2.5 } }, 'warning: load 2.50'],
    [{ iowait: { critical: 10 } }, 'critical: 10 % waiting'],
    [{ busy: { warning: 5, critical: 20 } }, 'warning: 10 % busy'],
  ])('%j', async (options, said) => {
    expect(await busy(options, stat(1000, 1000, 0), stat(1010, 1080, 10))).toContain(said);
  });

  it('stops when it is told to', async () => {
    const ending = new Sight({} as CheckWorld, 0, new Map());
    const host = memoryHost({ '/proc/stat': stat(1, 1, 1) });
    const running = lookOnce(cpuCheck, {}, checkContext({ host, ending }));
    ending.end();
    await expect(running).rejects.toThrow('no time to look twice');
  });
});

describe('disk', () => {
  const GIB = 2 ** 30;
  const mounts = (root: string) =>
    `22 1 8:1 / / ${root},relatime shared:1 - ext4 /dev/sda1 ${root},errors=remount-ro\n` +
    '23 22 0:5 / /my\\040disk rw - vfat /dev/sdb1 rw\n';
  const disk = (freeGib: number, mountinfo = mounts('rw'), filesFree = 500) =>
    on(
      { '/proc/1/mountinfo': mountinfo },
      {
        statfs: () =>
          Promise.resolve({
            sizeBytes: 100 * GIB,
            freeBytes: freeGib * GIB,
            availBytes: freeGib * GIB,
            files: 1000,
            filesFree,
          }),
      },
    );

  it.each([
    [{}, disk(50), 'ok: /: 50 % used, 50 GiB free'],
    [{}, disk(15), 'warning: /: 85 % used'],
    [{}, disk(4), 'critical: /: 96 % used'],
    [{ free: { warning: '20GiB' } }, disk(4), 'warning: /: 4 GiB free, 96 % used'],
    [{ used: { critical: 40 } }, disk(50), 'critical: /: 50 % used'],
    [{}, disk(50, mounts('rw'), 20), 'critical: /: 98 % of inodes used'],
    [{ inodes: {} }, disk(50, mounts('rw'), 20), 'ok'],
    [{}, disk(50, mounts('ro')), 'critical: /: / (ext4) is read-only'],
    [{ writable: false }, disk(50, mounts('ro')), 'ok'],
    [{ path: '/my disk/x' }, disk(50, mounts('ro')), 'ok: /my disk/x: 50 % used'],
  ])('%j', async (options, context, said) => {
    expect(await lookOnce(diskCheck, options, context)).toContain(said);
  });

  it('a mount that hangs has failed, one that is not there cannot be told', async () => {
    const clock = new FakeClock();
    const host = memoryHost({}, { statfs: () => Promise.resolve('pending' as const) });
    const looking = lookOnce(diskCheck, {}, checkContext({ host, clock }));
    await clock.advance(4_200);
    expect(await looking).toBe('critical: /: does not answer');
    await expect(lookOnce(diskCheck, {}, on({}))).rejects.toThrow('no statfs');
  });

  it('in a hardened unit, a mount that only we see as read-only is none', async () => {
    const line = (superOptions: string) =>
      `22 1 8:1 / / ro,relatime - ext4 /dev/sda1 ${superOptions}\n`;
    const statfs = () =>
      Promise.resolve({ sizeBytes: 10, freeBytes: 9, availBytes: 9, files: 0, filesFree: 0 });
    const ours = (text: string) => on({ '/proc/self/mountinfo': text }, { statfs });
    expect(await lookOnce(diskCheck, {}, ours(line('rw')))).toContain('ok');
    expect(await lookOnce(diskCheck, {}, ours(line('ro')))).toContain('read-only');
  });
});

describe('temperature', () => {
  const files = {
    '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
    '/sys/class/thermal/thermal_zone0/temp': '61500\n',
    '/sys/class/thermal/cooling_device0/type': 'fan\n',
    '/sys/class/hwmon/hwmon0/name': 'nvme\n',
    '/sys/class/hwmon/hwmon0/temp1_input': '78850\n',
    '/sys/class/hwmon/hwmon0/temp1_label': 'Composite\n',
    '/sys/class/hwmon/hwmon0/temp2_input': 'asleep\n',
  };

  it.each([
    [{}, 'warning: nvme Composite: 78.8 °C, the hottest of 2'],
    [{ celsius: { warning: 80, critical: 90 } }, 'ok: nvme Composite'],
    [{ sensor: '^cpu' }, 'ok: cpu-thermal: 61.5 °C, the hottest of 1'],
    [{ sensor: '^gpu' }, 'unknown: no sensor that matches; there are: cpu-thermal, nvme Composite'],
  ])('%j', async (options, said) => {
    expect(await lookOnce(temperatureCheck, options, on(files))).toContain(said);
  });
});

describe('file', () => {
  const now = new FakeClock(0).wall();
  const there = on(
    { '/var/log/app.log': 'x'.repeat(2048), '/var/log/./.': '' },
    { modifiedMs: now - 3_600_000 },
  );

  it.each([
    [{ path: '/var/log/app.log' }, 'ok: /var/log/app.log: changed 1h ago, 2 KiB'],
    [{ path: '/gone' }, 'critical: /gone is not there'],
    [{ path: 'agent.lock', exists: false }, 'ok: /etc/muster/agent.lock is not there'],
    [{ path: '/var/log/app.log', exists: false }, 'critical: /var/log/app.log is there'],
    [{ path: '/var/log/app.log', age: { warning: '1h' } }, 'warning: /var/log/app.log: changed'],
    [{ path: '/var/log/app.log', size: { critical: '2KiB' } }, 'critical: /var/log/app.log: 2 KiB'],
    [{ path: '/var/log/app.log', minSize: '1MiB' }, '2 KiB, less than 1 MiB'],
    [{ path: '/var/log/app.log', kind: 'folder' }, 'critical: /var/log/app.log: is no folder'],
  ])('%j', async (options, said) => {
    expect(await lookOnce(fileCheck, options, there)).toContain(said);
  });

  it('must grow; a rotation is growth', async () => {
    const files: Record<string, string> = { '/log': 'aaaa' };
    const clock = new FakeClock();
    const context = checkContext({ host: memoryHost(files), clock });
    const look = () => lookOnce(fileCheck, { path: '/log', growing: '5m' }, context);
    expect(await look()).toContain('ok');
    await clock.advance(299_000);
    expect(await look()).toContain('ok');
    await clock.advance(2_000);
    expect(await look()).toContain('critical: /log: did not grow for 5m1s');
    files['/log'] = 'a';
    expect(await look()).toContain('ok');
  });
});

describe('unit', () => {
  const shown = (fields: Readonly<Record<string, string | number>>) => {
    const all = {
      LoadState: 'loaded',
      ActiveState: 'active',
      SubState: 'running',
      Result: 'success',
      ...fields,
    };
    const stdout = Object.entries(all).map(([key, value]) => `${key}=${value}\n`);
    return answering({ stdout: stdout.join('') });
  };
  const unit = 'web.service';

  it.each([
    [{}, {}, 'ok: web.service: active (running)'],
    [
      {},
      { ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' },
      'critical: web.service: failed (failed, exit-code)',
    ],
    [
      {},
      { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' },
      'critical: web.service: no such unit',
    ],
    [{}, { ActiveState: 'inactive', SubState: 'dead' }, 'critical: web.service: inactive (dead)'],
    [{ states: ['inactive', 'active'] }, { ActiveState: 'inactive', SubState: 'dead' }, 'ok'],
    [{}, { ActiveState: 'activating', SubState: 'start-pre' }, 'warning'],
    [{}, { ActiveState: 'activating', SubState: 'auto-restart' }, 'critical'],
    [
      { memory: { warning: '1MiB' } },
      { MemoryCurrent: 2_097_152 },
      'warning: web.service: 2 MiB of memory',
    ],
    [
      { memory: { warning: '1MiB' } },
      { MemoryCurrent: '[not set]' },
      'ok: web.service: active (running)',
    ],
    [{ memory: { warning: '1MiB' } }, { MemoryCurrent: '18446744073709551615' }, 'ok'],
  ])('%j %j', async (options, fields, said) => {
    const context = checkContext({ runner: shown(fields) });
    expect(await lookOnce(unitCheck, { unit, ...options }, context)).toContain(said);
  });

  it('counts restarts within a time', async () => {
    const clock = new FakeClock();
    const memory = new Map<string, unknown>();
    const look = (NRestarts: number) =>
      lookOnce(
        unitCheck,
        { unit, restarts: { warning: 1, critical: 3, per: '10m' } },
        checkContext({ clock, memory, runner: shown({ NRestarts }) }),
      );
    expect(await look(7)).toContain('ok');
    await clock.advance(60_000);
    expect(await look(8)).toContain('warning: web.service: restarted 1 times in 10m');
    await clock.advance(60_000);
    expect(await look(10)).toContain('critical: web.service: restarted 3 times in 10m');
    for (let minutes = 0; minutes < 12; minutes += 1) {
      await clock.advance(60_000);
      await look(10);
    }
    expect(await look(10)).toBe('ok: web.service: active (running)');
    expect(memory.get('restarts')).toHaveLength(2);
    expect(await look(0)).toContain('ok');
  });

  it.each([
    [{ refused: 'ENOENT' }, 'systemctl cannot run: ENOENT'],
    [{ code: 1, stderr: 'System has not been booted with systemd\n' }, 'has not been booted'],
  ])('cannot tell: %j', async (result, said) => {
    const context = checkContext({ runner: answering(result) });
    await expect(lookOnce(unitCheck, { unit }, context)).rejects.toThrow(said);
  });
});

describe('process', () => {
  const stat = (comm: string, state: string, startedSeconds: number) =>
    `1 (${comm}) ${state} ${Array(18).fill(1).join(' ')} ${startedSeconds * 100} 0 0\n`;
  const status = (kb: number) => `Name:\tx\nVmRSS:\t   ${kb} kB\n`;
  const table = () => ({
    '/proc/1/stat': stat('systemd', 'S', 1),
    '/proc/20/stat': stat('python3', 'S', 100),
    '/proc/20/cmdline': '/usr/bin/python3\0/opt/line/main.py\0',
    '/proc/20/status': status(2048),
    '/proc/21/stat': stat('python3', 'Z', 200),
    '/proc/30/stat': stat('a (b) c', 'R', 300),
    '/proc/31/stat': stat('very-long-progr', 'S', 300),
    '/proc/31/cmdline': '/opt/very-long-program-name\0--x\0',
    '/proc/self/stat': stat('node', 'R', 999),
  });
  const context = () => on(table());

  it.each([
    [{ name: 'python3' }, 'ok: python3: 1 process, youngest 15m old, 2 MiB, 1 zombie'],
    [{ name: 'a (b) c' }, 'ok: a (b) c: 1 process'],
    [{ name: 'very-long-program-name' }, 'ok'],
    [{ name: 'very-long-program-other' }, 'critical'],
    [{ name: 'nginx' }, 'critical: nginx: 0 processes, fewer than 1'],
    [{ name: 'nginx', min: 0 }, 'ok: nginx: 0 processes'],
    [{ pattern: '/opt/line/main\\.py$' }, 'ok: /opt/line/main\\.py$: 1 process'],
    [{ name: 'python3', min: 0, max: 0 }, 'critical: python3: 1 process, more than 0'],
    [{ name: 'python3', minAge: '1h' }, 'warning: python3: youngest 15m old'],
    [{ name: 'python3', memory: { critical: '1MiB' } }, 'critical: python3: 2 MiB'],
    [{ name: 'python3', zombies: { warning: 1 } }, 'warning: python3: 1 zombie'],
  ])('%j', async (options, said) => {
    expect(await lookOnce(processCheck, options, context())).toContain(said);
  });

  it.each([4096, 16_384])('learns once that a page is %d bytes, and counts them', async (page) => {
    const pages = (count: number) => stat('sshd', 'S', 1).replace(' 0 0\n', ` 0 ${count} 0\n`);
    const files: Record<string, string> = {
      '/proc/7/stat': pages(0),
      '/proc/7/status': status(0),
    };
    let asked = 0;
    const plain = memoryHost(files);
    const readNow = (path: string) => {
      if (path.endsWith('/status')) asked += 1;
      return plain.readNow(path);
    };
    const known = checkContext({ host: { ...plain, readNow } });
    const memory = async () =>
      (await finding(processCheck, { name: 'sshd' }, known)).figures?.find(
        ({ name }) => name === 'memory',
      )?.value;
    expect(await memory()).toBe(0);
    // The amount moved a little between the two looks.
    files['/proc/7/stat'] = pages(1_000);
    files['/proc/7/status'] = status((page / 1024) * 1_003);
    expect(await memory()).toBe(page * 1_003);
    files['/proc/7/stat'] = pages(2_000);
    expect([await memory(), asked]).toEqual([page * 2_000, 2]);
  });

  it('reads the whole table only when one of those that it knows is gone, or after a while', async () => {
    const files: Record<string, string> = table();
    delete files['/proc/21/stat'];
    let lists = 0;
    const plain = memoryHost(files);
    const clock = new FakeClock(1_000_000);
    const host = {
      ...plain,
      list: (path: string) => {
        lists += 1;
        return plain.list(path);
      },
    };
    const known = checkContext({ host, clock });
    const look = () => lookOnce(processCheck, { name: 'python3' }, known);
    await look();
    await look();
    expect(lists).toBe(1);
    files['/proc/20/stat'] = stat('other', 'S', 500);
    expect(await look()).toContain('critical');
    files['/proc/40/stat'] = stat('python3', 'S', 600);
    expect(await look()).toContain('ok');
    expect(lists).toBe(3);
    await clock.advance(901_000);
    await look();
    expect(lists).toBe(4);
  });
});

describe('each refuses what makes no sense', () => {
  it.each<[string, Check, object, string]>([
    [
      'memory',
      memoryCheck,
      { available: { warning: 5, critical: 10 } },
      'available.warning: must not be below',
    ],
    ['memory', memoryCheck, { available: { warning: 200 } }, 'at most 100'],
    ['cpu', cpuCheck, { busy: { warning: 99, critical: 90 } }, 'busy.warning: must not be above'],
    ['cpu', cpuCheck, { buzy: {} }, 'buzy: no such key'],
    [
      'disk',
      diskCheck,
      { free: { warning: '1GiB', critical: '2GiB' } },
      'free.warning: must not be below',
    ],
    ['disk', diskCheck, { free: { warning: 10 } }, 'must be a size'],
    ['temperature', temperatureCheck, { sensor: '(' }, 'not a regular expression'],
    [
      'temperature',
      temperatureCheck,
      { celsius: { warning: 90, critical: 80 } },
      'celsius.warning',
    ],
    ['file', fileCheck, {}, 'path: is needed'],
    ['file', fileCheck, { path: '/x', exists: false, minSize: '1KiB' }, 'minSize: means nothing'],
    ['file', fileCheck, { path: '/x', age: { warning: '2h', critical: '1h' } }, 'age.warning'],
    ['unit', unitCheck, {}, 'unit: is needed'],
    ['unit', unitCheck, { unit: '--help' }, 'does not match'],
    ['unit', unitCheck, { unit: 'a.service', states: ['dead'] }, 'states.0'],
    ['process', processCheck, {}, 'name or pattern is needed'],
    ['process', processCheck, { name: 'x', min: 3, max: 2 }, 'max: must not be below min'],
    ['process', processCheck, { pattern: '[' }, 'not a regular expression'],
  ])('%s %j', (_, of, written, said) => {
    expect(() => optionsOf(of, written)).toThrow(said);
  });
});

describe('figures', () => {
  it('are base units', async () => {
    const context = on({
      '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 250 kB\n',
    });
    expect((await finding(memoryCheck, {}, context)).figures).toEqual([
      { name: 'available', unit: 'ratio', value: 0.25 },
    ]);
  });
});
