/** Appends and acknowledges until it is killed, and says what it did once it is done. */
import { openBuffer } from '../../../agent/io/buffer/level-buffer.ts';
import { newRecord } from '../../support/buffer/records.ts';

const [path = '', start = '0'] = process.argv.slice(2);
const buffer = await openBuffer({ path, capBytes: 50_000_000, bootId: 'a boot' });
process.stdout.write(`open ${buffer.opening.how} ${buffer.epoch}\n`);
for (let n = Number(start); ; n++) {
  const { number } = await buffer.append(newRecord(n, { bytes: 200 + ((n * 7919) % 9000) }));
  process.stdout.write(`appended ${number} ${n}\n`);
  if (n % 3 === 0) continue;
  process.stdout.write(`acknowledging ${number}\n`);
  await buffer.acknowledge(buffer.epoch, [{ first: number, last: number }]);
}
