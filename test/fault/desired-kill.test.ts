/** SIGKILL at every step of applying a configuration: afterwards the old one or the new one, whole. */
import { execFile } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openFacts } from '../../agent/io/facts.ts';
import type { Tree } from '../../protocol/messages/tree.ts';
import { Device, world } from '../support/desired/device.ts';
import { tempFolder } from '../support/temp-folder.ts';

const victim = fileURLToPath(new URL('../support/desired/victim.ts', import.meta.url));
const OLD: Tree = { a: 1, b: { c: 'x' } };
const AT_ONCE = 4;

/** The lines of a life that takes this version, and kills itself at this step. */
async function live(folder: string, version: number, config: Tree, killAt = 0): Promise<string[]> {
  const args = [
    '--import',
    'tsx',
    victim,
    folder,
    String(version),
    JSON.stringify(config),
    String(killAt),
  ];
  const run = promisify(execFile)(process.execPath, args).catch(
    (error: { stdout: string; signal: string | null }) => {
      if (error.signal !== 'SIGKILL') throw error;
      return error;
    },
  );
  const { stdout } = await run;
  return stdout.split('\n').slice(0, -1);
}

/** The next life of that device: what it runs from the start, and in the end. */
async function revived(folder: string, version: number, config: Tree) {
  const of = world();
  const facts = await openFacts(join(folder, 'facts'), ({ path, why }) => {
    throw new Error(`${path}: ${why}`);
  });
  for (const name of facts.names('desired')) of.texts.set(name, facts.get(name) ?? '');
  const device = new Device(of);
  await device.reconciling.start();
  const first = { running: device.running, inForce: device.reported().version };
  await device.want(version, config, { v: version });
  await of.clock.advance(600_000);
  const { outcome, version: inForce } = device.reported();
  return { first, last: { running: device.running, inForce, outcome } };
}

test.each([
  ['good', { a: 2, b: { c: 'y', d: [1, 2] } }, 'applied'],
  ['sick', { a: 2, sick: true }, 'rolled-back'],
  ['refused', { a: 2, bad: true }, 'refused'],
] as const)('a %s configuration', async (_, config, outcome) => {
  await using base = await tempFolder('desired');
  const before = join(base.path, 'before');
  expect((await live(before, 1, OLD)).at(-1)).toBe('end');
  const whole = join(base.path, 'whole');
  await cp(before, whole, { recursive: true });
  const lines = await live(whole, 2, config);
  expect(lines.at(-1)).toBe('end');
  const steps = lines.length - 1;
  expect(steps).toBeGreaterThan(10);
  const seen = new Set<number>();
  const look = async (killAt: number) => {
    const folder = join(base.path, String(killAt));
    await cp(before, folder, { recursive: true });
    expect(await live(folder, 2, config, killAt)).toEqual(lines.slice(0, killAt));
    const flags = JSON.parse(await readFile(join(folder, 'flags.json'), 'utf8')) as unknown;
    expect([1, 2].map((v) => ({ version: v, flags: { v } }))).toContainEqual(flags);
    const { first, last } = await revived(folder, 2, config);
    seen.add(first.inForce);
    // A configuration that is refused is never in force, one that is sick only while it is tried.
    expect(first.running).toEqual(first.inForce === 2 ? config : OLD);
    expect(last).toEqual(
      outcome === 'applied'
        ? { running: config, inForce: 2, outcome }
        : { running: OLD, inForce: 1, outcome },
    );
  };
  for (let from = 1; from <= steps; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, (_, n) => from + n).filter((n) => n <= steps);
    await Promise.all(some.map(look));
  }
  expect([...seen].sort((a, b) => a - b)).toEqual(outcome === 'refused' ? [1] : [1, 2]);
});
