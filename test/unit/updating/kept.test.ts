/** What is kept of verified metadata is enough to verify it again, from the first root on. */
import { describe, expect, it } from 'vitest';
import { check } from '../../../agent/core/trust/check.ts';
import { directedBy, keptFiles } from '../../../agent/core/trust/kept.ts';
import { type Arrival, REPOSITORIES } from '../../../agent/core/trust/trusted.ts';
import { manifest, NOW, newKeys, put, rootBytes, World } from '../../support/trust/world.ts';

/** As a device would come by it: what arrived in one check, in that order. */
function came(world: World, repository: 'director' | 'release') {
  return world.asked
    .filter((one) => one.repository === repository)
    .flatMap(({ file }) => {
      const found = world.files[repository].get(file);
      return found?.kind === 'bytes' ? [{ file, text: Buffer.from(found.bytes).toString() }] : [];
    });
}

describe('kept metadata', () => {
  it('is verified again by somebody else with the first roots alone', () => {
    const world = new World();
    const first = world.state;
    // Also over a new root, which nobody asks for any more afterwards.
    const keys = world.keys.release;
    const next = { ...newKeys(2), root: keys.root };
    const files = world.files.release;
    put(files, '2.root.json', rootBytes(next, { version: 2 }));
    world.keys.release = next;
    world.offer(1, manifest('web', '1.0.0'));
    expect(world.check().outcome.ok).toBe(true);
    const shelf = Object.fromEntries(
      REPOSITORIES.map((name) => [name, keptFiles(world.state[name], came(world, name))]),
    );
    const steps = check(first, world.self, world.clock);
    let step = steps.next();
    while (step.done !== true) {
      const { repository, file } = step.value;
      const text = shelf[repository]?.get(file);
      const arrival: Arrival =
        text === undefined ? { kind: 'absent' } : { kind: 'bytes', bytes: Buffer.from(text) };
      step = steps.next(arrival);
    }
    expect(step.value.outcome).toMatchObject({ ok: true, value: { version: NOW + 1 } });
    expect([...(shelf['release']?.keys() ?? [])].sort()).toEqual([
      ...['1.snapshot.json', '1.targets.json', '2.root.json', 'timestamp.json'],
    ]);
    expect(directedBy(world.state.director)).toBe(NOW + 1);
  });

  it('is nothing of what came and was not believed', () => {
    const world = new World();
    world.offer(1, manifest('web', '1.0.0'));
    world.check();
    const before = keptFiles(world.state.director, []);
    put(world.files.director, '2.root.json', Buffer.from('{"no": "root"}'));
    put(world.files.director, 'timestamp.json', Buffer.from('{"no": "timestamp"}'));
    expect(world.check().outcome.ok).toBe(false);
    expect(keptFiles(world.state.director, came(world, 'director'))).toEqual(before);
  });
});
