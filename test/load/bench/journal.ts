/** The journal by itself: durable appends, opening, replay. */
import { openJournal } from '../../../collector/io/journal/segment-journal.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export const describe =
  'durable appends by group commit, CPU for each, opening and replay: [count]';

const PAYLOAD_BYTES = 600;
/** Appends under way at once: what 200 connections with a window of 10 keep up. */
const UNDER_WAY = 2_000;

export async function run(args: string[]): Promise<void> {
  const count = Number(args[0] ?? 200_000);
  await using folder = await tempFolder('bench-journal');
  const options = { dir: folder.path };
  const journal = await openJournal(options);
  const entry = {
    topic: 'muster/v1/plant-12/gateway-00ab12/m',
    payload: Buffer.alloc(PAYLOAD_BYTES, 7),
    receivedAt: 1_700_000_000_000,
  };
  for (let round = 1; round <= 3; round += 1) {
    let left = count;
    const before = { cpu: process.cpuUsage(), at: performance.now() };
    const append = async () => {
      while (left-- > 0) await journal.append(entry);
    };
    await Promise.all(Array.from({ length: UNDER_WAY }, append));
    const { user, system } = process.cpuUsage(before.cpu);
    const perSecond = (count / (performance.now() - before.at)) * 1_000;
    const [userUs, systemUs] = [user, system].map((us) => (us / count).toFixed(2));
    console.log(`${Math.round(perSecond)} entries/s, µs each: ${userUs} user, ${systemUs} system`);
  }
  await journal.close();
  await reopen(options.dir);
}

async function reopen(dir: string): Promise<void> {
  const started = performance.now();
  const journal = await openJournal({ dir });
  const opened = performance.now();
  let entries = 0;
  for await (const _ of journal.replay(1)) entries += 1;
  const replayUs = ((performance.now() - opened) / entries) * 1_000;
  console.log(
    `opened in ${Math.round(opened - started)} ms, replayed ${entries} at ${replayUs.toFixed(2)} µs`,
  );
  await journal.close();
}
