/** `muster capacity`: how loaded the collector is, and whether another size would fit. */
import type { Command } from 'commander';
import { ago } from '../../core/present.ts';
import type { CapacityView } from '../../ports/capacity.ts';
import { contextOf } from '../context.ts';
import type { CliIo } from '../io.ts';
import { pairs } from '../table.ts';

export function capacity(program: Command, io: CliIo): void {
  program
    .command('capacity')
    .description("the collector's own load, and when to scale up, out, down or in")
    .action(async (_options: object, command: Command) => {
      const { client, answer } = contextOf(io, command);
      const view = await client.json<CapacityView>('/api/muster/v1/capacity');
      answer(view, () => capacityText(view, io.now()));
    });
}

function capacityText({ reading, advice }: CapacityView, now: number): string {
  if (reading === undefined) return 'no reading yet: the first comes 15 s after the start\n';
  const share = (part: number, whole = 1) => `${Math.round((100 * part) / whole)} %`;
  const figures = pairs([
    ['event loop', `${share(reading.loop)} busy`],
    ['machine', `${share(reading.machine)} of all cores busy`],
    ['memory', `${share(reading.memoryBytes, reading.memoryLimit)} of what it may have`],
    ['disk', `${share(reading.diskFree, reading.diskSize)} free`],
    ['connections', String(reading.connections)],
    ['series', `${reading.series} of at most ${reading.seriesLimit}`],
  ]);
  const lines = advice.map(
    ({ direction, since, text }) => `scale ${direction} (since ${ago(since, now)}): ${text}\n`,
  );
  return `${figures}\n${lines.length === 0 ? 'the size fits\n' : lines.join('')}`;
}
