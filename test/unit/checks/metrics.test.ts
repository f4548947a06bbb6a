/** Results as metrics. */
import { expect, it } from 'vitest';
import type { CheckState } from '../../../protocol/messages/health.ts';
import { planned, type WatchedDevice, watchedDevice } from '../../support/checks/scripted.ts';
import { memoryHost } from '../../support/memory-host.ts';

async function series(device: WatchedDevice): Promise<string[]> {
  const sampler = device.checking.sampler;
  const found: string[] = [];
  const raw = await sampler.read(memoryHost({}), {});
  sampler.parse(
    raw,
    ({ name, labels }, value, values = []) => {
      expect(values).toHaveLength(labels.length);
      found.push(`${name}{${labels.map((label, at) => `${label}=${values[at]}`).join()}} ${value}`);
    },
    {},
  );
  return found;
}

it('status, result, duration, runs, budget, figures, certificate', async () => {
  let state: CheckState = 'ok';
  const device = watchedDevice([
    planned(
      'web',
      () => ({
        state,
        text: 't',
        withinBudget: state === 'ok',
        certificateEnd: 1_800_000_000,
        figures: [{ name: 'response', unit: 'seconds', value: 0.25 }],
      }),
      { critical: true, component: 'application', labels: { team: 'a' }, failures: 2, of: 3 },
    ),
  ]);
  await device.clock.advance(9_000);
  expect(await series(device)).toEqual([
    'muster_health{} 0',
    'muster_check_status{check=web,kind=scripted,component=application,critical=true,team=a} 1',
    'muster_check_result{check=web} 0',
    'muster_check_duration_seconds{check=web} 0',
    'muster_check_runs_total{check=web,result=ok} 1',
    'muster_check_budget_total{check=web,kept=true} 1',
    'muster_check_budget_total{check=web,kept=false} 0',
    'muster_check_value{check=web,name=response,unit=seconds} 0.25',
    'probe_ssl_earliest_cert_expiry{check=web} 1800000000',
  ]);
  state = 'critical';
  await device.clock.advance(10_000);
  const once = await series(device);
  expect(once).toContain('muster_check_result{check=web} 2');
  expect(once[1]).toMatch(/ 1$/);
  await device.clock.advance(10_000);
  const failed = await series(device);
  expect([failed[0], failed[1]?.slice(-2)]).toEqual(['muster_health{} 2', ' 0']);
  expect(failed).toContain('muster_check_budget_total{check=web,kept=false} 2');
});

it('no status while it is unknown, and nothing at all without checks', async () => {
  const device = watchedDevice([
    planned('gateway', () => 'critical'),
    planned('web', () => 'ok', { dependsOn: ['gateway'] }),
  ]);
  await device.clock.advance(60_000);
  const status = (await series(device)).filter((one) => one.startsWith('muster_check_status'));
  expect(status).toHaveLength(1);
  expect(status[0]).toContain('check=gateway');
  expect(await series(watchedDevice([]))).toEqual([]);
});
