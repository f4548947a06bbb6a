/** `npm run attacks`: every attack on a device's trust, and what it answered. */
import { ATTACKS } from '../protocol/tuf/attacks.ts';
import { attacks, tryOut } from '../test/support/trust/attacks/index.ts';
import { argumentsOf } from './lib/arguments.ts';

const USAGE = `usage: npm run attacks
  makes every attack on a device's trust and says what each was answered; exit code 1: one got through`;

argumentsOf(USAGE, {});

const tried = attacks.map(tryOut);
const passed = tried.filter(({ variant, named }) => named === variant.attack);

for (const attack of Object.keys(ATTACKS)) {
  process.stdout.write(`\n${attack}\n`);
  for (const { variant, named, detail } of tried.filter((one) => one.variant.attack === attack)) {
    const verdict = named === attack ? 'refused' : `FAILED (${named ?? 'accepted'})`;
    process.stdout.write(
      `  ${verdict.padEnd(8)} ${variant.repository.padEnd(9)} ${variant.name}: ${detail}\n`,
    );
  }
}
process.stdout.write(`\n${passed.length} passed, ${tried.length - passed.length} failed\n`);
process.exitCode = passed.length === tried.length ? 0 : 1;
