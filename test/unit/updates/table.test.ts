/** The table of an installation: whatever happens, it ends, and on one version. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUpdate } from '../../../agent/core/updates/stored.ts';
import {
  isOver,
  UPDATE_EVENTS,
  UPDATE_STATES,
  UPDATE_TABLE,
} from '../../../agent/core/updates/table.ts';
import {
  MOST_STARTS,
  stepOf,
  type Update,
  type UpdateEvent,
} from '../../../agent/core/updates/update.ts';
import { pairOf } from '../../support/updates/releases.ts';

const items = pairOf('2.0.0', '/r').map(({ manifest }) => ({
  ...{ name: manifest.name, manifest, file: `${manifest.name}/2.0.0/${manifest.name}` },
}));
const planned: Update = {
  ...{ id: 'u1', state: 'planned', items, attempt: 1, startedAt: 5, starts: 0 },
  ...{ linkWasUp: true, evidence: {} },
};
const done: UpdateEvent = { kind: 'done' };
const restarted: UpdateEvent = { kind: 'restarted' };
const failed: UpdateEvent = { kind: 'failed', code: 'install-failed', why: 'no' };
const cancelled: UpdateEvent = { kind: 'cancelled', code: 'cancelled', why: 'stop' };
const event = fc.constantFrom(done, failed, restarted, cancelled);

describe('the table', () => {
  it('has a row for each state and a step for each event, and no way out of an end', () => {
    for (const state of UPDATE_STATES) {
      for (const kind of UPDATE_EVENTS) {
        const [next] = UPDATE_TABLE[state][kind];
        expect(UPDATE_STATES).toContain(next);
        if (isOver(state)) expect(next).toBe(state);
      }
    }
  });

  it('leads from planned to committed, and what failed after the switch back', () => {
    let update = planned;
    const seen: string[] = [];
    for (; !isOver(update.state); update = stepOf(update, done).update) seen.push(update.state);
    expect(seen).toEqual([
      'planned',
      'fetching',
      'verifying',
      'installing',
      'switching',
      'probing',
    ]);
    expect(update).toMatchObject({ state: 'committed', code: 'installed' });
    const bad = stepOf({ ...planned, state: 'probing' }, failed);
    expect(bad).toMatchObject({ effect: 'undo', update: { state: 'rolling-back', why: 'no' } });
    expect(stepOf(bad.update, done).update).toMatchObject({
      state: 'rolled-back',
      code: 'install-failed',
    });
  });

  it('never ends after a switch without going back, unless it works', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        let update = planned;
        let isSwitched = false;
        for (const one of events) {
          const { update: next } = stepOf(update, one);
          if (isSwitched && next.state === 'failed') expect(next.code).toBe('roll-back-failed');
          isSwitched ||= next.state === 'switching';
          if (next.state === 'rolled-back') expect(isSwitched).toBe(true);
          if (isOver(next.state)) expect(next.code).toBeDefined();
          update = next;
        }
      }),
    );
  });

  it('ends however often the agent starts in the middle', () => {
    fc.assert(
      fc.property(fc.constantFrom(...UPDATE_STATES), fc.array(fc.boolean()), (state, luck) => {
        let update: Update = { ...planned, state, code: 'worn' };
        for (const one of luck) update = stepOf(update, one ? done : restarted).update;
        for (let n = 0; n < 40 && !isOver(update.state); n++)
          update = stepOf(update, restarted).update;
        expect(isOver(update.state)).toBe(true);
      }),
    );
    let update: Update = { ...planned, state: 'probing' };
    for (let n = 0; n <= MOST_STARTS; n++) update = stepOf(update, restarted).update;
    expect(update).toMatchObject({ state: 'rolling-back', code: 'worn' });
  });

  it('comes back from a fact as it was, or not at all', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const update = events.reduce((at, one) => stepOf(at, one).update, planned);
        expect(readUpdate(JSON.stringify(update))).toEqual(update);
      }),
    );
    fc.assert(fc.property(fc.json(), (text) => readUpdate(text) === undefined));
    expect(readUpdate(JSON.stringify({ ...planned, items: [{ name: 'x' }] }))).toBeUndefined();
  });
});
