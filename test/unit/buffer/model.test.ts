/** Whatever happens in whatever order: nothing is lost unseen, nothing changes, the cap holds. */
import fc from 'fast-check';
import { it } from 'vitest';
import { rounds } from '../../support/rounds.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { Model, type Step } from './model.ts';

const kind = fc.constantFrom('m', 'm', 'm', 'event', 'log', 'trace', 'report', 'res');
const append = fc.record({
  do: fc.constant('append'),
  kind,
  bytes: fc.integer({ min: 0, max: 700 }),
  sent: fc.boolean(),
});
const count = fc.integer({ min: 0, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: append as fc.Arbitrary<Step> },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('take'), records: count }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('ack'), from: fc.nat(1000), count }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('settle') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('reopen', 'kill', 'power') }) },
) as fc.Arbitrary<Step>;

/** Long enough that only the buffer's own operations write what is staged. */
const NEVER = 1e8;

for (const writeDelayMs of [0, NEVER]) {
  const when = writeDelayMs === 0 ? 'at once' : 'when it must';
  const name = `accounts for every record through kills, cuts and full buffers, written ${when}`;
  it(name, { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 150 }), async (steps) => {
        await using folder = await tempFolder('buffer');
        const model = await Model.begin(folder.path, 8_000, writeDelayMs);
        for (const one of steps) await model.run(one);
        await model.finish();
      }),
      { numRuns: rounds(25), seed: 20261121, endOnFailure: true },
    ),
  );
}
