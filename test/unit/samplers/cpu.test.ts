import { expect, test } from 'vitest';
import { cpu } from '../../../agent/samplers/cpu.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { parsed, sampled } from '../../support/samples.ts';

const STAT = `cpu  30 2 30 300 8 0 4 0 12 2
cpu0 10 1 20 100 5 0 3 0 7 1
cpu12 20 1 10 200 3 0 1 0 5 1
intr 99 1 2 3
ctxt 5
`;

const fresh = (text: string) => ({ text, cores: new Map() });

test('hundredths of seconds per core and mode; the sum over all cores is not a core', () => {
  const samples = parsed(cpu, fresh(STAT));
  expect(Object.keys(samples)).toHaveLength(16);
  expect(samples).toMatchObject({
    'node_cpu_seconds_total{cpu="0",mode="user"}': 0.1,
    'node_cpu_seconds_total{cpu="0",mode="idle"}': 1,
    'node_cpu_seconds_total{cpu="12",mode="softirq"}': 0.01,
    'node_cpu_seconds_total{cpu="12",mode="steal"}': 0,
  });
});

test('time in guests when asked for', () => {
  const samples = parsed(cpu, fresh(STAT), { guest: true });
  expect(samples).toMatchObject({
    'node_cpu_guest_seconds_total{cpu="0",mode="user"}': 0.07,
    'node_cpu_guest_seconds_total{cpu="12",mode="nice"}': 0.01,
  });
});

test('a counter that steps back a little stands still, as rate() would see a restart', () => {
  const cores = new Map();
  const at = (iowait: number) =>
    parsed(cpu, { text: `cpu0 10 1 20 1000 ${iowait} 0 3 0 0 0\n`, cores });
  const waited = 'node_cpu_seconds_total{cpu="0",mode="iowait"}';
  expect(at(50)[waited]).toBe(0.5);
  expect(at(48)[waited]).toBe(0.5);
  expect(at(51)[waited]).toBe(0.51);
});

test('a core that was taken out and put back starts anew', () => {
  const cores = new Map();
  const at = (idle: number) => parsed(cpu, { text: `cpu0 9 0 0 ${idle} 9 0 0 0 0 0\n`, cores });
  const idle = 'node_cpu_seconds_total{cpu="0",mode="idle"}';
  expect(at(100_000)[idle]).toBe(1000);
  expect(at(99_701)[idle]).toBe(1000);
  expect(at(12)[idle]).toBe(0.12);
});

test('kernels of old print fewer modes', () => {
  const samples = parsed(cpu, fresh('cpu  1 2 3 4\ncpu0 1 2 3 4\n'), { guest: true });
  expect(Object.keys(samples)).toHaveLength(4);
});

test('a machine without /proc/stat is a failure', async () => {
  await expect(async () => sampled(cpu, memoryHost({}))).rejects.toThrow('/proc/stat');
});
