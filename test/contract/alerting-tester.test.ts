/** A receiver is tried once, each channel by itself, and nothing of it stays. */
import { expect, it } from 'vitest';
import { ReceiverTester } from '../../collector/work/alerting/tester.ts';
import { Rig } from '../support/alerting/rig.ts';

const CONFIG = `
route: {receiver: page}
receivers:
  - name: page
    webhook_configs: [{url: "http://one.test"}, {url: "http://two.test"}]
  - name: empty
`;

it('tells what each channel answered', async () => {
  const rig = await new Rig(CONFIG).start();
  const tester = new ReceiverTester({
    clock: rig.clock,
    newId: () => 'a-test',
    externalUrl: 'http://muster.test',
    channelsOf: (receiver) => rig.alerting.channelsOf(receiver),
  });
  expect(await tester.test('page')).toMatchObject({
    receiver: 'page',
    results: [{ ok: true, answer: 'accepted' }, { ok: true }],
  });
  expect(rig.told.map(({ alerts }) => alerts)).toEqual([
    [expect.stringContaining('+NotificationTest')],
    [expect.stringContaining('+NotificationTest')],
  ]);
  rig.answer = () => ({ ok: false, retry: true, reason: 'status 503' });
  expect((await tester.test('page'))?.results[0]).toMatchObject({
    ok: false,
    answer: 'status 503',
    retry: true,
  });
  expect(rig.told).toHaveLength(4);
  expect(await tester.test('empty')).toEqual({ receiver: 'empty', results: [] });
  expect(await tester.test('nobody')).toBeUndefined();
  expect(rig.views.alerts(true)).toEqual([]);
  await rig.alerting.stop();
});
