/** What root lets happen to a package, whatever is asked in whatever order, and wherever it is cut off. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  begun,
  decide,
  ended,
  type Granted,
  isSame,
  type PackageRecord,
  sumsOf,
} from '../../../agent/helper/trust/record.ts';
import { INSTALL_STEPS, type InstallStep } from '../../../agent/installers/installer.ts';
import { manifest } from '../../support/trust/world.ts';

const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'] as const;
const grantOf = (version: string, assignment: number): Granted => ({
  ...{ manifest: manifest('web', version), assignment },
});

/** A device that does what it is let do; `undefined` runs where nothing does. */
class Machine {
  record: PackageRecord = {};
  running: string | undefined;
  director = { version: '', assignment: 0 };

  direct(version: string): void {
    this.director = { version, assignment: this.director.assignment + 1 };
  }

  /** What the verification lets through: newer than what is kept, or the very same. */
  #word(version: string): Granted | undefined {
    const { installed } = this.record;
    if (this.director.version !== version) return undefined;
    if (installed?.manifest.version === version) return installed;
    if (this.director.assignment <= (installed?.assignment ?? 0)) return undefined;
    return grantOf(version, this.director.assignment);
  }

  /** How far it comes before the power goes: 1 the first write, 2 the step itself, 3 all of it. */
  ask(step: InstallStep, version: string, from: string, reach: 1 | 2 | 3): boolean {
    const decision = decide({ step, version, from }, this.record);
    if (decision.kind === 'nothing' || decision.kind === 'refuse') return false;
    const word = decision.kind === 'act' ? decision.to : this.#word(version);
    if (word === undefined) return false;
    const { pending } = this.record;
    const isLaid = pending !== undefined && isSame(pending, word);
    if (decision.kind === 'ask-director' && step === 'switch' && !isLaid) return false;
    const to = decision.kind === 'act' ? decision.to : ({ ...word, state: 'granted' } as const);
    this.record = begun(step, to, this.record);
    if (reach > 1 && step === 'switch') this.running = version;
    if (reach > 1 && step === 'undo') this.running = this.record.installed?.manifest.version;
    if (reach > 2) this.record = ended(step, to, this.record);
    return true;
  }
}

const asks = fc.record({
  step: fc.constantFrom(...INSTALL_STEPS),
  version: fc.constantFrom(...VERSIONS),
  from: fc.constantFrom('', ...VERSIONS),
  reach: fc.constantFrom(1 as const, 2 as const, 3 as const),
});
const directs = fc.record({ direct: fc.constantFrom('', ...VERSIONS) });

describe('record of a package', () => {
  it('runs only what the director says, what it said of a switch under way, or what was kept', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(asks, directs), { maxLength: 60 }), (moves) => {
        const machine = new Machine();
        for (const move of moves) {
          if ('direct' in move) {
            machine.direct(move.direct);
            continue;
          }
          const { running, director, record } = machine;
          machine.ask(move.step, move.version, move.from, move.reach);
          const kept = machine.record.installed;
          expect(kept?.assignment ?? 0).toBeGreaterThanOrEqual(record.installed?.assignment ?? 0);
          if (machine.running === running) continue;
          const isSaid = director.version === machine.running;
          const isUnderWay =
            record.pending?.state === 'switched' &&
            record.pending.manifest.version === machine.running;
          const isBack = move.step === 'undo' && machine.running === kept?.manifest.version;
          expect(isSaid || isUnderWay || isBack).toBe(true);
          // Whatever runs, root has its file.
          if (machine.running === undefined) continue;
          const [file] = manifest('web', machine.running).files;
          expect(sumsOf(machine.record)).toContain(file?.sha256);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes to an end from wherever it was cut off', () => {
    const cut = fc.constantFrom(1 as const, 2 as const);
    const steps = fc.constantFrom('install', 'switch', 'keep', 'undo', 'discard');
    fc.assert(
      fc.property(steps, cut, (at, reach) => {
        const machine = new Machine();
        machine.direct('1.0.0');
        for (const step of ['install', 'switch', 'keep'] as const)
          machine.ask(step, '1.0.0', '', 3);
        machine.direct('2.0.0');
        const way: InstallStep[] =
          at === 'undo' || at === 'discard'
            ? ['install', 'switch', 'undo', 'discard']
            : ['install', 'switch', 'keep'];
        for (const step of way) {
          if (step === at) machine.ask(step, '2.0.0', '1.0.0', reach);
          machine.ask(step, '2.0.0', '1.0.0', 3);
        }
        const whole = way.includes('keep') ? '2.0.0' : '1.0.0';
        expect(machine.running).toBe(whole);
        expect(machine.record.installed?.manifest.version).toBe(whole);
        expect(machine.record.pending).toBeUndefined();
      }),
    );
  });

  it('a way back that failed is tried again by the next update', () => {
    const machine = new Machine();
    machine.direct('1.0.0');
    for (const step of ['install', 'switch', 'keep'] as const) machine.ask(step, '1.0.0', '', 3);
    machine.direct('2.0.0');
    for (const step of ['install', 'switch'] as const) machine.ask(step, '2.0.0', '1.0.0', 3);
    machine.direct('3.0.0');
    machine.ask('install', '3.0.0', '1.0.0', 3);
    expect(machine.running).toBe('2.0.0');
    machine.ask('undo', '3.0.0', '1.0.0', 3);
    expect(machine.running).toBe('1.0.0');
  });
});
