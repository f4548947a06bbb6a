/** Counts what came of the cases, by kind of file and damage, as text for people. */
import { type Case, type Outcome, shape } from './matrix.ts';

interface Row {
  passed: number;
  failed: number;
  same: number;
  readonly lost: Set<string>;
  readonly told: Set<string>;
  readonly verify: Set<string>;
}

export class Tally {
  passed = 0;
  failed = 0;
  private readonly rows = new Map<string, Row>();

  add(
    side: string,
    { state, file, damage }: Case,
    outcome: Outcome,
  ): { failed: boolean; text: string } {
    const name = `${side} ${shape(file)}`;
    const row = this.rows.get(name) ?? newRow();
    this.rows.set(name, row);
    const head = `${side} ${state} ${file} ${damage}`;
    if (outcome === 'same') {
      row.same++;
      return { failed: false, text: `${head}: as it was` };
    }
    const failed = outcome.problems.length > 0;
    if (failed) row.failed++;
    else row.passed++;
    if (failed) this.failed++;
    else this.passed++;
    row.lost.add(outcome.lost);
    row.told.add(outcome.told);
    row.verify.add(outcome.verify);
    const { lost, told, verify, cpu, seconds } = outcome;
    const verdict = failed ? `FAILED: ${outcome.problems.join('; ')}` : 'ok';
    const rest = `lost ${lost}; ${told}; verify ${verify}; ${cpu.toFixed(2)} s of CPU${
      seconds === undefined ? '' : `, ${seconds.toFixed(1)} s in all`
    }`;
    return { failed, text: `${head}: ${verdict} (${rest})` };
  }

  table(): string {
    return [...this.rows]
      .map(([name, row]) => {
        const counts = `${row.passed} passed, ${row.failed} failed, ${row.same} as they were`;
        return `${name}: ${counts}; lost ${list(row.lost)}; ${list(row.told)}; verify ${list(row.verify)}`;
      })
      .join('\n');
  }
}

function newRow(): Row {
  return { passed: 0, failed: 0, same: 0, lost: new Set(), told: new Set(), verify: new Set() };
}

function list(words: ReadonlySet<string>): string {
  const all = [...words].sort();
  return all.length > 4 ? `${all.slice(0, 4).join(' | ')} | ...` : all.join(' | ');
}
