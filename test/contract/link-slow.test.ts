/** The agent's link on a machine that is pressed: the backlog leaves one by one, what is new at once. */
import { expect, it } from 'vitest';
import { LinkRig } from '../support/link/rig.ts';
import type { Heard } from '../support/link/scripted-broker.ts';

it('sends the backlog one by one while the machine is pressed, and by the window afterwards', async () => {
  await using rig = await LinkRig.open();
  const held: Heard[] = [];
  rig.broker.collector = (message) => void held.push(message);
  const answer = () => {
    const oldest = held.shift();
    if (oldest !== undefined) rig.broker.ack(oldest);
  };
  const sent = () => rig.broker.numbers('h');
  rig.slow = true;
  await rig.record(20);
  await rig.start();
  for (let number = 1; number <= 3; number++) {
    await rig.until(() => sent().length >= number);
    await rig.breathe();
    expect(sent()).toEqual(Array.from({ length: number }, (_, n) => n + 1));
    if (number < 3) answer();
  }
  // What is new waits for nobody.
  await rig.record();
  await rig.until(() => rig.broker.numbers('m').length === 1);
  await rig.breathe();
  expect(rig.broker.numbers('m')).toEqual([21]);
  expect(sent()).toHaveLength(3);
  // The machine breathes again.
  rig.slow = false;
  answer();
  await rig.until(() => sent().length > 4);
  rig.broker.collector = (message) => rig.broker.ack(message);
  for (const message of held) rig.broker.ack(message);
  await rig.until(() => rig.buffer.stats().records === 0);
  expect(sent()).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
});
