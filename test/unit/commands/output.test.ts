/** What a command puts out leaves while it runs, in pieces, fewer and fewer when it trickles for long. */
import { expect, test } from 'vitest';
import { CommandOutput } from '../../../agent/work/commanding/output.ts';
import type { CommandResultBody } from '../../../protocol/messages/command-result.ts';
import { FakeClock } from '../../support/fake-clock.ts';

function opened() {
  const clock = new FakeClock();
  const sent: CommandResultBody[] = [];
  return { clock, sent, output: new CommandOutput(clock, (body) => sent.push(body)) };
}

test('a line leaves within 2 s, and lines beside it with it', async () => {
  const { clock, sent, output } = opened();
  output.print('one\n');
  output.print('two\n');
  await clock.advance(1_999);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toMatchObject([{ state: 'running', part: 1, output: 'one\ntwo\n' }]);
  output.print('three');
  expect(output.end()).toBe(3);
  expect(sent.map((body) => body.output)).toEqual(['one\ntwo\n', 'three']);
});

test('one that trickles for seven hours is heard all along, in no more parts than are kept', async () => {
  const { clock, sent, output } = opened();
  const times: number[] = [];
  let printed = '';
  for (let second = 0; second < 7 * 3_600; second += 2) {
    const line = `${second}\n`;
    printed += line;
    output.print(line);
    const before = sent.length;
    await clock.advance(2_000);
    if (sent.length > before) times.push(second);
  }
  const parts = output.end();
  expect(parts).toBeLessThan(256);
  expect(sent.map((body) => body.output).join('')).toBe(printed);
  const pauses = times.map((at, i) => at - (times[i - 1] ?? 0));
  expect(Math.max(...pauses.filter((_, i) => (times[i] ?? 0) < 60))).toBeLessThanOrEqual(6);
  expect(Math.max(...pauses.filter((_, i) => (times[i] ?? 0) < 7_200))).toBeLessThanOrEqual(300);
});
