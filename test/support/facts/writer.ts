/** The process that `facts-files.test.ts` kills: puts ever new texts under two names and says so. */
import { openFacts } from '../../../agent/io/facts.ts';

const facts = await openFacts(process.argv[2] ?? '');
process.stdout.write('open\n');
for (let n = Number(process.argv[3]); ; n++) {
  for (const key of ['a', 'b']) {
    await facts.put(`runs/${key}`, `${n} ${'x'.repeat((n * 791_901) % 400_000)}`);
    process.stdout.write(`${key} ${n}\n`);
  }
}
