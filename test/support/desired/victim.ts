/**
 * The process that `desired-kill.test.ts` kills: takes one version of desired to its end, on a clock
 * that runs as fast as it can, and kills itself at the step that it is told.
 */
import { openFacts } from '../../../agent/io/facts.ts';
import { createFlagsFile } from '../../../agent/io/flags-file.ts';
import type { Facts } from '../../../agent/ports/caretaking.ts';
import { Reconciling } from '../../../agent/work/reconciling/reconciling.ts';
import type { Tree } from '../../../protocol/messages/tree.ts';
import { FakeClock } from '../fake-clock.ts';
import { silentLog } from '../silent-log.ts';
import { desiredBytes } from './device.ts';

const [folder = '', version = '', config = '', killAt = ''] = process.argv.slice(2);

let steps = 0;
function step(name: string): void {
  process.stdout.write(`${++steps} ${name}\n`);
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL');
}

const real = await openFacts(`${folder}/facts`);
const facts: Facts = {
  get: (name) => real.get(name),
  names: (group) => real.names(group),
  put: async (name, text) => {
    step('before a put');
    const done = real.put(name, text);
    step('in a put');
    await done;
    step('after a put');
  },
  remove: (name) => real.remove(name),
};
const file = createFlagsFile(`${folder}/flags.json`);
const clock = new FakeClock(1000);
let running: Tree = {};
const reconciling = new Reconciling({
  clock,
  log: silentLog,
  journal: {
    now: () => clock.wall(),
    event: ({ name }) => Promise.resolve(step(name)),
    report: () => Promise.resolve(),
    result: () => Promise.resolve(),
  },
  facts,
  apply: (tree) => {
    step('before applying');
    if (tree['bad'] === true)
      return Promise.resolve({ problems: [{ path: 'bad', message: 'no' }] });
    running = tree;
    step('after applying');
    return Promise.resolve({ restartNeeded: [] });
  },
  effective: () => running,
  declared: () => ({ checks: [], tasks: [], commands: [] }),
  packages: () => [],
  directed: () => undefined,
  giveFlags: async (flags) => {
    step('before the flags');
    await file.write(flags);
    step('after the flags');
  },
  changed: () => step('reported'),
  samples: () => clock.mono(),
  linkUp: () => true,
  overall: () => (running['sick'] === true ? 'unhealthy' : 'healthy'),
});
await reconciling.start();
await reconciling.received(
  desiredBytes(Number(version), JSON.parse(config) as Tree, { v: Number(version) }),
);
const soon = setInterval(() => void clock.advance(5_000), 1);
while (['trying', 'none'].includes(reconciling.status().outcome)) {
  await new Promise((resolve) => setTimeout(resolve, 1));
}
clearInterval(soon);
process.stdout.write('end\n');
