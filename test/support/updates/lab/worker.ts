/** A worker of the laboratory: runs its share of the cases, and tells in lines of JSON. */
import { type Choice, casesOf } from './cases.ts';
import { distinct, run } from './run.ts';

const { share, of, choice } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly share: number;
  readonly of: number;
  readonly choice: Choice;
};

// Most of the errors here are files that are not there: nobody reads where they came from.
Error.stackTraceLimit = 0;

let index = 0;
for await (const { one, name, verdict } of casesOf(choice, (at) => at % of === share)) {
  const began = performance.now();
  const { wrong, end } = await (verdict?.() ?? run(one)).catch((error: unknown) => ({
    wrong: `it throws: ${(error as Error).stack ?? String(error)}`,
    end: '',
  }));
  const kind = one.second.length > 0 ? 'pair' : 'single';
  const ms = Math.round(performance.now() - began);
  process.stdout.write(
    `${JSON.stringify({ index: index++, shape: one.shape, kind, name, wrong, end, ms })}\n`,
  );
}
process.stdout.write(`${JSON.stringify({ distinct: distinct() })}\n`);
