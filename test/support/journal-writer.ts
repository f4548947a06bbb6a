/** A program that appends to a journal until it is killed, and says what was acknowledged. */
import { openJournal } from '../../collector/io/journal/segment-journal.ts';

const [dir = '', seed = '1'] = process.argv.slice(2);
const journal = await openJournal({ dir, segmentBytes: 300_000, groupBytes: 60_000 });
let state = Number(seed);

/** Sizes that repeat with the seed; quality does not matter. */
function random(below: number): number {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state % below;
}

async function writer(): Promise<never> {
  for (;;) {
    const receivedAt = random(2 ** 30);
    const payload = Buffer.alloc(8 + random(2_000), receivedAt % 256);
    payload.writeUInt32LE(receivedAt);
    const seq = await journal.append({ topic: `muster/v1/a/b${random(9)}/m`, payload, receivedAt });
    process.stdout.write(`${seq} ${receivedAt}\n`);
  }
}

await Promise.all(Array.from({ length: 16 }, writer));
